"""What the templates show, in the order in which people read it; looked up and rounded, never computed."""

from dataclasses import dataclass

from auditkit.report.alerts import AlertsView, alerts_view
from auditkit.report.burdens import ERRORS, excess
from auditkit.report.charts import Chart, Point, rate_chart
from auditkit.report.city import City, city
from auditkit.report.entries_page import EntriesPage, entries_page
from auditkit.report.kinds import COUNTED, base, in_points
from auditkit.report.lawful_page import LawfulRow, lawful_rows
from auditkit.report.lookup import Lookup, label, reach, side
from auditkit.report.neighbourhood_page import AREA
from auditkit.report.numbers import decimal, in_per_cent, per_cent, per_thousand, whole
from auditkit.report.other_loops_page import OtherLoops, other_loops
from auditkit.report.oversight_page import OversightPage, oversight_page
from auditkit.report.person_page import PersonPage, person_page
from auditkit.report.questions_page import QuestionsPage, questions_page
from auditkit.report.readiness_page import ReadinessPage, readiness_page
from auditkit.report.reports_page import ReportsPage, reports_page
from auditkit.report.sensitivity_page import SensitivityPage, hanging, sensitivity_page
from auditkit.report.similar import p_text
from auditkit.report.statements import Judged, Power, Statement
from auditkit.results.document import (
    AuditDocument,
    CheckRecord,
    ComparisonRecord,
    FindingRecord,
    MeasurementRecord,
)
from auditkit.results.tally import UNKNOWN

RATES = (
    "false_positive_rate", "false_negative_rate", "selection_rate", "positive_predictive_value",
    "negative_predictive_value", "favourable_rate", "prevalence",
)  # fmt: skip
"""The order in which rates are shown."""
ORDER = ("does_not_meet", "cannot_tell", "not_checked", "meets")
FAILED = {"failed", "could_not_run"}
GRAVEST = ("blocking", "serious", "note")


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
    inferred: bool
    """Whether only probabilities of belonging to the groups are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything a template shows."""

    people: str | None
    rates: tuple[tuple[str, tuple[RateTable, ...]], ...]
    """Tables of each rate, most important first."""
    judged: tuple[Judged, ...]
    headlines: tuple[Judged, ...]
    by_status: dict[str, int]
    deciding: tuple[Judged, ...]
    """What decided the advice."""
    met: tuple[Judged, ...]
    undecided: tuple[str, ...]
    """The first groups about which some required limit could not be judged."""
    undecided_ids: tuple[str, ...]
    """A comparison of each of them."""
    undecided_more: tuple[str, ...]
    """A comparison of each of the others."""
    unknown: tuple[str, ...]
    """Ways of dividing people in which somebody's group is unknown, each with that share."""
    unknown_ids: tuple[str, ...]
    """The measurements that say so."""
    failed: tuple[CheckRecord, ...]
    """The gravest first."""
    passed: tuple[object, ...]
    skipped: tuple[object, ...]
    city: City | None
    """Only for a place tool."""
    alerts: AlertsView | None
    """Only for an alert system."""
    loops: OtherLoops
    """Loops of person tools and alert systems, and logs; empty where none was measured."""
    sensitivity: SensitivityPage | None
    """What conclusions hang on, where anything was measured under another assumption."""
    person: PersonPage
    """Everything about people besides limits and rates; empty for a place tool."""
    readiness: ReadinessPage
    """What the data can carry."""
    lawful: tuple[LawfulRow, ...]
    """Figures with and without records of unlawful practice."""
    reports: ReportsPage | None
    """Reports by residents, where there are any."""
    questions: QuestionsPage
    """What answers the questions that residents ask."""
    entries: EntriesPage
    """Every neighbourhood."""
    oversight: OversightPage
    """The audit before, corrective actions and residents' notes; empty where nothing was kept."""


class Reader:
    """Looks numbers up in the document and writes them in one language."""

    def __init__(self, document: AuditDocument, *, locale: str) -> None:
        self.document = document
        self.locale = locale
        self._look = Lookup(document, locale=locale)
        self._items = self._look.items

    def view(self) -> View:
        """Read the whole document."""
        judged = tuple(sorted((self._judged(finding) for finding in self.document.findings), key=_importance))
        checks = self.document.checks
        everyone = self._items.get("people/everyone")
        numbered = everyone is not None and everyone.value is not None
        undecided = _undecided(judged)
        rates, unknown = self._rates(), self._unknown()
        return View(
            people=whole(everyone.value or 0, locale=self.locale) if numbered and everyone else None,
            rates=tuple((rate, tables) for rate in rates if (tables := self._tables(rate))),
            judged=judged,
            headlines=_headlines(judged),
            by_status={status: sum(1 for one in judged if one.finding.status == status) for status in ORDER},
            deciding=tuple(
                one for one in judged if one.finding.id in self.document.recommendation.decided_by
            ),
            met=tuple(one for one in judged if one.finding.status == "meets"),
            unknown=tuple(
                f"{item.dimension}: {per_cent(item.value or 0.0, locale=self.locale)}" for item in unknown
            ),
            unknown_ids=tuple(item.id for item in unknown),
            undecided=tuple(undecided)[:6],
            undecided_ids=tuple(undecided.values())[:6],
            undecided_more=tuple(undecided.values())[6:],
            failed=tuple(sorted((one for one in checks if one.status in FAILED), key=_gravity)),
            passed=tuple(check for check in checks if check.status == "passed"),
            skipped=tuple(check for check in checks if check.status == "not_applicable"),
            city=None if self.document.places is None else city(self.document, locale=self.locale),
            alerts=None if self.document.alerts is None else alerts_view(self.document, locale=self.locale),
            loops=other_loops(self._look),
            sensitivity=sensitivity_page(self._look),
            person=person_page(self._look, rates=rates),
            readiness=readiness_page(checks),
            reports=reports_page(self._look),
            lawful=lawful_rows(self._look),
            questions=questions_page(self._look, judged),
            entries=entries_page(self._look),
            oversight=oversight_page(self._look),
        )

    def _unknown(self) -> tuple[MeasurementRecord, ...]:
        """Shares of people whose group is unknown, for each single way of dividing them."""
        return tuple(
            item
            for item in self.document.measurements
            if item.metric == "unknown_group_rate" and item.value and "+" not in item.dimension
        )

    def _rates(self) -> tuple[str, ...]:
        """Every rate of groups, the known ones in their order, then any that were added."""
        measured = {item.metric for item in self.document.measurements}
        shown = {*RATES, *ERRORS}
        added = sorted(name for name in measured if f"{name}_range" in measured and name not in shown)
        return (*RATES, *added)

    def _tables(self, metric: str) -> tuple[RateTable, ...]:
        """Show a rate of everyone in the table; numbers on some of them have a stratum, and pages of their own."""
        whole_table = {name: self._look.alone(metric, name) for name in self._look.dimensions(metric)}
        screened = AREA if self._look.pairs(f"{metric}_p_value_bh", AREA) else None
        return tuple(
            self._table(metric, name, items)
            for name, items in whole_table.items()
            if items and name != screened
        )

    def _table(self, metric: str, dimension: str, items: list[MeasurementRecord]) -> RateTable:
        ordered = sorted(
            items, key=lambda item: (UNKNOWN in item.group.values(), -(item.value or -1.0), item.id)
        )
        rows = tuple(self._row(item) for item in ordered)
        reference = self._look.reference(dimension)
        drawn = [item for item in ordered if item.value is not None and item.interval]
        points = tuple(self._point(item) for item in drawn)
        line = next((item.value for item in drawn if label(item.group) == reference), None)
        return RateTable(
            id=f"{metric}-{dimension.replace('+', '-')}", metric=metric, dimension=dimension, reference=reference,
            rows=rows, chart=rate_chart(points, reference=line) if points else None,
            inferred=any(group.name == dimension and group.inferred for group in self.document.records.groups),
        )  # fmt: skip

    def _point(self, item: MeasurementRecord) -> Point:
        low, high = item.interval or (0.0, 1.0)
        rate = item.value or 0.0
        text = per_cent(rate, locale=self.locale)
        return Point(
            measurement=item.id,
            label=label(item.group),
            text=text,
            value=rate,
            low=low or 0.0,
            high=1.0 if high is None else high,
        )

    def _row(self, item: MeasurementRecord) -> Row:
        low, high = item.interval or item.bounds or (None, None)
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
        statements = tuple(self._statement(one, finding.id, limits=limits) for one in finding.comparisons)
        deciding = [one for one in finding.comparisons if one.status == finding.status]
        first = max(deciding, key=self._weight, default=None)
        at_least, at_most = (
            None if limit is None else self._written(limit, finding.limit.measure, limits=[])
            for limit in (finding.limit.at_least, finding.limit.at_most)
        )
        return Judged(
            finding=finding, metric=base(finding.limit.measure)[0], at_least=at_least, at_most=at_most, points=in_points(finding.limit.measure), statements=statements,
            first=self._statement(first, finding.id, limits=limits) if first else None,
            within=_within(statements) if first and self._items[first.measurement].value is None else (),
            power=self._power(finding.smallest_detectable, needed=None),
            counts={status: sum(1 for one in finding.comparisons if one.status == status) for status in ORDER},
        )  # fmt: skip

    def _weight(self, one: ComparisonRecord) -> tuple[bool, float, str]:
        """Order comparisons so that the one farthest from equality speaks for its finding."""
        item = self._items[one.measurement]
        value = item.value
        if value is None:
            return False, 0.0, item.id
        kind = base(item.metric)[1]
        if kind == "p_value":  # the smallest is the most telling
            return True, -value, item.id
        ratio = item.metric.endswith("_ratio") or kind == "flip_one"
        return True, max(value, 1 / value) if ratio and value > 0 else abs(value), item.id

    def _statement(self, one: ComparisonRecord, finding: str, *, limits: list[float]) -> Statement:
        item = self._items[one.measurement]
        metric, kind = base(item.metric)
        low, high = reach(item)
        least = self._look.pair(f"{item.metric}_smallest_detectable", item)
        needed = self._look.pair(f"{metric}_ratio_sample_needed", item)

        def shown(value: float | None) -> str | None:
            return None if value is None else self._written(value, item.metric, limits=limits)

        hung = hanging(self._look, finding, item.id)
        rate, other = (
            self._look.rate_of(metric, group) if group else None for group in (item.group, item.against)
        )
        others = (rate, other, needed, None if hung is None else hung[1])
        open_low, open_high = (None, None) if hung is None else hung[1].bounds or (None, None)

        return Statement(
            measurement=item.id, metric=metric, kind=kind, dimension=item.dimension, group=label(item.group),
            against=label(item.against), status=one.status, result=item.status, reason=item.reason,
            value=p_text(self._look, item) if kind == "p_value" else shown(item.value), low=shown(low), high=shown(high),
            group_rate=self._thousand(rate), against_rate=self._thousand(other),
            measurements=tuple(one.id for one in others if one is not None),
            direction=side(item, equal=1.0 if "ratio" in kind or kind.startswith("odds") else 0.0), note=one.note, excess=excess(self._look, self._look.pair(f"{metric}_excess", item), metric=metric),
            power=self._power(one.smallest_detectable, needed=needed),
            too_small=least is not None and least.reason == "NE-POWER", hangs=None if hung is None else hung[0],
            inferred=item.method == "weighted_by_probability", open_low=shown(open_low), open_high=shown(open_high),
        )  # fmt: skip

    def _written(self, value: float, measure: str, *, limits: list[float]) -> str:
        """Write a number or a limit of a measure in the unit and with the digits that it is read in."""
        of_alerts = measure.startswith("positive_predictive_value") and self.document.alerts is not None
        share = of_alerts and base(measure)[1] == "rate"
        scale = 100.0 if share or in_points(measure) or base(measure)[1] == "by_chance" else 1.0
        digits = 1 if scale > 1 else 0 if base(measure)[1] in COUNTED else 2
        number = decimal(
            scale * value, locale=self.locale, digits=digits, limits=[scale * limit for limit in limits]
        )
        return in_per_cent(number, self.locale) if share else number

    def _power(self, name: str | None, *, needed: MeasurementRecord | None) -> Power | None:
        found = None if name is None else self._items[name]
        if found is None or found.value is None:
            return None
        points = in_points(found.metric)
        number = self._look.number(found, digits=1 if points else 2, scale=100.0 if points else 1.0)
        if needed is not None and needed.method != "power_80_higher":
            needed = None  # the policy's ratio cannot exist here, because the other rate is high
        people = None if needed is None or needed.value is None else whole(needed.value, locale=self.locale)
        return Power(
            measurement=found.id, value=number.value, lower=(found.method or "").endswith("lower"), points=points,
            needed=people,
        )  # fmt: skip

    def _thousand(self, item: MeasurementRecord | None) -> str | None:
        return None if item is None or item.value is None else per_thousand(item.value, locale=self.locale)


def _undecided(judged: tuple[Judged, ...]) -> dict[str, str]:
    """Return the groups about which a required limit could not be judged, each with the first such comparison."""
    found: dict[str, str] = {}
    for finding in judged:
        for one in finding.statements:
            if finding.finding.limit.required and one.status == "cannot_tell" and one.group:
                found.setdefault(one.group, one.measurement)
    return found


def _within(statements: tuple[Statement, ...]) -> tuple[str, ...]:
    shown = [one for one in statements if one.status == "meets" and one.result == "estimated"]
    return tuple(one.group for one in shown if one.group)


def _gravity(check: CheckRecord) -> int:
    return GRAVEST.index(check.severity)


def _importance(judged: Judged) -> tuple[bool, int, int]:
    finding = judged.finding
    return not finding.limit.required, ORDER.index(finding.status), finding.limit.dimension.count("+")


def _headlines(judged: tuple[Judged, ...]) -> tuple[Judged, ...]:
    """One finding per limit for the first page: its worst, and the required limits before the others."""
    first: dict[str, Judged] = {}
    for one in judged:
        first.setdefault(one.finding.limit_id, one)
    return tuple(first.values())[:4]
