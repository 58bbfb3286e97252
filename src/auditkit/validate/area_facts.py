"""Facts about the table of areas (methods D21, D22, 4.8)."""

import numpy as np
import pandas as pd

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.rows import PlaceRows
from auditkit.validate.registry import facts


def _one(value: float, item: str = "") -> pd.DataFrame:
    return pd.DataFrame({"item": [item], "value": [float(value)]})


def _marked(rows: PlaceRows, marks: np.ndarray) -> pd.DataFrame:
    names = [name for name, mark in zip(rows.areas.areas.names, marks, strict=True) if mark]
    return pd.DataFrame({"item": names, "value": [1.0] * len(names)}) if names else _one(0)


@facts("residents_missing")
def residents_missing(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Areas without a number of residents."""
    residents = rows.areas.areas.residents
    return _one(0) if residents is None else _marked(rows, np.isnan(residents))


@facts("residents_zero")
def residents_zero(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Areas where nobody lives."""
    residents = rows.areas.areas.residents
    return _one(0) if residents is None else _marked(rows, residents == 0)


@facts("resident_groups_excess")
def resident_groups_excess(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """By how much the residents of all groups together exceed the residents."""
    areas = rows.areas.areas
    found = []
    for dimension in dict.fromkeys(group.dimension for group in areas.groups):
        parts = np.sum([group.residents for group in areas.groups if group.dimension == dimension], axis=0)
        known = ~np.isnan(parts) & ~np.isnan(areas.residents if areas.residents is not None else parts)
        whole = float(areas.residents[known].sum()) if areas.residents is not None else 0.0
        found.append((dimension, max(0.0, float(parts[known].sum()) / whole - 1) if whole else 0.0))
    return pd.DataFrame(found or [("", 0.0)], columns=["item", "value"])


@facts("area_islands")
def area_islands(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Areas without a neighbour."""
    names = dict(zip(rows.areas.areas.ids, rows.areas.areas.names, strict=True))
    alone = [names[area] for area in rows.areas.islands]
    return pd.DataFrame({"item": alone, "value": [1.0] * len(alone)}) if alone else _one(0)


@facts("mean_neighbours")
def mean_neighbours(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Mean number of neighbours."""
    return _one(float(np.mean([len(near) for near in rows.areas.areas.neighbours])))


@facts("block_count")
def block_count(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """How many blocks the areas form."""
    return _one(len(np.unique(rows.areas.areas.blocks)))


@facts("repeated_area_names")
def repeated_area_names(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Names that several areas share."""
    names = pd.Series(rows.areas.areas.names).value_counts()
    twice = names[names > 1]
    return (
        pd.DataFrame({"item": list(twice.index), "value": [float(n) for n in twice]})
        if len(twice)
        else _one(1)
    )


@facts("area_without_position")
def area_without_position(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """Areas without boundaries and without a centroid; the map cannot show them."""
    centroids = rows.areas.areas.centroids
    count = len(rows.areas.areas.ids)
    nowhere = np.ones(count, dtype=bool) if centroids is None else np.asarray(np.isnan(centroids).any(axis=1))
    return _marked(rows, nowhere)
