"""Whether the group is unknown more often for some people than for others."""

from collections.abc import Iterator

from auditkit.measure.choices import Measuring
from auditkit.measure.comparisons import Pairing, difference
from auditkit.measure.groups import Rate, rate_result
from auditkit.results.measurements import Group, Measurement
from auditkit.results.tally import Cell, GroupTally, is_known

METRIC, NOT_KNOWN = "group_missing_rate", "not known"
BY = {"decision": ("flagged", "not flagged"), "outcome": ("recorded", "not recorded")}
"""Whom the share of unknown groups is compared between."""


def unknown_rate(tally: GroupTally) -> Measurement:
    """Measure the share of people whose group is not known."""
    unknown = sum(cell.n for cell in tally.cells if not is_known(cell.group))
    everyone = sum(cell.n for cell in tally.cells)
    hidden = any(cell.suppressed for cell in tally.cells)
    reason = "NE-SUPP" if hidden else None if everyone else "NE-DENOM"
    rate = Rate(numerator=unknown, denominator=everyone, value=unknown / max(1, everyone), reason=reason)
    return Measurement(
        metric="unknown_group_rate", dimension=tally.dimension, group=(), against=None,
        result=rate_result(rate, family_critical=None),
    )  # fmt: skip


def missing_groups(tally: GroupTally, measuring: Measuring) -> Iterator[Measurement]:
    """Compare how often the group is unknown: flagged people with others, and people with the outcome with others.

    References
    ----------
    Methods D12 and 3.12: where membership is missing by decision or outcome, rates of known people are off. Rows are
    taken as independent; where people repeat, no interval is given.
    """
    if len(tally.dimension) != 1 or all(is_known(cell.group) for cell in tally.cells):
        return
    reason = (
        "NE-SUPP" if any(cell.suppressed for cell in tally.cells) else "NE-BLOCKS" if tally.repeats else None
    )
    for act, sides_of in BY.items():
        rates = [_rate(tally, act, value, minimum_n=measuring.minimum_n, reason=reason) for value in (1, 0)]
        if any(rate is None for rate in rates):
            continue
        first, second = (rate for rate in rates if rate is not None)
        sides: list[Group] = [((tally.dimension[0], NOT_KNOWN), (act, words)) for words in sides_of]
        for group, rate in zip(sides, (first, second), strict=True):
            yield Measurement(
                metric=METRIC, dimension=tally.dimension, group=group, against=None,
                result=rate_result(rate, family_critical=None),
            )  # fmt: skip
        alone = Pairing(pairs=(), critical=None, simultaneous=False)
        yield Measurement(
            metric=f"{METRIC}_difference", dimension=tally.dimension, group=sides[0], against=sides[1],
            result=difference(first, second, alone),
        )  # fmt: skip


def _rate(tally: GroupTally, act: str, value: int, *, minimum_n: int, reason: str | None) -> Rate | None:
    """Return the share of unknown groups among people with a decision or an outcome; None where there are no such."""
    chosen: list[Cell] = [cell for cell in tally.cells if getattr(cell, act) == value]
    everyone = sum(cell.n for cell in chosen)
    if not everyone:
        return None
    unknown = sum(cell.n for cell in chosen if not is_known(cell.group))
    few = "NE-SMALL" if everyone < minimum_n else None
    return Rate(
        numerator=unknown, denominator=everyone, value=unknown / everyone,
        reason=few if reason == "NE-BLOCKS" and few else reason or few,
    )  # fmt: skip
