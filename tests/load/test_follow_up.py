"""Whose outcome counts in an audit sample, and when people leave follow-up."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from auditkit.definitions.audit_file import read_audit_file
from auditkit.load.engine import connect
from auditkit.load.people import load
from auditkit.results.rows import CheckedRows
from auditkit.results.tally import Tally
from auditkit.tally.people import tally


def counted(write_audit: Callable[..., Path], folder: Path, table: str, **records: Any) -> Tally:
    path = write_audit(folder, table, records=records)
    audit = read_audit_file(path)
    with connect(audit.engine) as engine:
        rows = load(engine, audit, folder=folder, audit_name="audit.toml")
        return tally(CheckedRows(rows=rows, checks=(), refused=()), audit)


def test_an_outcome_counts_if_the_person_was_flagged_or_drawn(
    write_audit: Callable[..., Path], tmp_path: Path
) -> None:
    table = """id,race,flagged,outcome,audited
1,A,1,1,no
2,A,1,,no
3,A,0,1,yes
4,A,0,1,no
5,A,0,0,
6,A,0,0,yes
7,A,,1,yes
"""
    sample = {"column": "audited", "sampled": ["yes"]}

    counts = counted(write_audit, tmp_path, table, audit_sample=sample)

    assert counts.sampled
    cells = {(cell.decision, cell.outcome): cell.n for cell in counts.dimensions[0].cells}
    assert cells == {(1, 1): 1, (1, None): 1, (0, 1): 1, (0, None): 2, (0, 0): 1, (None, 1): 1}


FOLLOW_UP = {
    "time": "scored", "observed_until": dt.date(2020, 4, 10), "follow_up_days": 30,
    "outcome": {
        "column": "outcome", "positive": ["1"], "means": "arrested again", "source": "arrest", "date": "arrested",
    },
}  # fmt: skip


def test_people_leave_follow_up_with_the_outcome_at_the_end_of_the_window_or_when_records_end(
    write_audit: Callable[..., Path], tmp_path: Path
) -> None:
    table = """id,race,flagged,scored,outcome,arrested
1,A,1,2020-03-01,1,2020-03-08
2,A,1,2020-03-01,1,2020-04-05
3,A,1,2020-03-01,0,
4,A,1,2020-04-01,0,
5,A,1,2020-04-01,1,2020-04-04
6,A,1,2020-03-01,1,
7,A,1,2020-03-01,1,2020-02-27
8,A,1,2020-04-11,0,
9,A,1,2020-03-01,,
10,A,1,,1,2020-03-08
"""
    counts = counted(write_audit, tmp_path, table, **FOLLOW_UP)

    (leaving,) = counts.survival
    # 7 days after the scoring; after 35, so seen to day 30 without it; to the end of the window; 9 days of records;
    # 3 days after. Of 6 to 10 nothing is known: no date, a date before the scoring, scored later, no outcome, no time.
    assert leaving.horizon == 30
    assert [(cell.day, cell.events, cell.censored) for cell in leaving.cells] == [
        (3, 1, 0), (7, 1, 0), (9, 0, 1), (30, 0, 2),
    ]  # fmt: skip


def test_those_are_followed_completely_whose_window_ends_before_the_records(
    write_audit: Callable[..., Path], tmp_path: Path
) -> None:
    # 30 days before 10 April 2020 is 11 March.
    table = "id,race,flagged,scored,outcome,arrested\n" + "".join(
        f"{at},A,1,{day},0,\n" for at, day in enumerate(("2020-03-10", "2020-03-11", "2020-03-12", ""))
    )
    counts = counted(write_audit, tmp_path, table, **FOLLOW_UP)

    (followed,) = counts.followed
    assert [cell.n for cell in followed.cells] == [2]
    assert [cell.n for cell in counts.dimensions[0].cells] == [4]
