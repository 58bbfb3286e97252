"""An entry for every neighbourhood: what an audit says of it, looked up and rounded, by name."""

from collections.abc import Iterator
from dataclasses import dataclass

from auditkit.report.lookup import Figure, Lookup, label
from auditkit.report.neighbourhood_page import AREA, LEVEL, SCREENED
from auditkit.report.numbers import per_cent, whole
from auditkit.results.document import MeasurementRecord
from auditkit.results.findings import Verdict
from auditkit.results.place_records import AreaRecord, LoopAreaRecord
from auditkit.results.tally import UNKNOWN

COUNTED = ("flagged_share", "flags", "alerts")
"""How often an area is flagged: of places one of the first two, of alerts the last."""
PER_RESIDENTS = {"incident_rate": 1000.0, "alert_rate_per_1000_residents": 1.0}
"""Rates of areas, with the factor that makes them rates for every 1,000 residents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitHere:
    """A limit that is judged for this area alone."""

    limit: str
    status: Verdict
    measurement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RateHere:
    """A rate of the people of this area."""

    metric: str
    figure: Figure
    differs: bool | None
    """Whether it differs from all other areas together; None where that could not be tested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One neighbourhood."""

    anchor: str
    id: str
    name: str
    residents: str
    at: int | None
    """Where the area stands among those of the document; None where it has no boundaries or residents of its own."""
    counted: str | None
    """What says how often it is flagged: flagged_share, flags or alerts."""
    flagged: Figure | None
    more: int | None
    """So many areas with a number are flagged more often."""
    numbered: int
    """Areas with a number."""
    rate: Figure | None
    """For every 1,000 residents."""
    coverage: str
    true_share: str
    visits_share: str
    """Share of visits in the long run of the feedback test."""
    rates: tuple[RateHere, ...]
    limits: tuple[LimitHere, ...]
    sources: str
    """Where in the document its numbers stand that are no measurements, as one attribute of its element."""

    @property
    def shown(self) -> str:
        """Every measurement that the entry shows, as one attribute of its element."""
        figures = [self.flagged, self.rate, *(one.figure for one in self.rates)]
        named = [figure.measurement for figure in figures if figure] + [
            one.measurement for one in self.limits
        ]
        return " ".join(dict.fromkeys(named))


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesPage:
    """Every neighbourhood, by name."""

    entries: tuple[Entry, ...]
    limited: bool
    """Whether any limit is about single areas."""

    def find(self, area: str) -> Entry | None:
        """Return the entry of an area, by its id."""
        return next((entry for entry in self.entries if entry.id == area), None)


class _Areas:
    """What the document says of areas, by area."""

    def __init__(self, look: Lookup) -> None:
        self.look, document = look, look.document
        places, alerts = document.places, document.alerts
        self.records: tuple[AreaRecord, ...] = places.areas if places else alerts.areas if alerts else ()
        self.coverage = {one.id: one.coverage for one in alerts.areas} if alerts else {}
        self.list = "/places/areas" if places else "/alerts/areas"
        self.loop = {one.area: one for one in document.feedback.areas}
        self.played = {one.area: at for at, one in enumerate(document.feedback.areas)}
        by_area = {metric: self._by_area(metric) for metric in (*COUNTED, *PER_RESIDENTS)}
        self.counted = next((metric for metric in COUNTED if by_area[metric]), None)
        self.flagged = by_area[self.counted] if self.counted else {}
        self.values = [item.value for item in self.flagged.values() if item.value is not None]
        self.rates = {metric: by_area[metric] for metric in PER_RESIDENTS}
        people = self.counted is None
        self.people = {metric: self._by_area(metric) for metric in SCREENED} if people else {}
        self.tested = {
            metric: {label(item.group): item for item in look.pairs(f"{metric}_p_value_bh", AREA)}
            for metric in self.people
        }
        self.limits = self._limits()

    def _by_area(self, metric: str) -> dict[str, MeasurementRecord]:
        return {item.group[AREA]: item for item in self.look.alone(metric, AREA)}

    def _limits(self) -> dict[str, list[LimitHere]]:
        found: dict[str, list[LimitHere]] = {}
        for finding in self.look.document.findings:
            for one in finding.comparisons:
                item = self.look.items[one.measurement]
                if item.dimension == AREA:
                    here = LimitHere(limit=finding.limit_id, status=one.status, measurement=item.id)
                    found.setdefault(item.group[AREA], []).append(here)
        return found

    def sources(self, area: str, at: int | None) -> Iterator[str]:
        """Name the places in the document of what is known of an area without being measured."""
        if at is not None:
            yield from (
                f"{self.list}/{at}/residents",
                *([f"{self.list}/{at}/coverage"] if area in self.coverage else ()),
            )
        if area in self.played:
            yield from (
                f"/feedback/areas/{self.played[area]}/{name}" for name in ("true_share", "limit_share")
            )

    def names(self) -> dict[str, tuple[int | None, str, float | None]]:
        """Every area, with its place in the document, its name and its residents."""
        if self.records:
            return {one.id: (at, one.name, one.residents) for at, one in enumerate(self.records)}
        found = {area for items in self.people.values() for area in items if area != UNKNOWN}
        return {area: (None, area, None) for area in found}


def entries_page(look: Lookup) -> EntriesPage:
    """Read every area that the document knows, by name; withheld numbers stay withheld, and no rank rests on one."""
    areas = _Areas(look)
    named = sorted(areas.names().items(), key=lambda one: (one[1][1].casefold(), one[0]))
    return EntriesPage(
        entries=tuple(
            _entry(areas, area, f"entry-{number}", known) for number, (area, known) in enumerate(named, 1)
        ),
        limited=bool(areas.limits),
    )


def _entry(areas: _Areas, area: str, anchor: str, known: tuple[int | None, str, float | None]) -> Entry:
    look, (at, name, residents) = areas.look, known
    flagged, loop = areas.flagged.get(area), areas.loop.get(area)
    value = None if flagged is None else flagged.value
    rate = next(
        (look.number(item, digits=1, scale=scale) for metric, scale in PER_RESIDENTS.items() if (item := areas.rates[metric].get(area))),
        None,
    )  # fmt: skip
    coverage = areas.coverage.get(area)
    return Entry(
        anchor=anchor, id=area, name=name, at=at,
        residents="" if residents is None else whole(residents, locale=look.locale), counted=areas.counted,
        flagged=None if flagged is None else look.count(flagged),
        more=None if value is None else sum(1 for other in areas.values if other > value),
        numbered=len(areas.values), rate=rate,
        coverage="" if coverage is None else per_cent(coverage, locale=look.locale),
        true_share=_share(look, loop, "true_share"), visits_share=_share(look, loop, "limit_share"),
        rates=tuple(
            RateHere(metric=metric, figure=look.rate(item), differs=_differs(areas.tested[metric].get(area)))
            for metric, items in areas.people.items()
            if (item := items.get(area)) is not None
        ),
        limits=tuple(areas.limits.get(area, ())), sources=" ".join(areas.sources(area, at)),
    )  # fmt: skip


def _share(look: Lookup, loop: LoopAreaRecord | None, name: str) -> str:
    value = None if loop is None or loop.withheld else getattr(loop, name)
    return "" if value is None else per_cent(value, locale=look.locale)


def _differs(test: MeasurementRecord | None) -> bool | None:
    return None if test is None or test.value is None else test.value < LEVEL
