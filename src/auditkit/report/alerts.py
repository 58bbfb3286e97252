"""What the report of an alert system shows: what became of alerts, who is covered, costs, misses, every area."""

from dataclasses import dataclass

from auditkit.report.charts import Chart, dots
from auditkit.report.city import ExposureRow, Writer, exposure_chart, exposures, label
from auditkit.report.maps import Map, area_map, is_unsure
from auditkit.report.numbers import decimal, per_cent, per_thousand, whole
from auditkit.results.alert_records import AlertAreaRecord
from auditkit.results.document import AuditDocument, MeasurementRecord

PER_RESIDENTS, PER_HOUR = "alert_rate_per_1000_residents", "alert_rate_per_sensor_hour"
DISPOSITIONS = ("confirmed", "unfounded", "unconfirmed", "not confirmed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with its range, in words of its own unit."""

    measurement: str
    label: str
    status: str
    reason: str | None
    value: str
    low: str
    high: str
    part: str
    whole: str
    least: str
    """Worst case, where something is unknown."""
    most: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """One group of residents and the sensors."""

    dimension: str
    group: str
    share: Figure
    ratio: Figure | None
    against: str
    measurements: tuple[str, ...]
    """Of the two shares below."""
    mostly: str
    """Share among residents of mostly covered areas."""
    elsewhere: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertAreaRow:
    """One area."""

    at: int
    """Its place in the document."""
    measurement: str
    """Of the number of its alerts."""
    id: str
    name: str
    residents: str
    coverage: str
    alerts: str
    rate: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsView:
    """Everything a report on alerts adds."""

    alerts: Figure | None
    became: tuple[Figure, ...]
    """Confirmed of all and of those recorded, then each disposition of those recorded."""
    chart: Chart | None
    recorded: Figure | None
    dispatched: Figure | None
    actions: tuple[Figure, ...]
    led: Chart | None
    """Of officers sent and of every action."""
    costs: tuple[Figure, ...]
    recall: Figure | None
    missed: Figure | None
    outside: Figure | None
    base_rate: Figure | None
    """Of 1,000 alerts."""
    coverage: tuple[CoverageRow, ...]
    mostly_covered: Figure | None
    alerts_there: Figure | None
    exposures: tuple[ExposureRow, ...]
    exposed: Chart | None
    per_residents: Figure | None
    per_hour: Figure | None
    unmatched: str
    areas: tuple[AlertAreaRow, ...]
    map: Map | None


class _Figures:
    """Writes numbers of one document in one language."""

    def __init__(self, document: AuditDocument, *, locale: str) -> None:
        self.writer = Writer(document, locale=locale)
        self.locale = locale

    def everyone(self, metric: str, *, unit: str = "share") -> Figure | None:
        """Write a number about all alerts."""
        item = self.writer.items.get(f"{metric}/everyone")
        return None if item is None else self.of(item, unit=unit, name=metric)

    def of(self, item: MeasurementRecord, *, unit: str = "share", name: str = "") -> Figure:
        """Write a number in its unit: share, thousand, count or number."""
        low, high = item.interval or (None, None)
        least, most = item.bounds or (None, None)
        return Figure(
            measurement=item.id, label=name, status=item.status, reason=item.reason,
            value=self.text(item.value, unit=unit), low=self.text(low, unit=unit), high=self.text(high, unit=unit),
            part=self.text(item.numerator, unit="count"), whole=self.text(item.denominator, unit="count"),
            least=self.text(least, unit=unit), most=self.text(most, unit=unit),
        )  # fmt: skip

    def text(self, value: float | None, *, unit: str) -> str:
        if value is None:
            return ""
        if unit == "share":
            return per_cent(value, locale=self.locale)
        if unit == "thousand":
            return per_thousand(value, locale=self.locale)
        return whole(value, locale=self.locale) if unit == "count" else decimal(value, locale=self.locale)


def alerts_view(document: AuditDocument, *, locale: str) -> AlertsView:
    """Read what a report on alerts shows."""
    figures = _Figures(document, locale=locale)
    became, actions = _became(figures), _actions(figures)
    sent = figures.everyone("dispatch_rate")
    unmatched = figures.everyone("unmatched_alerts", unit="count")
    return AlertsView(
        alerts=figures.everyone("alerts", unit="count"), became=became, chart=_chart(figures, became),
        recorded=figures.everyone("disposition_recorded_rate"), dispatched=sent, actions=actions,
        led=_chart(figures, actions if sent is None else (sent, *actions)), costs=_costs(figures), recall=figures.everyone("recall"),
        missed=figures.everyone("miss_rate"), outside=figures.everyone("events_outside_coverage", unit="count"),
        base_rate=figures.everyone("base_rate_ppv", unit="thousand"), coverage=_coverage(figures),
        mostly_covered=figures.everyone("mostly_covered_areas"),
        alerts_there=figures.everyone("alerts_in_mostly_covered_areas"), exposures=exposures(figures.writer),
        exposed=exposure_chart(figures.writer),
        per_residents=figures.everyone(PER_RESIDENTS, unit="number"),
        per_hour=figures.everyone(PER_HOUR, unit="number"), unmatched=unmatched.value if unmatched else "",
        areas=_areas(figures), map=_map(figures),
    )  # fmt: skip


def _became(figures: _Figures) -> tuple[Figure, ...]:
    both = [figures.everyone(name) for name in ("positive_predictive_value_all", "positive_predictive_value")]
    by_name = {item.group["disposition"]: item for item in figures.writer.alone("disposition_share")}
    three = [figures.of(by_name[name], name=name) for name in DISPOSITIONS[1:] if name in by_name]
    return tuple(figure for figure in (*both, *three) if figure is not None)


def _chart(figures: _Figures, shown: tuple[Figure, ...]) -> Chart | None:
    """Draw shares of alerts; labels are keys that a template turns into words."""
    items = figures.writer.items
    return dots((figure.label, figure.value, items[figure.measurement]) for figure in shown)


def _actions(figures: _Figures) -> tuple[Figure, ...]:
    record = figures.writer.document.alerts
    found = [(name, figures.everyone(f"action_rate_{name}")) for name in (record.actions if record else ())]
    return tuple(
        figures.of(figures.writer.items[figure.measurement], name=name) for name, figure in found if figure
    )


def _costs(figures: _Figures) -> tuple[Figure, ...]:
    names = ("officer_hours_per_alert", "officer_hours_per_confirmed_event")
    found = [figures.everyone(name, unit="number") for name in names]
    return tuple(figure for figure in found if figure is not None)


def _coverage(figures: _Figures) -> tuple[CoverageRow, ...]:
    writer, rows = figures.writer, []
    for item in writer.alone("coverage_share"):
        ratio = next(
            (one for one in writer.by_metric.get("coverage_share_ratio", []) if one.group == item.group), None
        )
        mostly, elsewhere = (
            writer.one(name, item.group) for name in ("mostly_covered_share", "elsewhere_share")
        )
        rows.append(
            CoverageRow(
                dimension=item.dimension, group=label(item.group), share=figures.of(item),
                ratio=None if ratio is None else figures.of(ratio, unit="number"),
                against=label(ratio.against or {}) if ratio else "",
                measurements=tuple(one.id for one in (mostly, elsewhere) if one),
                mostly=writer.share(mostly.value if mostly else None),
                elsewhere=writer.share(elsewhere.value if elsewhere else None),
            )
        )  # fmt: skip
    return tuple(rows)


def _by_area(figures: _Figures, metric: str) -> dict[str, MeasurementRecord]:
    return {item.group["area"]: item for item in figures.writer.alone(metric) if item.dimension == "area"}


def _areas(figures: _Figures) -> tuple[AlertAreaRow, ...]:
    """List every area, most alerts first; a withheld number of alerts stands after those shown."""
    record = figures.writer.document.alerts
    alerts, rates = _by_area(figures, "alerts"), _by_area(figures, PER_RESIDENTS)
    rows = [] if record is None else list(enumerate(record.areas))
    rows.sort(key=lambda row: (-_alerts(alerts.get(row[1].id)), row[1].name))
    return tuple(_area(figures, at, area, alerts.get(area.id), rates.get(area.id)) for at, area in rows)


def _alerts(item: MeasurementRecord | None) -> float:
    return 0.5 if item is None or item.value is None else item.value


def _area(
    figures: _Figures,
    at: int,
    area: AlertAreaRecord,
    alerts: MeasurementRecord | None,
    rate: MeasurementRecord | None,
) -> AlertAreaRow:
    count = "" if alerts is None else figures.text(alerts.value, unit="count") or alerts.status
    return AlertAreaRow(
        at=at, measurement="" if alerts is None else alerts.id, id=area.id, name=area.name, residents=figures.text(area.residents, unit="count"),
        coverage=figures.writer.share(area.coverage), alerts=count,
        rate=None if rate is None else figures.of(rate, unit="number"),
    )  # fmt: skip


def _map(figures: _Figures) -> Map | None:
    """Shade areas by their alerts, over those of the area with most; what is withheld is left grey."""
    document = figures.writer.document
    numbers = {area: item.value or 0.0 for area, item in _by_area(figures, "alerts").items()}
    most = max(numbers.values(), default=0.0) or 1.0
    areas = () if document.alerts is None else document.alerts.areas
    shares = {area: value / most for area, value in numbers.items()}
    rates = _by_area(figures, PER_RESIDENTS)
    unsure = {area for area, item in rates.items() if item.status == "estimated" and is_unsure(item)}
    return area_map(
        areas, shares, least=document.publication.map_residents, at="/alerts/areas", unsure=unsure
    )
