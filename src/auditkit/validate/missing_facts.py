"""Facts about what is missing for some people more than for others: tests, models and worst cases (methods D12, 3.12)."""

import pandas as pd

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.rows import Rows
from auditkit.results.tally import UNKNOWN
from auditkit.validate.registry import facts
from auditkit.validate.samples import sample
from auditkit.validate.shares import counted, group_names, listed, one
from auditkit.validate.testing import as_inputs, p_value_of_equal_shares, told_apart

BY = ("decision", "outcome", "area")


@facts("group_unknown_tested")
def group_unknown_tested(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """How likely the share of unknown groups would differ so much by chance, by decision, outcome and area (chi-square).

    Each is multiplied by the number of such tests (Bonferroni).
    """
    found = {}
    for role, name in group_names(rows):
        for by in BY:
            column = rows.column(by)
            if column is None or column.name == _column(rows, role):
                continue
            cells = rows.cells(role, by).to_pandas()
            cells = cells[cells[by].notna()]
            found[f"{name} by {by}"] = _tested(cells, by, gone=cells[role] == UNKNOWN)
    return _joint(found)


@facts("outcome_missing_tested")
def outcome_missing_tested(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """How likely the share of missing outcomes would differ so much by chance, by group and area (chi-square).

    Each is multiplied by the number of such tests (Bonferroni).
    """
    found = {}
    named = [*group_names(rows), *([("area", "area")] if rows.column("area") else [])]
    for role, name in named:
        cells = rows.cells(role, "outcome").to_pandas()
        cells = cells[cells[role].notna() & (cells[role] != UNKNOWN)]
        found[f"by {name}"] = _tested(cells, role, gone=cells["outcome"].isna())
    return _joint(found)


def _column(rows: Rows, role: str) -> str:
    return next(column.name for column in rows.columns if column.role == role)


def _tested(cells: pd.DataFrame, by: str, *, gone: pd.Series) -> float:
    counted = cells.assign(gone=cells["n"].where(gone, 0)).groupby(by)[["gone", "n"]].sum()
    return p_value_of_equal_shares(counted.reset_index())


def _joint(found: dict[str, float]) -> pd.DataFrame:
    return listed([*found], [min(1.0, p * len(found)) for p in found.values()]) if found else one(1.0)


@facts("group_unknown_predicted")
def group_unknown_predicted(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """How well inputs and area tell whether a group is unknown: cross-validated area under the ROC curve."""
    inputs = (*rows.roles("input."), *(["area"] if rows.column("area") else []))
    groups = group_names(rows)
    frame = sample(rows, audit, (*inputs, *(role for role, _ in groups)))
    found = {}
    for role, name in groups:
        own = _column(rows, role)
        others = [one for one in inputs if _column(rows, one) != own]
        found[name] = told_apart(as_inputs(frame[others]), (frame[role] == UNKNOWN).to_numpy())
    return listed([*found], [*found.values()])


@facts("group_unknown_worst_case")
def group_unknown_worst_case(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """How far apart a group's least and greatest possible share of flagged people are, whoever the unknown ones are.

    References
    ----------
    Manski bounds, methods 3.12: all unflagged unknowns belong to the group, or all flagged ones do.
    """
    found: dict[str, tuple[float, int]] = {}
    for role, name in group_names(rows):
        cells = rows.cells(role, "decision").to_pandas()
        cells = cells[cells["decision"].notna()]
        counts = cells.pivot_table(index=role, columns="decision", values="n", aggfunc="sum", fill_value=0)
        counts = counts.reindex(columns=[0, 1], fill_value=0)
        no, yes = (float(counts[act].get(UNKNOWN, 0)) for act in (0, 1))
        for group, row in counts.drop(index=UNKNOWN, errors="ignore").iterrows():
            n = float(row.sum())
            if n:
                found[f"{name} = {group}"] = (row[1] + yes) / (n + yes) - row[1] / (n + no), int(n)
    return counted(found)
