"""People by area: each area's rates, compared with the rest of the city and screened together."""

from collections.abc import Iterator

from auditkit.measure.blocks import alone, named
from auditkit.measure.choices import Measuring
from auditkit.measure.comparisons import Pairing, difference, ratio
from auditkit.measure.groups import Rate, counted_rate, metrics_for, rate_result
from auditkit.measure.pairs import screened
from auditkit.measure.registry import SCREENED, RateMetric
from auditkit.results.measurements import Measurement, Result
from auditkit.results.tally import ELSEWHERE, Counts, GroupTally, Tally, counts_by_group, is_known
from auditkit.statistics import critical


def neighbourhoods(tally: Tally, measuring: Measuring) -> Iterator[Measurement]:
    """Measure each area's rates, and compare each area with all others together.

    Tests of many areas are adjusted for the share of false discoveries. An area that is not flagged so is not cleared.

    References
    ----------
    Methods 3.5: Benjamini-Hochberg for screening many areas.
    """
    if tally.areas is None or tally.sampled or tally.every_row:
        return
    known = metrics_for(measuring.orientation)
    for name in SCREENED:
        if tally.has_outcome or not known[name].needs_outcome:
            yield from _screened(known[name], tally.areas, tally, measuring)


def _screened(
    metric: RateMetric, areas: GroupTally, tally: Tally, measuring: Measuring
) -> Iterator[Measurement]:
    counts = counts_by_group(areas)
    everyone = _added(list(counts.values()))

    def rate(of: Counts) -> Rate:
        return counted_rate(metric, of, minimum_n=measuring.minimum_n, refused=tally.refused)

    rates = {group: rate(one) for group, one in counts.items()}
    rest = {group: rate(_less(everyone, one)) for group, one in counts.items() if is_known(group)}
    sound = sum(1 for group, other in rest.items() if not (rates[group].reason or other.reason))
    for group, one in rates.items():
        joint = _joint(metric.name, areas, measuring, sound=sound) if group in rest else None
        yield alone(metric.name, areas.dimension, group, rate_result(one, family_critical=joint))
    raw, adjusted = screened([(rates[group], other) for group, other in rest.items()])
    for at, (group, other) in enumerate(rest.items()):
        pairs = {
            kind: _pairing(f"{metric.name}_{kind}", areas, measuring, sound=sound)
            for kind in ("difference", "ratio")
        }
        compared: dict[str, Result] = {
            "difference": difference(rates[group], other, pairs["difference"]),
            "ratio": ratio(rates[group], other, pairs["ratio"], kind=measuring.ratio_interval),
            "p_value": raw[at],
            "p_value_bh": adjusted[at],
        }
        for name, result in compared.items():
            yield Measurement(
                metric=f"{metric.name}_{name}", dimension=areas.dimension, group=named(areas.dimension, group),
                against=named(areas.dimension, (ELSEWHERE,)), result=result,
            )  # fmt: skip


def _joint(metric: str, areas: GroupTally, measuring: Measuring, *, sound: int) -> float | None:
    """Return the critical value of a declared family over all areas; undeclared ones are looked at one by one."""
    if not measuring.declared(metric, areas.dimension):
        return None
    level = measuring.family(metric, areas.dimension, reference=None).level
    return critical.bonferroni(level, max(1, sound))


def _pairing(metric: str, areas: GroupTally, measuring: Measuring, *, sound: int) -> Pairing:
    value = _joint(metric, areas, measuring, sound=sound)
    return Pairing(pairs=(), critical=value, simultaneous=False)


def _added(counts: list[Counts]) -> Counts:
    names = counts[0].n if counts else {}
    hidden = frozenset(name for one in counts for name in one.suppressed)
    return Counts(n={name: sum(one.n[name] for one in counts) for name in names}, suppressed=hidden)


def _less(everyone: Counts, one: Counts) -> Counts:
    """Count everyone who is not in an area."""
    n = {name: everyone.n[name] - one.n[name] for name in one.n}
    return Counts(n=n, suppressed=everyone.suppressed)
