"""Placing rows in areas by their longitude and latitude, a hundred thousand different points at a time."""

from typing import Any

import numpy as np
from ibis import Table
from numpy.typing import NDArray

from auditkit.definitions.places import PLACED, HistoryTable
from auditkit.definitions.records import Records
from auditkit.load.engine import scratch_folder
from auditkit.load.formats.opening import SCRATCH_BATCH, new_file, problem, scratch_table
from auditkit.results.loaded_areas import LoadedAreas
from auditkit.results.rows import canonical

_X, _Y = "auditkit: longitude", "auditkit: latitude"


def place(
    connection: Any, table: Table, section: Records | HistoryTable, loaded: LoadedAreas | None
) -> Table:
    """Add the area that each row lies in, where a section gives positions in place of an area.

    It is missing without a position, and outside every area. A point on a border belongs to the first of the areas that share it, in order of their ids.

    Parameters
    ----------
    connection
        An engine from `connect`.
    table
        The rows.
    section
        What the audit file says about them; positions are in degrees.
    loaded
        The areas.

    Raises
    ------
    InputError
        If the areas have no boundaries.
    """
    if section.area != PLACED:
        return table
    if loaded is None or loaded.shapes is None:
        mend = "Name a file with boundaries in [areas] path, or the column of the area ('area')."
        raise problem(section.path, "points are placed within boundaries, and [areas] has none.", mend)
    x, y = (
        canonical(table[name].cast("string")).try_cast("float64")
        for name in (section.longitude or "", section.latitude or "")
    )
    table = table.mutate(**{_X: x, _Y: y})
    points = table.filter(table[_X].between(-180, 180) & table[_Y].between(-90, 90)).select(_X, _Y).distinct()
    placed = _areas_of(connection, points, loaded.shapes, np.array(loaded.areas.ids, dtype=object))
    joined = table.left_join(placed, [_X, _Y])
    kept = [name for name in table.columns if name not in {_X, _Y}]
    target = new_file(scratch_folder(connection), ".parquet")
    connection.to_parquet(joined.select(*kept, PLACED), target)
    return scratch_table(connection, target)


def _areas_of(connection: Any, points: Table, shapes: NDArray[Any], ids: NDArray[Any]) -> Table:
    """Look every different point up, and return those that lie in an area, with its id."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    import shapely

    tree = shapely.STRtree(shapes)
    schema = pa.schema([(_X, pa.float64()), (_Y, pa.float64()), (PLACED, pa.string())])
    given, target = (new_file(scratch_folder(connection), ".parquet") for _ in range(2))
    connection.to_parquet(points, given)
    with pq.ParquetFile(given) as source, pq.ParquetWriter(target, schema) as writer:
        for batch in source.iter_batches(SCRATCH_BATCH):
            x, y = (batch.column(name).to_numpy(zero_copy_only=False) for name in (_X, _Y))
            at, area = tree.query(shapely.points(x, y), predicate="intersects")
            first = np.full(len(x), len(ids))
            np.minimum.at(first, at, area)
            inside = first < len(ids)
            columns = [pa.array(x[inside]), pa.array(y[inside]), pa.array(ids[first[inside]], pa.string())]
            writer.write_table(pa.table(columns, schema=schema))
    return scratch_table(connection, target)
