"""Publication safety of the loop: shares of areas behind which few records stand are withheld.

An area's true share times all reported records is its reported records, and its tipping point gives its records. So
both are hidden where either count is small, and never for one area alone: shares add up to 1.
"""

from dataclasses import replace

from auditkit.results.feedback import Feedback, LoopArea
from auditkit.results.places import PlaceTally


def withhold_loop(feedback: Feedback, tally: object, *, smallest_cell: int) -> Feedback:
    """Withhold the numbers of areas with few records in the history.

    Parameters
    ----------
    feedback
        What the feedback test found.
    tally
        The counts behind it; anything but counts of a place tool changes nothing.
    smallest_cell
        Counts from 1 to one less are withheld; 0 withholds nothing.
    """
    if not isinstance(tally, PlaceTally) or tally.past is None or not feedback.areas:
        return feedback
    kinds = [
        kind for kind in (tally.past.total, tally.past.reported, tally.past.discovered) if kind is not None
    ]
    counts = list(zip(*(kind.sum(axis=1).tolist() for kind in kinds), strict=True))
    few = {at for at, numbers in enumerate(counts) if any(0 < n < smallest_cell for n in numbers)}
    if len(few) == 1:
        others = [at for at in range(len(counts)) if at not in few and counts[at][0] > 0]
        few |= set(sorted(others, key=lambda at: (counts[at][0], at))[:1])
    areas = tuple(_hidden(area) if at in few else area for at, area in enumerate(feedback.areas))
    return replace(feedback, areas=areas)


def _hidden(area: LoopArea) -> LoopArea:
    return LoopArea(area=area.area, true_share=None, limit_share=None, hot=None, tipping=None, withheld=True)
