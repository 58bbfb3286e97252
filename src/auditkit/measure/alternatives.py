"""Rules that might serve the same need with less disparity: searched for in one half, measured in the other.

References
----------
Methods 7: candidates, search on one half, paired intervals on common units. Nothing is recommended, and no blended
score ranks rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditkit.measure.alternative_numbers import Compared, numbers
from auditkit.measure.alternative_tables import Halves, cut_bins, eligible, halves, table_of
from auditkit.measure.choices import Measuring
from auditkit.measure.group_thresholds import group_rules
from auditkit.measure.groups import refusal
from auditkit.results.alternatives import (
    ESTIMATE,
    SEARCH,
    Alternatives,
    AlternativesTally,
    Candidate,
    Kind,
)
from auditkit.results.measurements import Measurement
from auditkit.results.tally import Tally

Floats = NDArray[np.float64]
SHORTLIST = 5
"""So many rules at most are tested in the other half."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """A rule and what it does in both halves."""

    name: str
    kind: Kind
    tables: tuple[Floats, Floats]
    inputs: tuple[str, ...] = ()
    uses_group: bool = False
    trained_with_group: bool = False
    randomised: bool = False


def find_alternatives(tally: Tally, measuring: Measuring) -> tuple[list[Measurement], Alternatives]:
    """Try every rule, keep those that do best in the searching half, and measure all in the other.

    References
    ----------
    Methods 7.
    """
    given = tally.alternatives
    assert given is not None  # noqa: S101  # asked for only where it was counted
    groups = eligible(given, minimum_n=measuring.minimum_n)
    none = Alternatives(aim=given.aim, dimension=given.dimension, reason=_reason(tally, given, groups))
    if none.reason is not None:
        return [], none
    table = halves(given, groups)
    own = Rule(name="as deployed", kind="deployed", tables=(table.deployed(SEARCH), table.deployed(ESTIMATE)))
    compared = _pair(own, given, groups, measuring)
    rules = [rule for rule in _rules(given, table, groups) if _differs(rule)]
    if not rules:
        return [], replace(none, reason="NE-RECORDS")
    short = _shortlist(rules, compared)
    items = list(numbers(own, compared, shortlisted=0))
    for rule in rules:
        items += numbers(rule, compared, shortlisted=len(short) if rule.name in short else 0)
    known = {cell.group for cell in given.cells}
    found = replace(
        none, group=compared.named(0), against=compared.named(1), groups=groups,
        left_out=len(known) - len(groups), people=round(float(own.tables[ESTIMATE].sum())),
        fitted_on=given.fitted_on, sampled=given.sampled,
        candidates=tuple(_candidate(rule, groups, short) for rule in (own, *rules)),
    )  # fmt: skip
    return items, found


def _reason(tally: Tally, given: AlternativesTally, groups: tuple[tuple[str, ...], ...]) -> str | None:
    """Say why rules cannot be compared."""
    rate = given.aim.disparity.rpartition("_")[0]
    hidden = any(cell.suppressed for one in tally.dimensions for cell in one.cells)
    reasons = {
        "NE-TRUTH": not tally.has_outcome,
        "NE-SELECT": tally.sampled,
        "NE-SUPP": hidden,
        "NE-SMALL": len(groups) < 2,
    }
    refused = refusal(rate, tally.refused) or refusal("false_positive_rate", tally.refused)
    return refused or next((reason for reason, holds in reasons.items() if holds), None)


def _pair(
    own: Rule, given: AlternativesTally, groups: tuple[tuple[str, ...], ...], measuring: Measuring
) -> Compared:
    """Choose the two groups between which the tool's own rule leaves the widest gap in the searching half."""
    against = [groups.index(given.reference)] if given.reference in groups else range(len(groups))
    pairs = [
        Compared(
            aim=given.aim, dimension=given.dimension, groups=groups, pair=(a, b),
            burden=measuring.orientation == "burden",
        )
        for b in against for a in range(len(groups)) if a != b
    ]  # fmt: skip

    def width(compared: Compared) -> float:
        gap = compared.gap(own.tables[SEARCH], candidate=False)
        return 0.0 if gap is None else abs(gap.value)

    return max(pairs, key=width)


def _rules(given: AlternativesTally, table: Halves, groups: tuple[tuple[str, ...], ...]) -> Iterator[Rule]:
    """Lay out every rule to be tried: other limits, limits by group, and models fitted beside the tally."""
    rate = given.aim.disparity.rpartition("_")[0]
    starts = cut_bins(given, table)
    coarse = table.joined(starts)
    pieces = np.arange(len(starts))
    if "thresholds" in given.aim.methods and given.scored:
        for at in range(1, len(starts)):
            chances = np.tile((pieces >= at).astype(np.float64), (len(groups), 1))
            low = given.bins[starts[at]].low
            yield _scored(coarse, chances, name=f"limit at {low:.4g}", kind="threshold")
    if "group_thresholds" in given.aim.methods and len(starts) > 1:
        people = coarse.counts[SEARCH].sum(axis=2)
        for found in group_rules(people, rate=rate, utility=given.aim.utility):
            yield replace(
                _scored(coarse, found.chances, name=found.name, kind="group_thresholds"), uses_group=True
            )
    for fitted in given.fitted:
        cells = {one.group: one for one in fitted.cells}
        if set(groups) <= cells.keys():
            tables = tuple(
                np.array([table_of(getattr(cells[group], name)) for group in groups])
                for name in ("search", "estimate")
            )
            yield Rule(
                name=fitted.name, kind=fitted.kind, tables=(tables[0], tables[1]), inputs=fitted.inputs,
                trained_with_group=fitted.trained_with_group, randomised=fitted.randomised,
            )  # fmt: skip


def _scored(coarse: Halves, chances: Floats, *, name: str, kind: Kind) -> Rule:
    lots = bool(((chances > 0) & (chances < 1)).any())
    tables = (coarse.decided(SEARCH, chances), coarse.decided(ESTIMATE, chances))
    return Rule(name=name, kind=kind, tables=tables, randomised=lots)


def _differs(rule: Rule) -> bool:
    """Tell whether a rule decides differently about anybody, and both flags and passes people."""
    search = rule.tables[SEARCH]
    return bool(
        search[:, 0, 1].sum() + search[:, 1, 0].sum() > 0 and 0 < search[:, :, 1].sum() < search.sum()
    )


def _shortlist(rules: list[Rule], compared: Compared) -> frozenset[str]:
    """Name the rules that, in the searching half, keep the need and better the gap: those that no other beats in both."""
    points: dict[str, tuple[float, float]] = {}
    for rule in rules:
        table = rule.tables[SEARCH]
        gain, margin = compared.gain(table), compared.margin(table)
        if gain is None or margin is None or not compared.within(table):
            continue
        if gain.value >= -compared.aim.tolerated_loss and margin.value > 0:
            points[rule.name] = (gain.value, margin.value)
    best = [
        name for name, (gain, margin) in points.items()
        if not any(
            other != name and (g, m) != (gain, margin) and g >= gain and m >= margin for other, (g, m) in points.items()
        )
    ]  # fmt: skip
    return frozenset(sorted(best, key=lambda name: (-points[name][1], name))[:SHORTLIST])


def _candidate(rule: Rule, groups: tuple[tuple[str, ...], ...], short: frozenset[str]) -> Candidate:
    cells: Any = {
        group: tuple(float(n) for n in rule.tables[ESTIMATE][at].ravel()) for at, group in enumerate(groups)
    }
    return Candidate(
        name=rule.name, kind=rule.kind, inputs=rule.inputs, uses_group=rule.uses_group,
        trained_with_group=rule.trained_with_group, randomised=rule.randomised, shortlisted=rule.name in short,
        cells=cells,
    )  # fmt: skip
