"""Measuring many draws of one world: only the numbers under study, by the functions that `measure` itself calls.

A whole audit of one draw also asks fairlearn for each point estimate and looks for the smallest detectable disparity.
That takes most of its time and changes no interval. `as_audited` checks this on the first draw of every world.
"""

from collections.abc import Iterator, Mapping

from auditkit.measure.blocks import named
from auditkit.measure.choices import Measuring
from auditkit.measure.comparisons import difference, extreme, impact_ratio, pairing, ratio
from auditkit.measure.groups import Rate, metrics_for, rate_result
from auditkit.measure.measuring import measure
from auditkit.results.measurements import Estimate, Measurement, Result
from auditkit.results.tally import GroupTally, Tally, counts_by_group

Group = tuple[str, ...]
Rates = Mapping[Group, Rate]
MINIMUM_N = 10


def rate_of(events: int, people: int) -> Rate:
    """Make a rate from a count, as `auditkit.measure.groups.measure_rate` does."""
    reason = "NE-DENOM" if people == 0 else "NE-SMALL" if people < MINIMUM_N else None
    value = events / people if reason is None else 0.0
    return Rate(numerator=events, denominator=people, value=value, reason=reason)


def rates_in(table: GroupTally, metric: str) -> dict[Group, Rate]:
    """Count one rate of every group of a table."""
    known = metrics_for("burden")[metric]
    return {
        group: rate_of(sum(one.n[cell] for cell in known.counted), sum(one.n[cell] for cell in known.among))
        for group, one in counts_by_group(table).items()
    }


def compared(metric: str, rates: Rates, of: GroupTally, measuring: Measuring) -> Iterator[Measurement]:
    """Measure a rate of each group, between groups and over all groups, as `auditkit.measure.blocks.reported` does."""
    dimension, reference, kind = of.dimension, of.reference, measuring.ratio_interval
    known = dict(rates)

    def one(name: str, result: Result, group: Group = (), other: Group | None = None) -> Measurement:
        whom = named(dimension, group) if group else ()
        against = None if other is None else named(dimension, other)
        return Measurement(metric=name, dimension=dimension, group=whom, against=against, result=result)

    def level(name: str) -> float:
        return measuring.family(name, dimension, reference=reference).level

    for group, rate in known.items():
        yield one(metric, rate_result(rate, family_critical=None), group)
    for name in (f"{metric}_difference", f"{metric}_ratio"):
        pairs = pairing(known, measuring.family(name, dimension, reference=reference), reference=reference)
        for group, other in pairs.pairs:
            both = known[group], known[other]
            ratios = name.endswith("ratio")
            yield one(
                name, ratio(*both, pairs, kind=kind) if ratios else difference(*both, pairs), group, other
            )
    name = f"{metric}_range"
    yield one(name, extreme(known, level=level(name), what="range", kind=kind))
    if metric == "favourable_rate":
        name = "adverse_impact_ratio"
        yield one(name, extreme(known, level=level(name), what="lowest_to_highest", kind=kind))
        for group, result in impact_ratio(known, level=level("impact_ratio"), kind=kind).items():
            yield one("impact_ratio", result, group)


def as_audited(
    items: list[Measurement],
    tables: tuple[GroupTally, ...],
    measuring: Measuring,
    *,
    metrics: tuple[str, ...],
) -> None:
    """Fail unless a whole audit of the same counts gives exactly the same measurements.

    Raises
    ------
    AssertionError
        With the first measurement that differs.
    """
    outcome = any(cell.outcome is not None for table in tables for cell in table.cells)
    tally = Tally(dimensions=tables, has_outcome=outcome, refused=())
    whole = measure(tally, metrics=metrics, measuring=measuring, progress=lambda _: None).by_id()
    for item in items:
        audited = whole[item.id].result
        if _essence(audited) != _essence(item.result):
            msg = f"{item.id}: the audit says {audited}, found {item.result}"
            raise AssertionError(msg)


def _essence(result: Result) -> object:
    """Everything but the last digits of a point estimate, which fairlearn adds up in another order."""
    if not isinstance(result, Estimate):
        return result
    value = None if result.value is None else round(result.value, 9)
    return value, result.interval, result.interval_90, result.interval_family, result.method, result.reason
