"""Opening the table of sensors: the covered share of each area and how long its sensors were on."""

from collections import Counter
from pathlib import Path

import ibis
import numpy as np

from auditkit.definitions.alerts import CoverageTable
from auditkit.definitions.values import canonical
from auditkit.errors import InputError, Problem, shown
from auditkit.load.area_values import Numeric, Texts, read_numbers
from auditkit.load.files import check_named, open_table
from auditkit.results.alerts import Coverage
from auditkit.results.areas import Floats


def load_coverage(
    connection: ibis.BaseBackend, table: CoverageTable, ids: tuple[str, ...], *, folder: Path, audit_name: str
) -> Coverage:
    """Open the table of sensors and bring it into the order of the areas.

    Parameters
    ----------
    connection
        An engine from `connect`.
    table
        The [coverage] section.
    ids
        Ids of the areas, in order.
    folder
        Where the audit file lies; paths are relative to it.
    audit_name
        The audit file's name, for messages.

    Raises
    ------
    InputError
        With every missing column; else with shares outside 0 to 1, odd hours, and areas that stand twice.
    """
    found = open_table(connection, table, folder=folder, section="coverage")
    opened = found.table
    check_named(_named(table), found.columns, where=found.source.file, audit_name=audit_name)
    wanted = dict.fromkeys(column for _, column in _named(table))
    rows: Texts = (
        opened.select(**{name: opened[name].cast("string") for name in wanted}).to_pyarrow().to_pylist()
    )
    areas = [canonical(row[table.area] or "") or "" for row in rows]
    numbers, problems = _numbers(rows, table)
    problems += _twice(areas, table)
    if problems:
        raise InputError(problems)
    place = {area: at for at, area in enumerate(areas)}
    return Coverage(
        source=found.source, share=_ordered(numbers["share"], place, ids),
        hours=_ordered(numbers["hours"], place, ids) if "hours" in numbers else None,
        unmatched=tuple(sorted(set(place) - set(ids))),
    )  # fmt: skip


def _named(table: CoverageTable) -> tuple[tuple[str, str], ...]:
    keys = [("area", table.area), ("share", table.share), ("hours", table.hours)]
    return tuple((f"[coverage] {key}", name) for key, name in keys if name is not None)


def _numbers(rows: Texts, table: CoverageTable) -> tuple[dict[str, Floats], list[Problem]]:
    columns = {
        "share": Numeric(
            key="[coverage] share", column=table.share, most=1.0, expected="Shares from 0 to 1 were expected"
        )
    }
    if table.hours is not None:
        columns["hours"] = Numeric(key="[coverage] hours", column=table.hours)
    numbers, problems = {}, []
    for key, column in columns.items():
        numbers[key], found = read_numbers(rows, column, where=table.path)
        problems += found
    return numbers, problems


def _twice(areas: list[str], table: CoverageTable) -> list[Problem]:
    repeated = sorted(area for area, times in Counter(areas).items() if times > 1)
    if not repeated:
        return []
    found = f"column '{table.area}' names an area more than once: {shown(repeated)}."
    return [Problem(where=table.path, found=found, mend="One row per area was expected ([coverage] area).")]


def _ordered(values: Floats, place: dict[str, int], ids: tuple[str, ...]) -> Floats:
    """Bring values into the order of the areas; an area that the table does not name is not known."""
    ordered = np.array([values[place[area]] if area in place else np.nan for area in ids], dtype=np.float64)
    ordered.setflags(write=False)
    return ordered
