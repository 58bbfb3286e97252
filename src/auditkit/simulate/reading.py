"""What the loop is played with: the areas whose rates can be read, their history, and the decision rule."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditkit.definitions.places import FeedbackChoice, Truth
from auditkit.definitions.records import Decision
from auditkit.results.places import PlaceTally
from auditkit.simulate.arms import World, leaders
from auditkit.simulate.forecasters import Past, Submission
from auditkit.simulate.rules import Rule

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Loop:
    """The areas with records that true rates can be read from, and what is known of them."""

    used: Ints
    """Positions among all areas."""
    past: Past
    """Their history."""
    rates: Floats
    """Records per round that true rates are proportional to: reported ones or, where nothing is, discovered ones."""
    reported: Floats
    """Reported records per round."""
    visits: int
    busiest: int | None = None
    """How many areas count as the busiest; None for a tenth, rounded up."""

    @property
    def recorded(self) -> Ints:
        """Records of either kind in the whole history."""
        return np.asarray((self.past.reported + self.past.discovered).sum(axis=1), dtype=np.int64)

    @property
    def discovered_before(self) -> Floats:
        """Discovered records per round in the history."""
        return np.asarray(self.past.discovered.mean(axis=1), dtype=np.float64)

    @property
    def true_share(self) -> Floats:
        """Share of true incidents, if every area reports the same share of its own."""
        return np.asarray(self.rates / self.rates.sum(), dtype=np.float64)

    @property
    def top(self) -> Ints:
        """The busiest areas: those with the highest true rates."""
        return leaders(self.rates, count=self.busiest)

    @property
    def reports(self) -> bool:
        """Whether anybody reports anything."""
        return bool(self.reported.any())

    def world(self, reporting: float, discovery: float) -> World:
        """Assume one rate of reporting and one of discovery."""
        return World(
            rates=self.rates / reporting, reporting=np.full(len(self.used), reporting if self.reports else 0.0),
            discovery=np.array([discovery]),
        )  # fmt: skip


def read_loop(tally: PlaceTally, *, period: str | None) -> Loop | None:
    """Read the loop from counts; None where fewer than two areas have records of a known kind.

    References
    ----------
    Methods 1.2 and 6.6: records split by source; rates conditional on an assumption about reporting.
    """
    past = tally.past
    if past is None or past.reported is None or past.discovered is None or not past.periods:
        return None
    source = past.discovered if past.reported.sum() == 0 else past.reported
    used = np.flatnonzero(source.sum(axis=1) > 0)
    if len(used) < 2 or past.discovered[used].sum() == 0:
        return None
    areas = tally.areas
    place = {int(at): index for index, at in enumerate(used)}
    where = None if areas.centroids is None else areas.centroids[used]
    history = Past(
        areas=tuple(areas.ids[at] for at in used), periods=past.periods,
        reported=np.rint(past.reported[used]).astype(np.int64), discovered=np.rint(past.discovered[used]).astype(np.int64),
        longitude=None if where is None else where[:, 0], latitude=None if where is None else where[:, 1],
        neighbours=tuple(tuple(place[n] for n in areas.neighbours[at] if n in place) for at in used),
        period=period,
    )  # fmt: skip
    flagged = (tally.flags > 0).sum(axis=0)
    return Loop(
        used=used, past=history, rates=source[used].mean(axis=1), reported=past.reported[used].mean(axis=1),
        visits=max(1, round(float(flagged.mean()))),
    )  # fmt: skip


def submission(tally: PlaceTally, loop: Loop, choice: FeedbackChoice) -> Submission:
    """Gather what a forecaster may be made from.

    References
    ----------
    Design section 5: `closest` is the surrogate that best repeats the submitted decisions.
    """
    return Submission(
        choice=choice, past=loop.past, periods=tally.periods, flags=tally.flags[loop.used] > 0,
        outcomes=None if tally.outcomes is None else tally.outcomes[loop.used], baseline_periods=tally.baseline_periods,
    )  # fmt: skip


def rule_of(loop: Loop, choice: FeedbackChoice, decision: Decision | None) -> Rule:
    """Take the decision rule from the audit file.

    A score limit is a limit on the vendor's own scores; a stand-in's scores have another scale, and flags as many areas
    as the tool did on average. So does a tool whose flags are a column.

    References
    ----------
    Design section 5: `decision`; methods 6.1: visits in proportion to records.
    """
    areas = len(loop.used)
    if choice.allocator == "proportional":
        return Rule(kind="draws", visits=loop.visits)
    count = loop.visits
    if decision is not None and decision.top_k is not None:
        count = decision.top_k
    elif decision is not None and decision.top_share is not None:
        count = max(1, int(areas * decision.top_share + 1e-9))
    elif decision is not None and decision.score_at_least is not None and choice.allocator == "command":
        return Rule(kind="limit", visits=min(count, areas), least=decision.score_at_least)
    return Rule(kind="top", visits=min(count, areas))


def middle(truth: Truth) -> tuple[float, float]:
    """Return the rates of reporting and discovery in the middle of their ranges, on the scale of ratios.

    References
    ----------
    Methods 6.6: scenarios stand side by side.
    """
    (low_r, high_r), (low_d, high_d) = truth.reporting_rate, truth.discovery_rate
    return float(np.sqrt(low_r * high_r)), float(np.sqrt(low_d * high_d))
