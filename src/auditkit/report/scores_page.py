"""What a report shows of scores: whether one means the same for everyone, and what another limit would do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from auditkit.report.charts import Chart, dots, pairs
from auditkit.report.lookup import (
    Figure,
    Lookup,
    Scores,
    is_known,
    label,
    most_telling,
    score_limit,
    scores_of,
    side,
)  # fmt: skip
from auditkit.report.numbers import as_written
from auditkit.report.score_chart import Line, ScoreChart, ScorePoint, score_chart
from auditkit.results.document import MeasurementRecord

AT_SCORE = "outcome_rate_at_score"
SHOWN_LINES, SHOWN_GROUPS = 3, 6
"""So many groups are drawn, and so many have a column in a table; the others stand in the CSV."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualScore:
    """Whether the outcome came as often in one group as in another, at the same score."""

    measurement: str
    group: str
    against: str
    side: str
    """above, below, same (no difference was shown) or none (no number)."""
    reason: str | None
    log_odds: Figure
    slope: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """How well scores put people of one group in order."""

    group: str
    area: Figure
    compared: str | None
    """above, below or same, next to the reference group; None where nothing is compared."""
    slope: Figure | None
    in_the_large: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """The outcome at some scores, group by group."""

    scores: Scores
    cells: tuple[Figure | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTable:
    """Scores in one dimension."""

    id: str
    dimension: str
    reference: str | None
    groups: tuple[str, ...]
    more: tuple[str, ...]
    """A measurement of each group that stands in the CSV only."""
    rows: tuple[ScoreRow, ...]
    shown: bool
    """Whether any figure by score is there; where few people have some scores, all may be withheld."""
    chart: ScoreChart | None
    all_drawn: bool
    """Whether the chart shows every group."""
    equal: tuple[EqualScore, ...]
    rankings: tuple[Ranking, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRow:
    """Rates by group at one score limit."""

    limit: str
    own: bool
    """Whether it is the tool's own."""
    cells: tuple[Figure | None, ...]
    ratio: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitTable:
    """Rates by group at other score limits."""

    id: str
    metric: str
    dimension: str
    groups: tuple[str, ...]
    empty: tuple[tuple[str, str | None], ...]
    """Groups without any number, each with the reason; None where it was withheld."""
    more: tuple[str, ...]
    """A measurement of each group that stands in the CSV only."""
    group: str
    against: str
    """The two groups whose ratio is shown: those that differ most clearly at the tool's own limit."""
    rows: tuple[LimitRow, ...]
    chart: Chart | None
    """Of that ratio, limit by limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forced:
    """The rate of wrong flags that the recorded outcomes force on one group."""

    group: str
    recorded: Figure
    implied: Figure
    measured: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForcedTable:
    """What cannot be equal at once, in one dimension."""

    id: str
    dimension: str
    first: Forced
    second: Forced
    rows: tuple[Forced, ...]
    chart: Chart | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoresPage:
    """Everything about scores that was measured."""

    everyone: Figure | None
    """Area under the curve, of 100 pairs."""
    probability: bool
    """Whether a score is meant as the chance of the outcome."""
    tables: tuple[ScoreTable, ...]
    limits: tuple[LimitTable, ...]
    forced: tuple[ForcedTable, ...]


def scores_page(look: Lookup) -> ScoresPage:
    """Read what is shown of scores; each part is empty where it was not measured."""
    everyone = next(iter(look.alone("area_under_curve", "")), None)
    return ScoresPage(
        everyone=None if everyone is None else look.number(everyone, digits=0, scale=100.0),
        probability=bool(look.alone("calibration_in_the_large", "")),
        tables=tuple(_table(look, dimension) for dimension in look.dimensions(AT_SCORE)),
        limits=_limits(look),
        forced=tuple(
            table
            for dimension in look.dimensions("implied_false_positive_rate")
            if (table := _forced(look, dimension)) is not None
        ),
    )


def _table(look: Lookup, dimension: str) -> ScoreTable:
    bins = look.strata(AT_SCORE)
    found = {
        (label(item.group), name): item
        for name in bins
        for item in look.alone(AT_SCORE, dimension, stratum=name)
    }
    reference = look.reference(dimension)
    groups = _by_size(list(found.values()), reference=reference)
    rows = tuple(
        ScoreRow(
            scores=_scores(look, name),
            cells=tuple(look.rate(item) if (item := found.get((group, name))) else None for group in groups[:SHOWN_GROUPS]),
        )
        for name in bins
    )  # fmt: skip
    lines = tuple(
        Line(
            group=group,
            points=tuple(
                None if (item := found.get((group, name))) is None else _point(item) for name in bins
            ),
        )
        for group in groups[:SHOWN_LINES]
    )
    chart = score_chart(
        lines, tuple(as_written(_short(scores_of(name).low), locale=look.locale) for name in bins)
    )
    return ScoreTable(
        id=dimension.replace("+", "-"), dimension=dimension, reference=reference, groups=groups[:SHOWN_GROUPS],
        more=_firsts(found, groups[SHOWN_GROUPS:]), rows=rows, shown=any(figure is not None and figure.value for row in rows for figure in row.cells), chart=chart,
        all_drawn=chart is not None and len(chart.series) == len(groups),
        equal=tuple(_equal(look, item) for item in look.pairs("calibration_log_odds_difference", dimension)),
        rankings=tuple(_ranking(look, item) for item in look.alone("area_under_curve", dimension) if is_known(item)),
    )  # fmt: skip


def _firsts(found: dict[tuple[str, str], MeasurementRecord], groups: Sequence[str]) -> tuple[str, ...]:
    """Return the id of one number of each group."""
    return tuple(next(item.id for (name, _), item in found.items() if name == group) for group in groups)


def _scores(look: Lookup, stratum: str) -> Scores:
    found = scores_of(stratum)
    low, high = (as_written(one, locale=look.locale) for one in (found.low, found.high))
    return replace(found, low=low, high=high)


def _short(score: str) -> str:
    """Write a score with two digits where more would not fit below a chart.

    >>> _short("0.1364"), _short("10")
    ('0.14', '10')
    """
    return score if len(score) <= 4 else f"{float(score):.2g}"


def _by_size(items: list[MeasurementRecord], *, reference: str | None) -> tuple[str, ...]:
    """Order known groups: the reference, then those with most numbers and most people behind one."""
    known = [item for item in items if is_known(item)]

    def size(group: str) -> tuple[bool, int, int]:
        own = [item for item in known if label(item.group) == group]
        most = max((item.denominator or 0 for item in own), default=0)
        return group == reference, sum(1 for item in own if item.value is not None), most

    return tuple(sorted(dict.fromkeys(label(item.group) for item in known), key=size, reverse=True))


def _point(item: MeasurementRecord) -> ScorePoint | None:
    low, high = item.interval or (None, None)
    if item.value is None or low is None or high is None:
        return None
    return ScorePoint(rate=item.value, low=low, high=high)


def _equal(look: Lookup, item: MeasurementRecord) -> EqualScore:
    slope = look.pair("calibration_slope_difference", item)
    return EqualScore(
        measurement=item.id, group=label(item.group), against=label(item.against),
        side="none" if item.value is None else side(item, equal=0.0) or "same", reason=item.reason,
        log_odds=look.number(item), slope=None if slope is None else look.number(slope, digits=3),
    )  # fmt: skip


def _ranking(look: Lookup, item: MeasurementRecord) -> Ranking:
    slope, gap = (look.one(name, item) for name in ("calibration_slope", "calibration_in_the_large"))
    pairs = look.pairs("area_under_curve_difference", item.dimension)
    pair = next((one for one in pairs if one.group == item.group), None)
    return Ranking(
        group=label(item.group), area=look.number(item, digits=0, scale=100.0),
        compared=None if pair is None or pair.value is None else side(pair, equal=0.0) or "same",
        slope=None if slope is None else look.number(slope, digits=3),
        in_the_large=None if gap is None else look.number(gap, digits=1, scale=100.0),
    )  # fmt: skip


def main_error(look: Lookup) -> str:
    """Name the error that costs people most: a wrong flag where it is a burden, a miss where it is a benefit."""
    burden = look.document.tool.orientation == "burden"
    return "false_positive_rate" if burden else "false_negative_rate"


def _limits(look: Lookup) -> tuple[LimitTable, ...]:
    metric = main_error(look)
    named = {name: limit for name in look.strata(metric) if (limit := score_limit(name)) is not None}
    dimensions = [
        dimension
        for dimension in look.dimensions(metric)
        if any(look.alone(metric, dimension, stratum=name) for name in named)
    ]
    return tuple(_limit_table(look, metric, dimension, named) for dimension in dimensions)


def _limit_table(look: Lookup, metric: str, dimension: str, named: dict[str, str]) -> LimitTable:
    own = _own(look, named)
    found = {
        (label(item.group), name): item for name in named for item in look.alone(metric, dimension, stratum=name)
    }  # fmt: skip
    groups = _by_size(list(found.values()), reference=look.reference(dimension))
    empty = [group for group in groups if all(found[group, name].value is None for name in named)]
    shown = [group for group in groups if group not in empty]
    ratios = {name: look.pairs(f"{metric}_ratio", dimension, stratum=name) for name in named}
    telling = most_telling(ratios.get(own or "", [])) or most_telling(
        [one for items in ratios.values() for one in items]
    )
    rows = tuple(
        LimitRow(
            limit=as_written(limit, locale=look.locale), own=name == own,
            cells=tuple(look.rate(found[group, name]) for group in shown[:SHOWN_GROUPS]),
            ratio=next((look.number(one) for one in ratios[name] if telling and _same_pair(one, telling)), None),
        )
        for name, limit in named.items()
    )  # fmt: skip
    drawn = [(row.limit, look.shown(row.ratio)) for row in rows]
    return LimitTable(
        id=dimension.replace("+", "-"), metric=metric, dimension=dimension, groups=tuple(shown[:SHOWN_GROUPS]), more=_firsts(found, shown[SHOWN_GROUPS:]),
        empty=tuple((group, found[group, next(iter(named))].reason) for group in empty),
        group=label(telling.group) if telling else "", against=label(telling.against) if telling else "", rows=rows,
        chart=dots(((limit, *shown) for limit, shown in drawn if shown), reference=1.0, share=False),
    )  # fmt: skip


def _same_pair(one: MeasurementRecord, other: MeasurementRecord) -> bool:
    return (one.group, one.against) == (other.group, other.against)


def _own(look: Lookup, named: dict[str, str]) -> str | None:
    """Return the stratum of the tool's own limit: the first score that it flags."""
    decision = look.document.records.decision
    if decision.rule != "score_at_least" or decision.number is None:
        return None
    least = float(f"{decision.number:.4g}")  # as coarse as the names of limits
    flagged = [name for name, limit in named.items() if float(limit) >= min(least, decision.number)]
    return min(flagged, key=lambda name: float(named[name]), default=None)


def _forced(look: Lookup, dimension: str) -> ForcedTable | None:
    rows = tuple(
        (item, _one_forced(look, item))
        for item in look.alone("implied_false_positive_rate", dimension)
        if item.value is not None and _recorded(look, item) is not None
    )
    if len(rows) < 2:
        return None
    reference = look.reference(dimension)
    people = {row.group: (_recorded(look, item) or item).denominator or 0 for item, row in rows}
    ordered = sorted(
        (row for _, row in rows), key=lambda row: (row.group == reference, people[row.group]), reverse=True
    )
    drawn = [(row.group, look.shown(row.measured), look.shown(row.implied)) for _, row in rows]
    return ForcedTable(
        id=dimension.replace("+", "-"), dimension=dimension, first=ordered[1], second=ordered[0],
        rows=tuple(row for _, row in rows), chart=pairs(drawn),
    )  # fmt: skip


def _recorded(look: Lookup, item: MeasurementRecord) -> MeasurementRecord | None:
    found = look.rate_of("prevalence", item.group)
    return found if found is not None and found.value is not None else None


def _one_forced(look: Lookup, item: MeasurementRecord) -> Forced:
    recorded, measured = _recorded(look, item), look.rate_of("false_positive_rate", item.group)
    return Forced(
        group=label(item.group), recorded=look.rate(recorded or item), implied=look.rate(item),
        measured=None if measured is None or measured.value is None else look.rate(measured),
    )  # fmt: skip
