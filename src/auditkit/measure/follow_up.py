"""Rates among people who were all followed for as long: those with complete follow-up, and Kaplan-Meier for all."""

from collections.abc import Iterator
from dataclasses import dataclass

from auditkit.measure.blocks import RateBlock, reported
from auditkit.measure.choices import Measuring
from auditkit.measure.designs import combined, rates_of
from auditkit.measure.groups import Rate, metrics_for, refusal
from auditkit.measure.open_samples import open_in
from auditkit.measure.unseen import BOTH
from auditkit.results.finer_tallies import SurvivalCell, SurvivalTally
from auditkit.results.measurements import Measurement
from auditkit.results.tally import GroupTally, Tally, counts_by_group
from auditkit.statistics import survival, two_phase
from auditkit.statistics.two_phase import TwoSamples

COMPLETE = "follow-up complete"
RATES = (
    "selection_rate", "false_positive_rate", "false_negative_rate", "positive_predictive_value",
    "negative_predictive_value", "prevalence",
)  # fmt: skip


def follow_up(tally: Tally, measuring: Measuring) -> Iterator[Measurement]:
    """Repeat the rates for people with complete follow-up, and at a common horizon for everyone.

    References
    ----------
    Methods 3.13; Kaplan and Meier 1958.
    """
    yield from among(tally.followed, tally, measuring, stratum=COMPLETE)
    for leaving in tally.survival:
        yield from _at_horizon(leaving, tally, measuring)


def among(
    tables: tuple[GroupTally, ...], tally: Tally, measuring: Measuring, *, stratum: str
) -> Iterator[Measurement]:
    """Repeat the rates for some of the people, as they are counted in tables of their own.

    References
    ----------
    Methods 3.1.
    """
    known = metrics_for(measuring.orientation)
    for table in tables:
        for name in RATES:
            if known[name].needs_outcome and not tally.has_outcome:
                continue
            rates = rates_of(
                known[name], table, measuring=measuring, sampled=tally.sampled, refused=tally.refused
            )
            block = RateBlock(
                metric=name, dimension=table.dimension, reference=table.reference, rates=rates, stratum=stratum,
                fills=open_in(known[name], table, kinds=BOTH, sampled=tally.sampled),
            )  # fmt: skip
            yield from reported(block, measuring)


def _at_horizon(table: SurvivalTally, tally: Tally, measuring: Measuring) -> Iterator[Measurement]:
    groups = sorted({cell.group for cell in table.cells})
    for name in RATES[1:]:
        refused = refusal(name, tally.refused)
        rates = {
            group: _rate(name, _people(group, table, tally), table.horizon, measuring)
            if refused is None
            else _none(refused)
            for group in groups
        }
        block = RateBlock(
            metric=name, dimension=table.dimension, reference=table.reference, rates=rates,
            stratum=f"day {table.horizon}",
        )  # fmt: skip
        yield from reported(block, measuring)


def _none(reason: str) -> Rate:
    return Rate(numerator=None, denominator=None, value=0.0, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class _People:
    """People of one group whose follow-up is known, by decision; and how many were flagged, of how many."""

    seen: dict[int, list[SurvivalCell]]
    flagged: int
    total: int

    def n(self, decision: int) -> int:
        return sum(cell.events + cell.censored for cell in self.seen[decision])


def _people(group: tuple[str, ...], table: SurvivalTally, tally: Tally) -> _People:
    """Count a group; with an audit sample, unflagged people who were not drawn count among all."""
    own = [cell for cell in table.cells if cell.group == group]
    seen = {decision: [cell for cell in own if cell.decision == decision] for decision in (0, 1)}
    flagged, unflagged = (sum(cell.events + cell.censored for cell in seen[decision]) for decision in (1, 0))
    if tally.sampled:
        whole = next(one for one in tally.dimensions if one.dimension == table.dimension)
        n = counts_by_group(whole)[group].n
        flagged, unflagged = n["flagged"], n["unflagged"]
    return _People(seen=seen, flagged=flagged, total=flagged + unflagged)


def _rate(name: str, people: _People, horizon: int, measuring: Measuring) -> Rate:
    wanted = {"positive_predictive_value": (1,), "negative_predictive_value": (0,)}.get(name, (0, 1))
    if min(people.n(decision) for decision in wanted) < measuring.minimum_n:
        return _none("NE-SMALL" if all(people.n(decision) for decision in wanted) else "NE-DENOM")
    try:
        seen = {decision: _outcome(people.seen[decision], horizon) for decision in wanted}
    except ValueError:
        return _none("NE-CENSOR")
    if name in two_phase.RATES:
        without = two_phase.Counts(seen[0].n - seen[0].x, seen[0].n)
        return combined(name, TwoSamples(people.flagged, people.total, seen[1], without), design="_followed")
    (x, n), flagged = seen[wanted[0]], wanted[0] == 1
    x = x if flagged else n - x
    return Rate(numerator=None, denominator=None, value=x / n, reason=None, size=(x, n), design="_followed")


def _outcome(cells: list[SurvivalCell], horizon: int) -> two_phase.Counts:
    """Return the share with the outcome by the horizon, as counts of an independent sample."""
    found = survival.kaplan_meier(
        [cell.day for cell in cells],
        [cell.events for cell in cells],
        [cell.censored for cell in cells],
        horizon=horizon,
    )
    return two_phase.effective_counts(found.event_probability, found.variance, n=max(1, found.at_risk))
