"""What the report of a place tool shows of the city: rules, residents, every area, a map and the loop."""

from dataclasses import dataclass

from auditkit.report.charts import Chart, dots, pairs
from auditkit.report.displacement_page import DisplacementPage, displacement_page
from auditkit.report.frontier_page import FrontierPage, frontier_page
from auditkit.report.lookup import Lookup, Shown
from auditkit.report.loop_chart import LoopChart, loop_chart
from auditkit.report.loop_page import LoopPage, loop_page
from auditkit.report.maps import Map, area_map, few_records
from auditkit.report.numbers import decimal, p_value, per_cent, signed, whole
from auditkit.report.scales_page import ScalesPage, scales_page
from auditkit.results.document import AuditDocument, MeasurementRecord
from auditkit.results.place_records import AreaRecord, LoopAreaRecord

RULES = (
    "tool", "count in the recent window", "all earlier counts", "previous period", "residents", "random",
    "best possible",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One rule for choosing areas."""

    measurements: tuple[str, ...]
    rule: str
    hits: str
    counts: str | None
    low: str
    high: str
    index: str
    efficiency: str
    gap: str
    """The tool's hit rate minus this rule's, in percentage points."""
    gap_low: str
    gap_high: str
    p_value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureRow:
    """What the areas of one group of residents receive."""

    measurements: tuple[str, ...]
    metric: str
    dimension: str
    group: str
    value: str
    low: str
    high: str
    ratio: str
    ratio_low: str
    ratio_high: str
    against: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentRow:
    """Where the residents of one group live."""

    measurements: tuple[str, ...]
    dimension: str
    group: str
    share: str
    targeted: str
    never: str
    always: str
    correlation: str
    correlation_low: str
    correlation_high: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRow:
    """One area."""

    at: int
    """Its place in the document."""
    loop_at: int | None
    """Its place among the areas of the feedback test."""
    measurements: tuple[str, ...]
    id: str
    name: str
    residents: str
    flagged: str
    flagged_share: float
    rate: str
    low: str
    high: str
    smoothed: str
    status: str
    true_share: str
    limit_share: str
    tipping: str
    amplification: str
    hot: str
    loop_withheld: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A number about flags or incidents of the whole city."""

    measurement: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """Everything a place report adds."""

    rules: tuple[RuleRow, ...]
    best_rule: str | None
    """The simple rule that caught most."""
    caught: Chart | None
    """What each rule caught; the line is the tool's."""
    exposures: tuple[ExposureRow, ...]
    exposed: Chart | None
    residents: tuple[ResidentRow, ...]
    living: Chart | None
    spread: dict[str, "Spread"]
    areas: tuple[AreaRow, ...]
    map: Map | None
    loop: LoopChart | None
    page: LoopPage
    scales: ScalesPage
    displacement: DisplacementPage | None
    frontier: FrontierPage | None
    counted: bool
    """Whether each row of the records is a flag, so that areas have numbers of flags."""


class Writer:
    """Looks numbers up by id and writes them in one language."""

    def __init__(self, document: AuditDocument, *, locale: str) -> None:
        self.document, self.locale = document, locale
        self.items = {item.id: item for item in document.measurements}
        self.by_metric: dict[str, list[MeasurementRecord]] = {}
        for item in document.measurements:
            if item.stratum is None:  # what other assumptions give stands on pages of its own
                self.by_metric.setdefault(item.metric, []).append(item)

    def alone(self, metric: str) -> list[MeasurementRecord]:
        """Return a metric's numbers that compare nothing."""
        return [item for item in self.by_metric.get(metric, []) if item.against is None]

    def one(self, metric: str, group: dict[str, str]) -> MeasurementRecord | None:
        """Return a metric of one group."""
        return next((item for item in self.alone(metric) if item.group == group), None)

    def share(self, value: float | None) -> str:
        """Write a share, or nothing."""
        return "" if value is None else per_cent(value, locale=self.locale)

    def number(self, value: float | None, *, digits: int = 2) -> str:
        """Write a number, or nothing."""
        return "" if value is None else decimal(value, locale=self.locale, digits=digits)

    def limits(self, item: MeasurementRecord | None) -> tuple[float | None, float | None]:
        """Return the widest interval a number carries."""
        return (None, None) if item is None else item.interval_family or item.interval or (None, None)


def city(document: AuditDocument, *, locale: str) -> City:
    """Read what a place report shows."""
    writer, look = Writer(document, locale=locale), Lookup(document, locale=locale)
    rules = _rules(writer)
    areas = _areas(writer)
    known = [rule for rule in rules if rule.rule not in {"tool", "random", "best possible"}]
    hits = {item.group["rule"]: item.value or 0.0 for item in writer.alone("hit_rate")}
    shares = {row.id: row.flagged_share for row in areas}
    return City(
        rules=rules, best_rule=max(known, key=lambda row: hits[row.rule]).rule if known else None,
        caught=_caught(writer), exposures=exposures(writer), exposed=exposure_chart(writer), residents=residents(writer), living=living(writer), spread=_spread(writer), areas=areas,
        map=None if document.places is None else area_map(
            document.places.areas, shares, least=document.publication.map_residents, at="/places/areas",
            unsure=few_records(document),
        ), loop=loop_chart(document.feedback),
        page=loop_page(document, locale=locale),
        counted=bool(writer.alone("flags")), scales=scales_page(document, locale=locale),
        displacement=displacement_page(look), frontier=frontier_page(look),
    )  # fmt: skip


def _rules(writer: Writer) -> tuple[RuleRow, ...]:
    found = []
    for rule in RULES:
        group = {"rule": rule}
        item = writer.one("hit_rate", group)
        if item is None or item.value is None:
            continue
        gap = writer.items.get(f"hit_rate_difference/rule=tool~rule={rule.replace(' ', '%20')}")
        test = writer.items.get(f"paired_test/rule=tool~rule={rule.replace(' ', '%20')}")
        index, efficiency = (
            writer.one(f"{name}_index", group) for name in ("predictive_accuracy", "prediction_efficiency")
        )
        low, high = item.interval or (None, None)
        gap_low, gap_high = writer.limits(gap)
        points = [
            "" if value is None else signed(100 * value, locale=writer.locale)
            for value in (gap.value if gap else None, gap_low, gap_high)
        ]
        counts = (
            None
            if item.numerator is None
            else f"{whole(item.numerator, locale=writer.locale)} / {whole(item.denominator or 0, locale=writer.locale)}"
        )
        found.append(
            RuleRow(
                measurements=_known(item, gap, test, index, efficiency), rule=rule, hits=writer.share(item.value), counts=counts, low=writer.share(low),
                high=writer.share(high), index=writer.number(index.value if index else None),
                efficiency=writer.number(efficiency.value if efficiency else None), gap=points[0], gap_low=points[1],
                gap_high=points[2], p_value=_p(test, writer),
            )
        )  # fmt: skip
    return tuple(found)


def _caught(writer: Writer) -> Chart | None:
    """Draw hit rates; labels are names of rules that a template turns into words."""
    found = [(rule, writer.one("hit_rate", {"rule": rule})) for rule in RULES]
    items = [(rule, writer.share(item.value), item) for rule, item in found if item is not None]
    return dots(items, reference=next((item.value for rule, _, item in items if rule == "tool"), None))


def _known(*items: MeasurementRecord | None) -> tuple[str, ...]:
    return tuple(item.id for item in items if item is not None)


def _p(test: MeasurementRecord | None, writer: Writer) -> str:
    if test is None or test.value is None:
        return ""
    return p_value(test.value, locale=writer.locale)


def exposures(writer: Writer) -> tuple[ExposureRow, ...]:
    """Read what the areas of each group of residents receive."""
    found = []
    for metric in writer.by_metric:
        if not metric.startswith("exposure") or metric.endswith(("_ratio", "_difference")):
            continue
        for item in writer.alone(metric):
            ratio = next(
                (one for one in writer.by_metric.get(f"{metric}_ratio", []) if one.group == item.group), None
            )
            low, high = item.interval or (None, None)
            ratio_low, ratio_high = writer.limits(ratio)
            found.append(
                ExposureRow(
                    measurements=_known(item, ratio), metric=metric, dimension=item.dimension, group=label(item.group),
                    value=writer.number(item.value, digits=3), low=writer.number(low, digits=3),
                    high=writer.number(high, digits=3), ratio=writer.number(ratio.value if ratio else None),
                    ratio_low=writer.number(ratio_low), ratio_high=writer.number(ratio_high),
                    against=label(ratio.against or {}) if ratio else "",
                )
            )  # fmt: skip
    return tuple(found)


def exposure_chart(writer: Writer) -> Chart | None:
    """Draw what the areas of each group receive for every 1,000 residents."""
    found = writer.alone("exposure_per_1000_residents")
    items = [(label(item.group), writer.number(item.value, digits=3), item) for item in found]
    return dots(items, share=False)


def label(group: dict[str, str]) -> str:
    """Write a group as its values."""
    return ", ".join(group.values())


def residents(writer: Writer) -> tuple[ResidentRow, ...]:
    """Read where the residents of each group live."""
    found = []
    for item in writer.alone("resident_share"):
        parts = {
            name: writer.one(name, item.group)
            for name in (
                "most_targeted_share",
                "never_flagged_residents",
                "always_flagged_residents",
                "rank_correlation",
            )
        }
        values = {name: one.value if one else None for name, one in parts.items()}
        low, high = writer.limits(parts["rank_correlation"])
        found.append(
            ResidentRow(
                measurements=_known(item, *parts.values()), dimension=item.dimension, group=label(item.group), share=writer.share(item.value),
                targeted=writer.share(values["most_targeted_share"]),
                never=writer.share(values["never_flagged_residents"]),
                always=writer.share(values["always_flagged_residents"]),
                correlation=writer.number(values["rank_correlation"]), correlation_low=writer.number(low),
                correlation_high=writer.number(high),
            )
        )  # fmt: skip
    return tuple(found)


def living(writer: Writer) -> Chart | None:
    """Draw each group's share of all residents, and of those in the most flagged areas."""

    def shown(item: MeasurementRecord | None) -> Shown | None:
        return None if item is None else (writer.share(item.value), item)

    found = writer.alone("resident_share")
    return pairs(
        (label(item.group), shown(item), shown(writer.one("most_targeted_share", item.group)))
        for item in found
    )


def _spread(writer: Writer) -> dict[str, Spread]:
    names = (
        "flag_gini", "incident_gini", "flag_overlap", "flag_morans_i", "flag_morans_i_p_value", "never_flagged_areas",
        "always_flagged_areas",
    )  # fmt: skip
    found = {}
    for name in names:
        for item in writer.alone(name):
            if item.value is not None:
                counted = item.numerator is not None
                text = whole(item.value, locale=writer.locale) if counted else writer.number(item.value)
                found[name] = Spread(measurement=item.id, text=text)
    return found


def _areas(writer: Writer) -> tuple[AreaRow, ...]:
    places = writer.document.places
    if places is None:
        return ()
    loop = {area.area: (at, area) for at, area in enumerate(writer.document.feedback.areas)}
    numbers = {
        metric: {item.group["area"]: item for item in writer.alone(metric)}
        for metric in ("flagged_share", "flags", "incident_rate", "incident_rate_smoothed")
    }
    most = max([item.value or 0.0 for item in writer.alone("flags")], default=0.0)
    rows = []
    for at, area in enumerate(places.areas):
        flagged = numbers["flagged_share"].get(area.id) or numbers["flags"].get(area.id)
        share = (flagged.value or 0.0) / (most or 1.0) if flagged else 0.0
        rows.append((at, area, flagged, share))
    rows.sort(key=lambda row: (-row[3], row[1].name))
    return tuple(
        _area(writer, at, area, flagged, share, numbers, loop.get(area.id, (None, None)))
        for at, area, flagged, share in rows
    )


def _area(  # noqa: PLR0913, PLR0917  # one row of a table, cell by cell
    writer: Writer,
    at: int,
    area: AreaRecord,
    flagged: MeasurementRecord | None,
    share: float,
    numbers: dict[str, dict[str, MeasurementRecord]],
    played: tuple[int | None, LoopAreaRecord | None],
) -> AreaRow:
    rate, smoothed = (numbers[name].get(area.id) for name in ("incident_rate", "incident_rate_smoothed"))
    loop_at, loop = played
    low, high = (rate.interval if rate else None) or (None, None)

    def thousand(value: float | None) -> str:
        return "" if value is None else writer.number(1000 * value, digits=1)

    count = (
        "" if flagged is None or flagged.numerator is None else whole(flagged.numerator, locale=writer.locale)
    )
    of = (
        None
        if flagged is None or flagged.denominator is None
        else whole(flagged.denominator, locale=writer.locale)
    )
    return AreaRow(
        at=at, loop_at=loop_at, measurements=_known(flagged, rate, smoothed), id=area.id, name=area.name,
        residents="" if area.residents is None else whole(area.residents, locale=writer.locale),
        flagged=f"{count} / {of}" if of else count, flagged_share=share,
        rate=thousand(rate.value if rate else None), low=thousand(low), high=thousand(high),
        smoothed=thousand(smoothed.value if smoothed else None), status=rate.status if rate else "absent",
        true_share=writer.share(loop.true_share if loop else None),
        limit_share=writer.share(loop.limit_share if loop else None),
        tipping=writer.number(loop.tipping if loop else None),
        amplification=writer.number(loop.amplification if loop else None),
        hot=writer.share(loop.hot if loop else None), loop_withheld=loop is not None and loop.withheld,
    )  # fmt: skip
