"""What a report shows of people in similar circumstances, and of people who were followed for as long."""

import re
from dataclasses import dataclass

from auditkit.report.lookup import Figure, Lookup, is_known, label, most_telling, side
from auditkit.report.numbers import p_value
from auditkit.report.scores_page import SHOWN_GROUPS, main_error
from auditkit.results.document import MeasurementRecord

COMPARED = ("false_positive_rate", "false_negative_rate", "selection_rate")
FOLLOWED = (
    "false_positive_rate", "false_negative_rate", "positive_predictive_value", "negative_predictive_value", "prevalence",
)  # fmt: skip
UNEVEN = 0.05
"""Below this p-value of the Breslow-Day test, one ratio is not said to describe all circumstances."""
COMPLETE = "follow-up complete"
_DAY = re.compile(r"^day (\d+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """Two groups compared as they are, and among people in similar circumstances."""

    group: str
    against: str
    crude: Figure
    adjusted: Figure
    side: str | None
    """above or below where a difference is left within circumstances; None where none was shown."""
    uneven: bool | None
    """Whether one ratio does not describe all circumstances; None where that could not be tested."""
    used: Figure | None
    """Circumstances that say something, and how many there are."""
    p_value: str
    breslow_day: str
    measurements: tuple[str, ...]
    """Of the two tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstance:
    """Rates by group among people who share their circumstances."""

    stratum: str
    cells: tuple[Figure | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """One rate in one dimension, compared within circumstances."""

    metric: str
    dimension: str
    main: bool
    """Whether it is the error that costs people most."""
    telling: Within | None
    pairs: tuple[Within, ...]
    groups: tuple[str, ...]
    circumstances: tuple[Circumstance, ...]
    """One by one, where they differ from each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedRow:
    """A rate of one group among all people, among those followed for long enough, and by a day."""

    metric: str
    group: str
    all: Figure | None
    complete: Figure | None
    by_day: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedTable:
    """Error rates beside each other in one dimension."""

    dimension: str
    day: str | None
    """The common day for everyone, counted from scoring."""
    complete: bool
    rows: tuple[FollowedRow, ...]


def similar(look: Lookup) -> tuple[Similar, ...]:
    """Read the comparisons within circumstances, the most important rate first."""
    main = main_error(look)
    order = sorted(COMPARED, key=lambda metric: metric != main)
    dimensions = {
        metric: tuple(dict.fromkeys(item.dimension for item in look.document.measurements if item.metric == f"{metric}_common_odds_ratio"))
        for metric in order
    }  # fmt: skip
    return tuple(
        _similar(look, metric, dimension, main=metric == main)
        for metric in order
        for dimension in dimensions[metric]
    )


def _similar(look: Lookup, metric: str, dimension: str, *, main: bool) -> Similar:
    adjusted = look.pairs(f"{metric}_common_odds_ratio", dimension)
    pairs = {item.id: _within(look, metric, item) for item in adjusted}
    telling = most_telling(adjusted)
    named = [name for name in look.strata(metric) if " = " in name]
    found = {
        (label(item.group), name): item
        for name in named
        for item in look.alone(metric, dimension, stratum=name)
        if is_known(item)
    }
    reference = look.reference(dimension)
    groups = sorted(dict.fromkeys(group for group, _ in found), key=lambda group: (group != reference, group))
    groups = groups[:SHOWN_GROUPS]
    return Similar(
        metric=metric, dimension=dimension, main=main, telling=pairs[telling.id] if telling else None,
        pairs=tuple(pairs.values()), groups=tuple(groups),
        circumstances=tuple(
            Circumstance(stratum=name, cells=tuple(_cell(look, found.get((group, name))) for group in groups))
            for name in named
            if any((group, name) in found for group in groups)
        ),
    )  # fmt: skip


def _cell(look: Lookup, item: MeasurementRecord | None) -> Figure | None:
    return None if item is None else look.rate(item)


def _within(look: Lookup, metric: str, adjusted: MeasurementRecord) -> Within:
    crude, used, test, even = (
        look.pair(f"{metric}_{name}", adjusted)
        for name in ("odds_ratio", "strata_used", "cmh_p_value", "breslow_day_p_value")
    )
    return Within(
        group=label(adjusted.group), against=label(adjusted.against), crude=look.number(crude or adjusted),
        adjusted=look.number(adjusted), side=side(adjusted, equal=1.0),
        uneven=None if even is None or even.value is None else even.value < UNEVEN,
        used=None if used is None else look.count(used), p_value=p_text(look, test), breslow_day=p_text(look, even),
        measurements=tuple(one.id for one in (test, even) if one is not None),
    )  # fmt: skip


def p_text(look: Lookup, item: MeasurementRecord | None) -> str:
    """Write a p-value with three digits; empty where there is none."""
    return "" if item is None or item.value is None else p_value(item.value, locale=look.locale)


def followed(look: Lookup) -> tuple[FollowedTable, ...]:
    """Read the rates of people who were followed for as long, beside those of everyone."""
    days = dict.fromkeys(name for metric in FOLLOWED for name in look.strata(metric) if _DAY.match(name))
    day = next(iter(days), None)
    kinds = [name for name in (COMPLETE, day) if name]
    dimensions = dict.fromkeys(
        dimension
        for metric in FOLLOWED
        for dimension in look.dimensions(metric)
        if any(look.alone(metric, dimension, stratum=name) for name in kinds)
    )
    return tuple(_followed(look, dimension, day) for dimension in dimensions)


def _followed(look: Lookup, dimension: str, day: str | None) -> FollowedTable:
    rows = []
    for metric in FOLLOWED:
        found = {
            kind: {label(item.group): item for item in look.alone(metric, dimension, stratum=kind) if is_known(item)}
            for kind in ("", COMPLETE, *((day,) if day else ()))
        }  # fmt: skip
        for group in dict.fromkeys(group for items in found.values() for group in items):
            everyone, complete, by_day = (
                _cell(look, found.get(kind, {}).get(group)) for kind in ("", COMPLETE, day or "none")
            )
            rows.append(
                FollowedRow(metric=metric, group=group, all=everyone, complete=complete, by_day=by_day)
            )
    return FollowedTable(
        dimension=dimension, day=_DAY.sub(r"\1", day) if day else None, rows=tuple(rows),
        complete=any(row.complete is not None for row in rows),
    )  # fmt: skip
