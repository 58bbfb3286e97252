"""How sure officers were before they searched somebody: the threshold test of stops, searches and hits."""

from collections.abc import Iterator, Mapping

from auditkit.measure.blocks import alone, named
from auditkit.measure.choices import Measuring
from auditkit.measure.groups import limits
from auditkit.results.measurements import Estimate, Measurement, NotEstimable, Result
from auditkit.results.stops import StopTally
from auditkit.statistics import threshold_test
from auditkit.statistics.intervals import Interval
from auditkit.statistics.threshold_test import GroupThreshold, ThresholdTest

APART = 1.2
"""Chains of draws that disagree by more have not settled."""
Levels = dict[str, ThresholdTest]
"""The same test with intervals of several levels, by the field of `Estimate` that each fills."""


def thresholds(table: StopTally, measuring: Measuring) -> Iterator[Measurement]:
    """Estimate how likely somebody of each group must have seemed to carry something before they were searched.

    Where the model does not fit the counts, or too few areas leave the answer to its assumptions, there is no number.

    References
    ----------
    Simoiu, Corbett-Davies and Goel 2017; methods 3.14.
    """
    metric = "search_threshold_difference"
    reference = table.reference or (max(table.groups, key=lambda group: _stops(table, group)),)
    others = [group for group in table.groups if group != reference[0]]
    level = measuring.family(metric, table.dimension, reference=reference).level
    levels = {"interval": 0.95, "interval_90": 0.90}
    if len(others) > 1 or level != 0.95:
        levels["interval_family"] = 1 - (1 - level) / max(1, len(others))
    found = _tested(table, reference[0], levels, measuring)
    for at, group in enumerate(table.groups):
        own = {key: test.groups[at] for key, test in found.items()} if isinstance(found, dict) else found
        yield alone("search_threshold", table.dimension, (group,), _result(own, of="interval"))
        if group != reference[0]:
            yield Measurement(
                metric=metric, dimension=table.dimension, group=named(table.dimension, (group,)),
                against=named(table.dimension, reference), result=_result(own, of="difference_interval"),
            )  # fmt: skip


def _stops(table: StopTally, group: str) -> int:
    at = table.groups.index(group)
    return sum(row[at] for row in table.stops)


def _tested(
    table: StopTally, reference: str, levels: Mapping[str, float], measuring: Measuring
) -> Levels | NotEstimable:
    """Run the test once, with intervals of every level."""
    if reference not in table.groups:
        return NotEstimable(reason="NE-DENOM")
    try:
        tests = threshold_test.fit_at(
            table.stops, table.searches, table.hits, reference=table.groups.index(reference),
            levels=list(levels.values()), rng=measuring.rng(f"search_threshold/{table.dimension[0]}"),
        )  # fmt: skip
    except ValueError:
        return NotEstimable(reason="NE-DENOM")
    found = dict(zip(levels, tests, strict=True))
    reason = _doubt(found["interval"])
    return found if reason is None else NotEstimable(reason=reason)


def _doubt(test: ThresholdTest) -> str | None:
    """Return why a fitted model is not to be believed."""
    if not test.enough_areas:
        return "NE-BLOCKS"
    worst = max(abs(test.search_misfit.size), abs(test.hit_misfit.size))
    return "NE-MODEL" if worst > test.misfit_limit or test.r_hat > APART else None


def _result(own: Mapping[str, GroupThreshold | None] | NotEstimable, *, of: str) -> Result:
    if isinstance(own, NotEstimable):
        return own
    known = {key: group for key, group in own.items() if group is not None}
    if not known:
        return NotEstimable(reason="NE-DENOM")
    ranges: dict[str, Interval] = {key: getattr(group, of) for key, group in known.items()}
    first = known["interval"]
    return Estimate(
        value=first.threshold if of == "interval" else first.difference, interval=limits(ranges["interval"]),
        interval_90=limits(ranges["interval_90"]),
        interval_family=limits(ranges["interval_family"]) if "interval_family" in ranges else None,
        method="threshold_test",
    )  # fmt: skip
