"""Facts about what a tool learned from: people in both parts, inputs that know too much, drift (methods D9, D13, D14, D24)."""

import ibis
import numpy as np
import pandas as pd
from ibis import Table

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.rows import Column, PlaceRows, Rows, value
from auditkit.results.tally import UNKNOWN
from auditkit.statistics.drift import stability
from auditkit.validate.registry import facts
from auditkit.validate.samples import sample
from auditkit.validate.shares import counted, group_names, one, share, where
from auditkit.validate.tables import area_ids, history_of, training_of
from auditkit.validate.testing import as_inputs, told_apart

FEWEST = 50
"""Values of a text input with fewer people say nothing here, and groups with fewer are not predicted."""
PARTS = 10
"""Numbers are cut into so many parts of equal size."""


@facts("people_in_both")
def people_in_both(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """Share of audited people who also stand among the rows that the tool learned from."""
    role = "repeat" if rows.column("repeat") else "id"
    column = rows.column(role)
    assert column is not None  # noqa: S101  # the check needs somebody to recognise
    other = training_of(rows).table
    known = other.select(person=value(other, column)).distinct()
    people = rows.table.select(person=value(rows.table, column))
    people = people.filter(people.person.notnull())
    both = int(people.semi_join(known, "person").count().execute())
    value_of = both / max(1, int(people.count().execute()))
    return pd.DataFrame({"item": [column.name], "value": [value_of], "count": [both]})


@facts("outcome_inputs")
def outcome_inputs(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """How well a single input tells outcomes apart: area under the ROC curve; text by the share of outcomes of a value."""
    from sklearn.metrics import roc_auc_score

    roles = rows.roles("input.")
    frame = sample(rows, audit, ("outcome", *roles))
    frame = frame[frame["outcome"].notna()]
    marks = frame["outcome"].to_numpy() == 1
    found = {}
    for role in roles:
        ranked = _ranked(as_inputs(frame[[role]])[role], marks)
        known = ranked.notna().to_numpy()
        if 0 < marks[known].sum() < known.sum():
            area = float(roc_auc_score(marks[known], ranked[known]))
            found[role.removeprefix("input.")] = max(area, 1 - area)
    return pd.DataFrame({"item": list(found) or [""], "value": list(found.values()) or [0.5]})


def _ranked(inputs: pd.Series, marks: np.ndarray) -> pd.Series:
    """Turn values of text into the share of outcomes among people with the same value, where they are many."""
    if inputs.dtype == "float64":
        return inputs
    by_value = pd.Series(marks, index=inputs.index).groupby(inputs).agg(["mean", "size"])
    return inputs.map(by_value["mean"].where(by_value["size"] >= FEWEST)).astype("float64")


@facts("inputs_too_new")
def inputs_too_new(rows: Rows, audit: AuditFile) -> Table:
    """Share of people whose inputs were read on a later day than the score."""
    cells = rows.cells("inputs_as_of", "time")
    late = (cells.inputs_as_of > cells.time).fill_null(False)
    count = where(late, cells.n)
    return cells.agg(item=ibis.literal(""), value=share(count, cells.n.sum()), count=count)


@facts("outcome_before_scoring")
def outcome_before_scoring(rows: Rows, audit: AuditFile) -> Table:
    """Share of people whose outcome is dated before their scoring."""
    outcome = audit.records.outcome
    name = outcome.date if outcome else None
    assert name is not None  # noqa: S101  # the check needs it
    column = rows.column("time")
    assert column is not None  # noqa: S101  # an outcome with a date has it
    dates = rows.table.select(
        n=rows.weight.fill_null(0),
        happened=value(
            rows.table, Column(role="outcome.date", name=name, kind="date", missing=column.missing)
        ),
        scored=value(rows.table, column),
    )
    early = where((dates.happened < dates.scored).fill_null(False), dates.n)
    return dates.agg(item=ibis.literal(""), value=share(early, dates.n.sum()), count=early)


@facts("groups_from_inputs")
def groups_from_inputs(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """How well all inputs together tell a group from everyone else: cross-validated area under the ROC curve."""
    inputs, groups = rows.roles("input."), group_names(rows)
    frame = sample(rows, audit, (*inputs, *(role for role, _ in groups)))
    read = as_inputs(frame[list(inputs)])
    found: dict[str, float] = {}
    for role, name in groups:
        own = next(column.name for column in rows.columns if column.role == role)
        others = read.drop(
            columns=f"input.{own}", errors="ignore"
        )  # a group that is an input stands for itself
        known = frame[role] != UNKNOWN
        for group in sorted(frame.loc[known, role].unique()):
            marks = (frame.loc[known, role] == group).to_numpy()
            if marks.sum() >= FEWEST:
                found[f"{name} = {group}"] = told_apart(others[known], marks)
    return pd.DataFrame({"item": list(found) or [""], "value": list(found.values()) or [0.5]})


@facts("drift_from_training")
def drift_from_training(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """How far score, inputs and groups have moved since training: population stability index."""
    roles = (*rows.roles("score"), *rows.roles("input."), *rows.roles("group."))
    before, now = (sample(part, audit, roles) for part in (training_of(rows), rows))
    found = {}
    for role in roles:
        both = pd.concat([before[role], now[role]], ignore_index=True)
        cut = _cut(as_inputs(both.to_frame(role))[role], trained=len(before))
        parts = pd.crosstab(cut, np.arange(len(cut)) >= len(before)).reindex(
            columns=[False, True], fill_value=0
        )
        name = role.split(".", 1)[-1]
        found[name] = stability(parts[False], parts[True])
    return pd.DataFrame({"item": list(found), "value": list(found.values())})


def _cut(values: pd.Series, *, trained: int) -> pd.Series:
    """Cut numbers at the tenths of the training rows; rare texts go together."""
    if values.dtype == "float64":
        edges = np.unique(np.nanquantile(values[:trained], np.linspace(0, 1, PARTS + 1)[1:-1]))
        return pd.Series(np.searchsorted(edges, values, side="right"), index=values.index).where(
            values.notna(), -1
        )
    common = values[:trained].value_counts().head(2 * PARTS).index
    return values.where(values.isin(common), "(others)").astype(str)


@facts("history_drift")
def history_drift(rows: PlaceRows, audit: AuditFile) -> pd.DataFrame:
    """How far incidents have moved between areas since the history: population stability index."""
    audited = rows.table.select(
        area=value(rows.table, _role(rows, "area")), n=value(rows.table, _role(rows, "outcome"))
    )
    now = audited.group_by("area").agg(n=audited.n.sum()).to_pandas().set_index("area")["n"]
    past = history_of(rows).cells("area").to_pandas().set_index("area")["n"]
    before, after = (part.reindex(area_ids(rows)).fillna(0).to_numpy(float) for part in (past, now))
    return pd.DataFrame(
        {"item": [""], "value": [stability(before, after) if before.sum() and after.sum() else 0.0]}
    )


def _role(rows: Rows, role: str) -> Column:
    return next(column for column in rows.columns if column.role == role)


@facts("population_ratio")
def population_ratio(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """Each group's share of the people in the table over its share of the population that the claim is about."""
    found: dict[str, tuple[float, int]] = {}
    for name, group in audit.groups.items():
        if group.population is None:
            continue
        cells = rows.cells(f"group.{name}").to_pandas().set_index(f"group.{name}")["n"]
        known = float(cells.drop(UNKNOWN, errors="ignore").sum())
        for member, part in group.population.shares.items():
            if part > 0 and known:
                n = int(cells.get(member, 0))
                found[f"{name} = {member}"] = n / known / part, n
    return counted(found) if found else one(1.0)


@facts("group_assigned_by")
def group_assigned_by(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """Return who said who belongs to a group, as declared."""
    told = {name: group.assigned_by for name, group in audit.groups.items() if group.assigned_by}
    return pd.DataFrame({"item": list(told), "value": list(told.values())})
