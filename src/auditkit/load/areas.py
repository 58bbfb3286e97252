"""Opening the table of areas: residents, sizes, neighbours and blocks, from a table or from GeoJSON boundaries."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import ibis
import numpy as np
from numpy.typing import NDArray

from auditkit.definitions.places import AreaTable
from auditkit.definitions.values import canonical
from auditkit.errors import InputError, Problem, shown
from auditkit.load.area_values import (
    Texts,
    block_problems,
    id_problems,
    named_columns,
    numeric_columns,
    read_numbers,
    texts,
)
from auditkit.load.boundaries import Outlines, map_outlines, outline
from auditkit.load.files import check_named, open_features, open_table
from auditkit.load.formats.opening import problem
from auditkit.load.neighbours import Neighbours, by_distance, by_outline, declared_blocks, made_blocks
from auditkit.results.areas import Areas, Floats, ResidentGroup
from auditkit.results.inputs import InputRecord
from auditkit.results.loaded_areas import LoadedAreas


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Opened:
    """The table as text, with the shape of each row where the file has boundaries."""

    rows: Texts
    shapes: NDArray[Any] | None
    source: InputRecord


def load_areas(
    connection: ibis.BaseBackend, table: AreaTable, *, folder: Path, audit_name: str
) -> LoadedAreas:
    """Open the table of areas and check that it holds what the audit file says.

    Parameters
    ----------
    connection
        An engine from `connect`; GeoJSON is read without it.
    table
        The [areas] section.
    folder
        Where the audit file lies; paths are relative to it.
    audit_name
        The audit file's name, for messages.

    Raises
    ------
    InputError
        With every problem of the table that was found: missing columns first, else ids and values.
    """
    opened = _open(connection, table, folder=folder, audit_name=audit_name)
    opened, left_out = _without_pseudo_areas(opened, table)
    numbers = _numbers(opened.rows, table)
    order = sorted(range(len(opened.rows)), key=lambda place: _id(opened.rows[place], table))
    rows = [opened.rows[place] for place in order]
    numbers = {key: _fixed(values[order]) for key, values in numbers.items()}
    outlines = None if opened.shapes is None else outline(opened.shapes[order])
    areas = _areas(rows, numbers, outlines, table)
    none = np.zeros(len(rows), dtype=np.bool_)
    lacking = none if opened.shapes is None else ~none if outlines is None else outlines.empty
    return LoadedAreas(
        areas=areas, source=opened.source, not_areas=left_out, margin=numbers.get("margin"),
        shapes=None if outlines is None else outlines.degrees,
        without_outline=_where(areas.ids, lacking),
        repaired=_where(areas.ids, none if outlines is None else outlines.repaired),
    )  # fmt: skip


def _open(connection: ibis.BaseBackend, table: AreaTable, *, folder: Path, audit_name: str) -> _Opened:
    named = named_columns(table)
    drawn = open_features(connection, table, folder=folder, section="areas")
    if drawn is not None:
        features, source = drawn
        check_named(named, source.columns, where=table.path, audit_name=audit_name)
        return _Opened(rows=features.rows, shapes=features.shapes, source=source)
    found = open_table(connection, table, folder=folder, section="areas")
    check_named(named, found.columns, where=found.source.file, audit_name=audit_name)
    wanted = {column: found.table[column].cast("string") for _, column in named}
    return _Opened(
        rows=found.table.select(**wanted).to_pyarrow().to_pylist(), shapes=None, source=found.source
    )


def _id(row: Mapping[str, str | None], table: AreaTable) -> str:
    return canonical(row.get(table.id) or "") or ""


def _without_pseudo_areas(opened: _Opened, table: AreaTable) -> tuple[_Opened, tuple[tuple[str, int], ...]]:
    """Leave out rows of codes declared to stand for no area, and count them."""
    ids = [_id(row, table) for row in opened.rows]
    times = Counter(ids)
    kept = [place for place, one in enumerate(ids) if one not in table.not_areas]
    if not kept:
        found = f"every row stands for no area: {shown(table.not_areas)}."
        raise problem(table.path, found, "At least one area was expected; mend [areas] not_areas.")
    shapes = None if opened.shapes is None else opened.shapes[kept]
    rest = _Opened(rows=[opened.rows[place] for place in kept], shapes=shapes, source=opened.source)
    return rest, tuple((code, times[code]) for code in table.not_areas)


def _numbers(rows: Texts, table: AreaTable) -> dict[str, Floats]:
    """Read every column of numbers by the key that names it, once ids and blocks are whole."""
    problems: list[Problem] = [*id_problems(rows, table), *block_problems(rows, table)]
    numbers = {}
    for column in numeric_columns(table):
        numbers[column.key.removeprefix("[areas] ")], found = read_numbers(rows, column, where=table.path)
        problems += found
    if problems:
        raise InputError(problems)
    return numbers


def _areas(rows: Texts, numbers: dict[str, Floats], outlines: Outlines | None, table: AreaTable) -> Areas:
    ids = tuple(_id(row, table) for row in rows)
    names = ids if table.name is None else tuple(texts(rows, table.name))
    centroids = _centroids(numbers, outlines)
    neighbours, contiguity = _neighbours(len(ids), centroids, outlines, table)
    blocks = (
        made_blocks(neighbours, centroids)
        if table.block is None
        else declared_blocks(canonical(text) or "" for text in texts(rows, table.block))
    )
    return Areas(
        ids=ids, names=tuple(name or one for name, one in zip(names, ids, strict=True)),
        residents=numbers.get("residents"), groups=_groups(numbers, table), size_km2=numbers.get("size_km2"),
        centroids=centroids, neighbours=neighbours, contiguity=contiguity,
        blocks=blocks, blocks_from="made" if table.block is None else "declared",
        denominators=tuple((name, numbers[f"denominators.{name}"]) for name in table.denominators),
        boundaries=None if outlines is None else map_outlines(outlines),
        stops=tuple((name, numbers[f"stops.{name}"]) for name in table.stops),
    )  # fmt: skip


def _groups(numbers: dict[str, Floats], table: AreaTable) -> tuple[ResidentGroup, ...]:
    """Residents by group as counts; where nobody lives, a blank share stands for nobody."""
    found = []
    for dimension, columns in table.resident_groups.items():
        for group in columns:
            values = numbers[f"resident_groups.{dimension}.{group}"]
            if table.resident_values == "share":
                residents = numbers["residents"]
                values = _fixed(np.where(residents == 0, 0.0, values * residents))
            reference = table.reference.get(dimension) == group
            found.append(
                ResidentGroup(dimension=dimension, group=group, residents=values, reference=reference)
            )
    return tuple(found)


def _centroids(numbers: dict[str, Floats], outlines: Outlines | None) -> Floats | None:
    """Centroids of outlines, and of the declared columns for areas without an outline."""
    columns = np.column_stack([numbers["longitude"], numbers["latitude"]]) if "longitude" in numbers else None
    if columns is not None:
        columns[np.isnan(columns).any(axis=1)] = np.nan
    if outlines is None:
        return None if columns is None else _fixed(columns)
    drawn = outlines.centroids.copy()
    if columns is not None:
        drawn[outlines.empty] = columns[outlines.empty]
    return _fixed(drawn)


def _neighbours(
    areas: int, centroids: Floats | None, outlines: Outlines | None, table: AreaTable
) -> tuple[Neighbours, Literal["queen", "rook", "nearest", "none"]]:
    if outlines is not None:
        return by_outline(outlines, table.contiguity), table.contiguity.kind
    if centroids is None:
        return ((),) * areas, "none"
    neighbours = by_distance(centroids)
    return neighbours, "nearest" if any(neighbours) else "none"


def attach_centroids(areas: Areas, centroids: Mapping[str, tuple[float, float]]) -> Areas:
    """Give areas the centroids of their records, where neither boundaries nor columns gave any.

    Neighbours become the six nearest, and blocks that are not declared are made again. Areas that have neighbours, and
    areas of which fewer than two would have a centroid, come back unchanged.

    Parameters
    ----------
    areas
        Areas from `load_areas`.
    centroids
        Longitude and latitude in degrees by the id of the area, such as the mean of its records.
    """
    if areas.contiguity != "none":
        return areas
    places = _fixed(np.array([centroids.get(area, (np.nan, np.nan)) for area in areas.ids], dtype=np.float64))
    neighbours = by_distance(places)
    if not any(neighbours):
        return areas
    blocks = made_blocks(neighbours, places) if areas.blocks_from == "made" else areas.blocks
    return replace(areas, centroids=places, neighbours=neighbours, contiguity="nearest", blocks=blocks)


def _fixed(values: Floats) -> Floats:
    fixed = np.ascontiguousarray(values, dtype=np.float64)
    fixed.setflags(write=False)
    return fixed


def _where(ids: tuple[str, ...], hit: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(ids[place] for place in np.flatnonzero(hit))
