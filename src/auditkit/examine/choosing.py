"""Which of several tables an audit would rest on, and which one says where the areas are."""

from dataclasses import dataclass, replace

from auditkit.definitions.checks import Kind
from auditkit.examine.meanings import Guess
from auditkit.examine.past import Past, past_incidents
from auditkit.examine.tables import Candidate, area_id, joined, values
from auditkit.results.examination import TableKind

ORDER: tuple[tuple[TableKind, Kind], ...] = (
    ("people", "person"), ("confusion", "person"), ("counts", "person"), ("totals", "person"),
    ("alerts", "alert"), ("forecasts", "place"), ("area_counts", "place"),
)  # fmt: skip
"""Tables that can be the main table, the most telling first, and the type of tool that they are about."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Choice:
    """The tables of a proposed audit."""

    kind: Kind
    records: Candidate
    areas: Candidate | None = None
    area: Guess | None = None
    """The column of the records that names the areas."""
    id: Guess | None = None
    """The column of the areas that tells them apart."""
    matched: float = 0.0
    """Share of the areas named by the records that the table of areas has."""
    past: Past | None = None
    """What a tool that names places may have learned from."""


def choose(tables: tuple[Candidate, ...]) -> Choice | None:
    """Choose the main table, the table of areas and that of past incidents; None where nothing can be audited."""
    choice = _main(tables)
    return choice if choice is None or choice.kind != "place" else _with_past(choice, tables)


def _with_past(choice: Choice, tables: tuple[Candidate, ...]) -> Choice:
    others = tuple(table for table in tables if table is not choice.records and table is not choice.areas)
    known: set[str | None] = set()
    if choice.areas is not None and choice.id is not None:
        known = values(choice.areas, choice.id)
    elif choice.area is not None:
        known = values(choice.records, choice.area)
    drawn = choice.areas is not None and choice.areas.opened.boundaries
    return replace(choice, past=past_incidents(others, known=known, drawn=drawn))


def _main(tables: tuple[Candidate, ...]) -> Choice | None:
    for wanted, kind in ORDER:
        for records in tables:
            if records.kind[0] == wanted:
                return _with_areas(records, kind, tables)
    for areas in tables:
        if areas.kind[0] == "areas" and areas.of("count"):
            key = area_id(areas)
            return Choice(kind="place", records=areas, areas=areas, area=key, id=key, matched=1.0)
    return None


def _with_areas(records: Candidate, kind: Kind, tables: tuple[Candidate, ...]) -> Choice:
    if kind == "person":
        return Choice(kind=kind, records=records, area=records.first("area"))
    found = [
        (link, areas)
        for areas in tables
        if areas is not records and areas.kind[0] == "areas" and (link := joined(records, areas))
    ]
    area = records.first("area")
    if found:
        (named, key, share), areas = max(found, key=lambda pair: pair[0][2])
        choice = Choice(kind=kind, records=records, areas=areas, area=named, id=key, matched=share)
    elif records.kind[0] == "area_counts":
        choice = Choice(kind=kind, records=records, areas=records, area=area, id=area, matched=1.0)
    else:
        choice = Choice(kind=kind, records=records, area=area)
    return choice
