"""Boundaries from a zipped shapefile: its parts are unpacked by name and looked at before GDAL may read them."""

import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from zipfile import ZipFile

import numpy as np

from auditkit.load.formats.archives import check_archive
from auditkit.load.formats.features import Features, in_degrees, polygons
from auditkit.load.formats.opening import SourceFile, choose, problem
from auditkit.results.inputs import Reading

_MAGIC = bytes.fromhex("0000270a")
"""The first bytes of a main file and of its index, whatever tables they hold (ESRI 1998)."""
_NEEDED, _MORE = (".shp", ".shx", ".dbf"), (".prj", ".cpg")


def read_shapefile(file: SourceFile) -> Features:
    """Read the one shapefile of an archive, or the one that `table` names, in longitude and latitude.

    Raises
    ------
    InputError
        If the archive is none or too large, a part is lacking, or it holds no polygons of a known projection.
    """
    import pyogrio

    names = check_archive(file)
    stems = sorted(
        {str(PurePosixPath(name).with_suffix("")) for name in names if name.lower().endswith(".shp")}
    )
    stem = choose(file.source.table, stems, key="table", where=file.shown_as)
    folder = file.new("")
    folder.mkdir()
    main = _unpack(file, _parts(file, names, stem), folder)
    try:
        encoding = file.source.encoding
        meta, table = pyogrio.raw.read_arrow(main, encoding=encoding)
    except (pyogrio.errors.DataSourceError, UnicodeError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split()).replace(str(main), file.shown_as)[:200]
        mend = "A shapefile of polygons was expected; export it again."
        raise problem(file.shown_as, f"it cannot be read as a shapefile: {reason}.", mend) from error
    told = main.with_suffix(".cpg").exists()
    return _features(file, meta, table, inside=stem, encoding_from="file" if told else "assumed")


def _parts(file: SourceFile, names: tuple[str, ...], stem: str) -> dict[str, str]:
    """Name the parts of one shapefile by their endings."""
    parts = {
        PurePosixPath(name).suffix.lower(): name
        for name in names
        if str(PurePosixPath(name).with_suffix("")) == stem
    }
    if lacking := [ending for ending in _NEEDED if ending not in parts]:
        mend = "Pack all parts of the shapefile: .shp, .shx, .dbf and .prj."
        raise problem(file.shown_as, f"'{stem}' lacks its {' and '.join(lacking)}.", mend)
    return {ending: parts[ending] for ending in (*_NEEDED, *_MORE) if ending in parts}


def _unpack(file: SourceFile, parts: Mapping[str, str], folder: Path) -> Path:
    """Unpack the parts under names of our own, and refuse what does not begin as a shapefile does."""
    with ZipFile(file.path) as archive:
        for ending, name in parts.items():
            with archive.open(name) as part, (folder / f"areas{ending}").open("wb") as written:
                shutil.copyfileobj(part, written)
    for ending in (".shp", ".shx"):
        with (folder / f"areas{ending}").open("rb") as part:
            if part.read(len(_MAGIC)) != _MAGIC:
                mend = "A shapefile of polygons was expected; export it again."
                raise problem(file.shown_as, f"its {ending} is none.", mend)
    return folder / "areas.shp"


def _features(
    file: SourceFile,
    meta: Mapping[str, Any],
    table: Any,
    *,
    inside: str,
    encoding_from: Literal["file", "assumed"],
) -> Features:
    import pyarrow as pa
    import shapely

    geometry = meta["geometry_name"] or "wkb_geometry"
    shapes = np.full(table.num_rows, None, dtype=object)
    shapes[:] = list(shapely.from_wkb(table.column(geometry).to_pylist(), on_invalid="ignore"))
    moved, came_from = in_degrees(shapes, meta["crs"], file=file)
    kept = [name for name in table.column_names if name != geometry]
    texts = {name: table.column(name).cast(pa.string()).to_pylist() for name in kept}
    rows = [{name: texts[name][at] for name in kept} for at in range(table.num_rows)]
    if not rows:
        raise problem(
            file.shown_as, "it holds no features.", "At least one area was expected; check the export."
        )
    found = str(meta["encoding"]).lower()
    reading = Reading(
        encoding=found, encoding_from="declared" if file.source.encoding else encoding_from, inside=f"layer {inside}",
        coordinates=came_from,
    )  # fmt: skip
    return Features(
        columns=tuple(kept), rows=rows, shapes=polygons(moved, shown_as=file.shown_as), reading=reading
    )
