"""What the templates show, in the order in which people read it; looked up and rounded, never computed."""

from dataclasses import dataclass

from auditkit.report.alerts import AlertsView, alerts_view
from auditkit.report.charts import Chart, Point, rate_chart
from auditkit.report.city import City, city
from auditkit.report.numbers import decimal, per_cent, per_thousand, whole
from auditkit.results.document import AuditDocument, ComparisonRecord, FindingRecord, MeasurementRecord
from auditkit.results.tally import UNKNOWN

RATES = (
    "false_positive_rate", "false_negative_rate", "selection_rate", "positive_predictive_value",
    "negative_predictive_value", "favourable_rate", "prevalence",
)  # fmt: skip
"""The order in which rates are shown."""
ORDER = ("does_not_meet", "cannot_tell", "not_checked", "meets")
Counted = dict[str, list[FindingRecord]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One group in a table of a rate."""

    measurement: str
    label: str
    known: bool
    status: str
    rate: str
    low: str
    high: str
    numerator: str
    denominator: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTable:
    """One rate in one dimension: a chart and the table it draws."""

    id: str
    metric: str
    dimension: str
    reference: str | None
    rows: tuple[Row, ...]
    chart: Chart | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A number judged against a limit, with what a sentence about it needs."""

    measurement: str
    metric: str
    """The rate that is compared."""
    kind: str
    """ratio, difference, range, rate or lowest_to_highest."""
    dimension: str
    group: str
    against: str
    status: str
    result: str
    """estimated, not_estimable or withheld."""
    reason: str | None
    value: str | None
    low: str | None
    high: str | None
    group_rate: str | None
    """Of 1,000."""
    against_rate: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A finding with the statement that decided it, and all the others."""

    finding: FindingRecord
    metric: str
    """The rate that the limit is about."""
    at_least: str | None
    at_most: str | None
    points: bool
    """Whether the limit is in percentage points."""
    first: Statement | None
    statements: tuple[Statement, ...]
    counts: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything a template shows."""

    people: str | None
    rates: tuple[tuple[str, tuple[RateTable, ...]], ...]
    """Tables of each rate, most important first."""
    judged: tuple[Judged, ...]
    headlines: tuple[Judged, ...]
    by_status: dict[str, int]
    deciding: tuple[str, ...]
    """Limits that decided the advice, each with its dimension."""
    met: tuple[str, ...]
    """Limits that are met, each with its dimension."""
    undecided: tuple[str, ...]
    """The first groups about which some required limit could not be judged."""
    undecided_more: int
    unknown: tuple[str, ...]
    """Ways of dividing people in which somebody's group is unknown, each with that share."""
    failed: tuple[object, ...]
    passed: tuple[object, ...]
    skipped: tuple[object, ...]
    city: City | None
    """Only for a place tool."""
    alerts: AlertsView | None
    """Only for an alert system."""


class Reader:
    """Looks numbers up in the document and writes them in one language."""

    def __init__(self, document: AuditDocument, *, locale: str) -> None:
        self.document = document
        self.locale = locale
        self._items = {item.id: item for item in document.measurements}
        self._references = {group.name: group.reference for group in document.records.groups}

    def view(self) -> View:
        """Read the whole document."""
        judged = tuple(sorted((self._judged(finding) for finding in self.document.findings), key=_importance))
        checks = self.document.checks
        everyone = self._items.get("people/everyone")
        numbered = everyone is not None and everyone.value is not None
        undecided = _undecided(judged)
        return View(
            people=whole(everyone.value or 0, locale=self.locale) if numbered and everyone else None,
            rates=tuple((rate, tables) for rate in self._rates() if (tables := self._tables(rate))),
            judged=judged,
            headlines=_headlines(judged),
            by_status={status: sum(1 for one in judged if one.finding.status == status) for status in ORDER},
            deciding=tuple(
                _limit_name(one)
                for one in judged
                if one.finding.id in self.document.recommendation.decided_by
            ),
            met=tuple(_limit_name(one) for one in judged if one.finding.status == "meets"),
            unknown=self._unknown(),
            undecided=undecided[:6],
            undecided_more=len(undecided[6:]),
            failed=tuple(check for check in checks if check.status in {"failed", "could_not_run"}),
            passed=tuple(check for check in checks if check.status == "passed"),
            skipped=tuple(check for check in checks if check.status == "not_applicable"),
            city=None if self.document.places is None else city(self.document, locale=self.locale),
            alerts=None if self.document.alerts is None else alerts_view(self.document, locale=self.locale),
        )

    def _unknown(self) -> tuple[str, ...]:
        """Write the share of people whose group is unknown, for each single way of dividing them."""
        return tuple(
            f"{item.dimension}: {per_cent(item.value, locale=self.locale)}"
            for item in self.document.measurements
            if item.metric == "unknown_group_rate" and item.value and "+" not in item.dimension
        )

    def _rates(self) -> tuple[str, ...]:
        """Every rate of groups, the known ones in their order, then any that were added."""
        measured = {item.metric for item in self.document.measurements}
        added = sorted(name for name in measured if f"{name}_range" in measured and name not in RATES)
        return (*RATES, *added)

    def _tables(self, metric: str) -> tuple[RateTable, ...]:
        alone = [
            item for item in self.document.measurements if item.metric == metric and item.against is None
        ]
        dimensions = dict.fromkeys(item.dimension for item in alone if item.dimension)
        return tuple(
            self._table(metric, name, [i for i in alone if i.dimension == name]) for name in dimensions
        )

    def _table(self, metric: str, dimension: str, items: list[MeasurementRecord]) -> RateTable:
        ordered = sorted(
            items, key=lambda item: (UNKNOWN in item.group.values(), -(item.value or -1.0), item.id)
        )
        rows = tuple(self._row(item) for item in ordered)
        reference = self._reference(dimension)
        drawn = [item for item in ordered if item.value is not None and item.interval]
        points = tuple(self._point(item) for item in drawn)
        line = next((item.value for item in drawn if label(item.group) == reference), None)
        return RateTable(
            id=f"{metric}-{dimension.replace('+', '-')}", metric=metric, dimension=dimension, reference=reference,
            rows=rows, chart=rate_chart(points, reference=line) if points else None,
        )  # fmt: skip

    def _reference(self, dimension: str) -> str | None:
        parts = [self._references.get(name) for name in dimension.split("+")]
        known = [part for part in parts if part is not None]
        return ", ".join(known) if len(known) == len(parts) else None

    def _point(self, item: MeasurementRecord) -> Point:
        low, high = item.interval or (0.0, 1.0)
        rate = item.value or 0.0
        text = per_cent(rate, locale=self.locale)
        return Point(
            label=label(item.group), text=text, value=rate, low=low or 0.0, high=1.0 if high is None else high
        )

    def _row(self, item: MeasurementRecord) -> Row:
        low, high = item.interval or (None, None)
        return Row(
            measurement=item.id, label=label(item.group), known=UNKNOWN not in item.group.values(),
            status=item.status, reason=item.reason,
            rate="" if item.value is None else per_cent(item.value, locale=self.locale),
            low="" if low is None else per_cent(low, locale=self.locale),
            high="" if high is None else per_cent(high, locale=self.locale),
            numerator="" if item.numerator is None else whole(item.numerator, locale=self.locale),
            denominator="" if item.denominator is None else whole(item.denominator, locale=self.locale),
        )  # fmt: skip

    def _judged(self, finding: FindingRecord) -> Judged:
        limits = [limit for limit in (finding.limit.at_least, finding.limit.at_most) if limit is not None]
        statements = tuple(self._statement(one, limits=limits) for one in finding.comparisons)
        deciding = [one for one in finding.comparisons if one.status == finding.status]
        first = max(deciding, key=self._weight, default=None)
        scale = 100.0 if in_points(finding.limit.measure) else 1.0
        at_least, at_most = (
            None
            if limit is None
            else decimal(scale * limit, locale=self.locale, digits=1 if scale > 1 else 2)
            for limit in (finding.limit.at_least, finding.limit.at_most)
        )
        return Judged(
            finding=finding, metric=_base(finding.limit.measure)[0], at_least=at_least, at_most=at_most, points=scale > 1, statements=statements,
            first=self._statement(first, limits=limits) if first else None,
            counts={status: sum(1 for one in finding.comparisons if one.status == status) for status in ORDER},
        )  # fmt: skip

    def _weight(self, one: ComparisonRecord) -> tuple[bool, float, str]:
        """Order comparisons so that the one farthest from equality speaks for its finding."""
        item = self._items[one.measurement]
        value = item.value
        if value is None:
            return False, 0.0, item.id
        ratio = item.metric.endswith("_ratio")
        return True, max(value, 1 / value) if ratio and value > 0 else abs(value), item.id

    def _statement(self, one: ComparisonRecord, *, limits: list[float]) -> Statement:
        item = self._items[one.measurement]
        metric, kind = _base(item.metric)
        low, high = item.interval_family or item.interval or item.bounds or (None, None)

        scale = 100.0 if in_points(item.metric) else 1.0
        scaled = [scale * limit for limit in limits]

        def shown(value: float | None) -> str | None:
            digits = 1 if scale > 1 else 2
            return (
                None
                if value is None
                else decimal(scale * value, locale=self.locale, digits=digits, limits=scaled)
            )

        return Statement(
            measurement=item.id, metric=metric, kind=kind, dimension=item.dimension, group=label(item.group),
            against=label(item.against or {}), status=one.status, result=item.status, reason=item.reason,
            value=shown(item.value), low=shown(low), high=shown(high),
            group_rate=self._rate_of(metric, item.group), against_rate=self._rate_of(metric, item.against),
        )  # fmt: skip

    def _rate_of(self, metric: str, group: dict[str, str] | None) -> str | None:
        for item in self.document.measurements:
            if group and item.metric == metric and item.group == group and item.against is None:
                return None if item.value is None else per_thousand(item.value, locale=self.locale)
        return None


def in_points(metric: str) -> bool:
    """Tell whether a number is a gap between two shares, which people read in percentage points."""
    return metric.endswith(("_difference", "_range")) and not metric.startswith("exposure")


def label(group: dict[str, str]) -> str:
    """Write a group as its values."""
    return ", ".join(group.values())


def _base(measure: str) -> tuple[str, str]:
    """Split a measure into the rate it is about and the kind of comparison."""
    if measure == "adverse_impact_ratio":
        return "favourable_rate", "lowest_to_highest"
    for kind in ("ratio", "difference", "range"):
        if measure.endswith(f"_{kind}"):
            return measure.removesuffix(f"_{kind}"), kind
    return measure, "rate"


def _undecided(judged: tuple[Judged, ...]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            one.group
            for finding in judged
            for one in finding.statements
            if finding.finding.limit.required and one.status == "cannot_tell" and one.group
        )
    )


def _limit_name(judged: Judged) -> str:
    limit = judged.finding.limit
    return f"{judged.finding.limit_id} ({limit.dimension})"


def _importance(judged: Judged) -> tuple[bool, int, int]:
    finding = judged.finding
    return not finding.limit.required, ORDER.index(finding.status), finding.limit.dimension.count("+")


def _headlines(judged: tuple[Judged, ...]) -> tuple[Judged, ...]:
    """One finding per limit for the first page: its worst, and the required limits before the others."""
    first: dict[str, Judged] = {}
    for one in judged:
        first.setdefault(one.finding.limit_id, one)
    return tuple(first.values())[:4]
