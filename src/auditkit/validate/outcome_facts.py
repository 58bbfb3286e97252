"""Facts about decisions, outcomes and scores (methods D1, D14, D15, D16, 3.13)."""

import ibis
import pandas as pd
from ibis import Table

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.rows import Rows
from auditkit.results.tally import UNKNOWN
from auditkit.validate.group_facts import ENOUGH
from auditkit.validate.registry import facts
from auditkit.validate.shares import group_names, labelled, share, stack, where


@facts("label_source")
def label_source(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """Return who decides that an outcome is recorded, as declared."""
    outcome = audit.outcome
    source = outcome.source if outcome else "none"
    return pd.DataFrame({"item": [outcome.means if outcome else ""], "value": [source]})


def _missing(rows: Rows, role: str) -> Table:
    cells = rows.cells(role)
    missing = where(cells[role].isnull(), cells.n)
    return cells.agg(item=ibis.literal(""), value=share(missing, cells.n.sum()), count=missing)


@facts("outcome_missing_share")
def outcome_missing_share(rows: Rows, audit: AuditFile) -> Table:
    """Share of people without a recorded outcome value."""
    return _missing(rows, "outcome")


@facts("decision_missing_share")
def decision_missing_share(rows: Rows, audit: AuditFile) -> Table:
    """Share of people without a decision, such as people who were not scored."""
    return _missing(rows, "decision")


@facts("outcome_missing_by_group")
def outcome_missing_by_group(rows: Rows, audit: AuditFile) -> Table:
    """How far a group's share of missing outcomes lies from everyone's."""
    parts = []
    for role, name in group_names(rows):
        cells = rows.cells(role, "outcome")
        missing = cells.outcome.isnull()
        sizes = cells.group_by(role).agg(gone=where(missing, cells.n), people=cells.n.sum())
        overall = sizes.gone.sum().over(ibis.window()) / sizes.people.sum().over(ibis.window()).nullif(0)
        sizes = sizes.mutate(overall=overall)
        sizes = sizes.filter((sizes.people >= ENOUGH) & (sizes[role] != UNKNOWN))
        value = (sizes.gone / sizes.people - sizes.overall).abs()
        parts.append(sizes.select(item=labelled(name, sizes[role]), value=value, count=sizes.gone))
    return stack([part for part in parts if part.count().execute()])


@facts("outcome_known_ratio")
def outcome_known_ratio(rows: Rows, audit: AuditFile) -> Table:
    """How often outcomes are known for unflagged people, relative to flagged people."""
    cells = rows.cells("decision", "outcome")
    known, yes, no = cells.outcome.notnull(), cells.decision == 1, cells.decision == 0
    flagged = share(where(known & yes, cells.n), where(yes, cells.n))
    unflagged = share(where(known & no, cells.n), where(no, cells.n))
    nobody = (where(yes, cells.n) == 0) | (where(no, cells.n) == 0) | (flagged == 0)
    value = ibis.cases((nobody, 1.0), else_=unflagged / flagged.nullif(0))
    return cells.agg(item=ibis.literal(""), value=value, count=where(known & no, cells.n))


@facts("flagged_share")
def flagged_share(rows: Rows, audit: AuditFile) -> Table:
    """Share of people who are flagged."""
    cells = rows.cells("decision")
    yes = where(cells.decision == 1, cells.n)
    return cells.agg(
        item=ibis.literal(""), value=share(yes, where(cells.decision.notnull(), cells.n)), count=yes
    )


@facts("outcome_share")
def outcome_share(rows: Rows, audit: AuditFile) -> Table:
    """Share of people with the recorded outcome."""
    cells = rows.cells("outcome")
    yes = where(cells.outcome == 1, cells.n)
    return cells.agg(
        item=ibis.literal(""), value=share(yes, where(cells.outcome.notnull(), cells.n)), count=yes
    )


@facts("follow_up_incomplete_share")
def follow_up_incomplete_share(rows: Rows, audit: AuditFile) -> Table:
    """Share of people whose follow-up ends after the last day on which outcomes were recorded."""
    cells = rows.cells("time")
    records = audit.records
    days = ibis.literal(records.observed_until) - cells.time
    late = cells.time.notnull() & (days.cast("int64") < (records.follow_up_days or 0))
    count = where(late, cells.n)
    return cells.agg(item=ibis.literal(""), value=share(count, cells.n.sum()), count=count)


@facts("outcome_share_by_quarter")
def outcome_share_by_quarter(rows: Rows, audit: AuditFile) -> Table:
    """Share of people with the outcome per quarter of scoring, where enough people were scored."""
    cells = rows.cells("time", "outcome")
    dated = cells.filter(cells.time.notnull() & cells.outcome.notnull())
    quarter = dated.time.year().cast("string") + " Q" + dated.time.quarter().cast("string")
    dated = dated.mutate(quarter=quarter)
    sizes = dated.group_by("quarter").agg(yes=where(dated.outcome == 1, dated.n), people=dated.n.sum())
    sizes = sizes.filter(sizes.people >= ENOUGH).order_by("quarter")
    part = sizes.select(item=sizes.quarter, value=sizes.yes / sizes.people, count=sizes.yes)
    return stack([part] if part.count().execute() else [])


@facts("separation")
def separation(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """How well the score, or one input alone, tells outcomes apart: area under the ROC curve, at least one half."""
    from sklearn.metrics import roc_auc_score

    found: list[tuple[str, float]] = []
    for role in (*rows.roles("score"), *rows.roles("input.")):
        cells = rows.cells(role, "outcome")
        cells = cells.filter(cells.outcome.notnull() & cells[role].notnull())
        number = cells[role].try_cast("float64") if role != "score" else cells[role]
        frame = (
            cells.select(number=number, outcome=cells.outcome, n=cells.n)
            .limit(1_000_000)
            .to_pandas()
            .dropna()
        )
        if frame.outcome.nunique() == 2:
            auc = float(roc_auc_score(frame.outcome, frame.number, sample_weight=frame.n))
            column = rows.column(role)
            found.append((column.name if column else role, max(auc, 1 - auc)))
    return pd.DataFrame(found or [("", 0.5)], columns=["item", "value"])


@facts("inputs_stamped_after")
def inputs_stamped_after(rows: Rows, audit: AuditFile) -> pd.DataFrame:
    """Mark inputs of the tool that are declared to be filled in only after scoring."""
    late = set(audit.records.stamped_after)
    items = list(audit.records.inputs)
    return pd.DataFrame({"item": items, "value": [float(name in late) for name in items]})
