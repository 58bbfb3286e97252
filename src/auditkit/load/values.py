"""Whether a table's values are what the audit file declares; what is not stops the audit with one message."""

from collections.abc import Iterable, Iterator

import ibis
from ibis import Table

from auditkit.definitions.audit_file import AuditFile
from auditkit.errors import SHOWN, InputError, Problem, closest, shown
from auditkit.load.decisions import LARGEST_COUNT
from auditkit.results.rows import ROWS, Rows, canonical
from auditkit.results.tally import UNKNOWN


def _texts(table: Table, name: str) -> Table:
    """Distinct values of a column as they compare."""
    raw = table.select(raw=table[name])
    counted = raw.group_by("raw").agg(n=raw.count())
    return counted.select(text=canonical(counted.raw.cast("string")), n=counted.n)


def _texts_of(rows: Rows, name: str) -> Table:
    counted = rows.counts(name)
    return counted.select(text=canonical(counted[name].cast("string")), n=counted[ROWS])


def _examples(found: Table) -> tuple[list[str], int]:
    few = found.group_by("text").agg(n=found.n.sum())
    few = few.order_by([few.n.desc(), few.text]).limit(SHOWN).to_pyarrow().to_pylist()
    return [row["text"] for row in few], int(found.n.sum().fill_null(0).execute())


def check_counts(table: Table, audit: AuditFile) -> None:
    """Refuse published counts that are no whole numbers from 0 up, and parts larger than their whole."""
    records = audit.records
    names = [] if records.counts is None else [records.counts]
    for declared in (records.confusion, records.totals):
        keys = () if declared is None else ("tn", "fp", "fn", "tp", "flagged", "of")
        names += [getattr(declared, key) for key in keys if hasattr(declared, key)]
    problems = []
    for name in names:
        texts = _texts(table, name)
        marked = texts.filter(texts.text.isin(records.suppressed)) if records.suppressed else None
        rest = (
            texts
            if marked is None
            else texts.filter(texts.text.isnull() | ~texts.text.isin(records.suppressed))
        )
        number = rest.text.try_cast("int64")
        odd = rest.filter(
            rest.text.isnull()
            | number.isnull()
            | (number < 0)
            | (number > LARGEST_COUNT)
            | rest.text.contains(".")
        )
        values, rows = _examples(odd.mutate(text=odd.text.fill_null("")))
        if rows:
            found = f"column '{name}' holds {shown(values)} ({rows} rows)."
            mend = "Whole numbers from 0 up were expected, a trillion at most. Declare marks of withheld counts in [records] suppressed."
            problems.append(Problem(where=records.path, found=found, mend=mend))
    if problems:
        raise InputError(problems)
    if records.totals:
        _check_totals(table, audit)


def _check_totals(table: Table, audit: AuditFile) -> None:
    totals = audit.records.totals
    if totals is None:
        return
    parts = canonical(table[totals.flagged].cast("string")).try_cast("int64")
    whole = canonical(table[totals.of].cast("string")).try_cast("int64")
    names = [group.column for group in audit.groups.values()] or [totals.flagged, totals.of]
    above = table.filter(parts > whole).select(*names).limit(SHOWN).to_pyarrow().to_pylist()
    if above:
        groups = [", ".join(str(value) for value in row.values()) for row in above]
        found = f"'{totals.flagged}' is larger than '{totals.of}', a rate above 1, for {shown(groups)}."
        mend = "Check that the two columns are not swapped and that both count the same people."
        raise InputError([Problem(where=audit.records.path, found=found, mend=mend)])


def check_values(rows: Rows, audit: AuditFile) -> None:
    """Refuse scores that are no numbers, and decisions and outcomes that hold undeclared values."""
    problems = [
        *_score_problems(rows, audit),
        *_decision_problems(rows, audit),
        *_outcome_problems(rows, audit),
    ]
    if problems:
        raise InputError(problems)


def _score_problems(rows: Rows, audit: AuditFile) -> Iterator[Problem]:
    score, records = rows.column("score"), audit.records
    if score is None:
        return
    texts = _texts_of(rows, score.name)
    text = texts.text
    number = text.try_cast("float64")
    finite = number.notnull() & ~number.isnan() & ~number.isinf()
    odd = texts.filter(
        text.notnull() & ~(text.isin(score.missing) if score.missing else ibis.literal(False)) & ~finite
    )
    values, count = _examples(odd)
    if count:
        found = f"the score '{score.name}' holds {shown(values)} ({count} rows)."
        mend = "Numbers were expected. If these mean 'not scored', declare them in [records] missing."
        yield Problem(where=records.path, found=found, mend=mend)


def distinct(rows: Rows, role: str) -> list[str]:
    """Return the values of a column that are not missing, in order."""
    column = rows.column(role)
    if column is None:
        return []
    texts = _texts_of(rows, column.name)
    gone = texts.text.isnull() | (texts.text.isin(column.missing) if column.missing else ibis.literal(False))
    kept = texts.filter(~gone).select("text").distinct().order_by("text")
    return [row["text"] for row in kept.to_pyarrow().to_pylist()]


def absent(
    declared: Iterable[str], found: list[str], *, where: str, key: str, column: str
) -> Iterator[Problem]:
    """Say that none of the declared values occurs in a column."""
    if found and not set(declared) & set(found):
        near = closest(next(iter(declared)), found)
        hint = f" Did you mean '{near}'?" if near else ""
        text = f"column '{column}' never holds {shown(declared)}."
        yield Problem(where=where, found=text, mend=f"Values found: {shown(found)}.{hint} Mend {key}.")


def _decision_problems(rows: Rows, audit: AuditFile) -> Iterator[Problem]:
    decision = audit.records.decision
    if decision is None or decision.column is None:
        return
    found = distinct(rows, "decision")
    declared = decision.flagged or ()
    if len(found) > 1:  # with a single value, nobody may have been flagged: a finding, not a mistake
        yield from absent(
            declared,
            found,
            where=audit.records.path,
            key="[records] decision.flagged",
            column=decision.column,
        )


def _outcome_problems(rows: Rows, audit: AuditFile) -> Iterator[Problem]:
    outcome = audit.records.outcome
    if outcome is None or outcome.positive is None:
        return
    found = [value for value in distinct(rows, "outcome") if value not in outcome.positive]
    odd = [value for value in found if value not in outcome.negative] if outcome.negative else found
    zero_one = set(outcome.positive) == {"1"}
    allowed = outcome.negative or (("0",) if zero_one else tuple(found[:1]))
    if odd := [value for value in odd if value not in allowed]:
        text = f"the outcome '{outcome.column}' holds {shown(odd)}, which the audit file does not declare."
        expected = f"{shown(outcome.positive)} for yes and {shown(allowed)} for no"
        mend = f"Expected {expected}. Declare more in [records] outcome.negative, or blanks in [records] missing."
        yield Problem(where=audit.records.path, found=text, mend=mend)
    elif len(found) > 0:
        everything = distinct(rows, "outcome")
        if len(everything) > 1:
            yield from absent(
                outcome.positive,
                everything,
                where=audit.records.path,
                key="[records] outcome.positive",
                column=outcome.column,
            )


def check_repeated_cells(rows: Rows, audit: AuditFile, *, names: tuple[str, ...] | None = None) -> None:
    """Refuse a table of counts in which one combination of groups, decision and outcome stands twice."""
    if names is None:
        kinds = ("group.", "stratum.", "subgroup.", "probability.")
        parts = tuple(column for kind in kinds for column in rows.roles(kind))
        roles = (*parts, "score", "area", "time", "provider", "decision", "outcome")
        names = tuple(column.name for column in rows.columns if column.role in roles)
    texts = {f"key{i}": canonical(rows.table[name].cast("string")) for i, name in enumerate(names)}
    keyed = rows.table.select(**texts)
    twice = keyed.group_by(list(texts)).agg(times=keyed.count())
    repeated = twice.filter(twice.times > 1).order_by(list(texts)).limit(SHOWN + 1).to_pyarrow().to_pylist()
    if repeated:
        cells = [", ".join(f"{n}={row[k]}" for n, k in zip(names, texts, strict=True)) for row in repeated]
        found = f"the table of counts repeats a cell: {shown(cells, most=3)}."
        mend = "Each combination may stand once. Sum repeated rows, or name the column that tells them apart."
        raise InputError([Problem(where=audit.records.path, found=found, mend=mend)])


def check_references(rows: Rows, audit: AuditFile) -> None:
    """Refuse a reference group that nobody belongs to."""
    problems = []
    for name, group in audit.groups.items():
        if group.reference is None:
            continue
        cells = rows.cells(f"group.{name}")
        values = [row[f"group.{name}"] for row in cells.limit(1000).to_pyarrow().to_pylist()]
        found = [value for value in values if value != UNKNOWN]
        if group.reference not in found:
            near = closest(group.reference, found)
            hint = f"Did you mean '{near}'? " if near else ""
            text = f"nobody belongs to the reference group '{group.reference}'."
            mend = f"{hint}Groups found: {shown(found)}. Mend [groups.{name}] reference."
            problems.append(
                Problem(where=f"{audit.records.path} column '{group.column}'", found=text, mend=mend)
            )
    if problems:
        raise InputError(problems)
