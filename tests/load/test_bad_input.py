"""Bad input stops the audit with one error that says where, what and how to mend it; odd but sound input does not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from auditkit import Audit, run_audit
from auditkit.definitions.audit_file import read_audit_file
from auditkit.errors import AuditKitError, InputError, Problem
from auditkit.load.engine import connect
from auditkit.load.people import load

Write = Callable[..., Path]
BY_SCORE = {"score": "score", "decision": {"score_at_least": 5}}
COUNTED = {"id": None, "counts": "how_many"}
TOTALS = {"id": None, "decision": None, "outcome": None, "totals": {"flagged": "k", "of": "all"}}


@dataclass(frozen=True, kw_only=True)
class Bad:
    """A table that cannot be used, and what its one problem says."""

    name: str
    table: str | bytes | None
    file: str = "people.csv"
    records: Mapping[str, Any] = field(default_factory=dict)
    groups: Mapping[str, Any] | None = None
    where: str = "people.csv"
    found: str
    mend: str


BAD = (
    Bad(
        name="a missing column",
        table="id,rase,flagged,outcome\n1,A,1,0\n",
        found="column 'race' is missing.",
        mend="Did you mean 'rase'? Columns found: 'id', 'rase', 'flagged', 'outcome'. "
        "Map it in audit.toml under [groups.race] column.",
    ),
    Bad(name="an empty file", table="", found="the file is empty.", mend="a header and at least one row"),
    Bad(
        name="a header without rows",
        table="id,race,flagged,outcome\n",
        found="a header and no rows",
        mend="At least one row was expected",
    ),
    Bad(
        name="a blank first line",
        table="\nid,race,flagged,outcome\n1,A,1,0\n",
        found="the first line is blank",
        mend="A header with the column names",
    ),
    Bad(
        name="text in no encoding that is known",
        table=b"id,race,flagged,outcome\n1,\x81,1,0\n",  # neither UTF-8 nor Windows-1252 has such a byte
        found="its text is neither UTF-8 nor Windows-1252",
        mend="name its 'encoding' in the audit file",
    ),
    Bad(
        name="text that is not the declared UTF-8",
        table="id,race,flagged,outcome\n1,Québécois,1,0\n".encode("latin-1"),
        records={"encoding": "utf-8"},
        found="it is not UTF-8 text (near byte 28)",  # 24 bytes of header, then `1,Qu`
        mend="Save it as UTF-8",
    ),
    Bad(
        name="UTF-16 without its mark",
        table="id,race,flagged,outcome\n1,A,1,0\n".encode("utf-16-le"),
        found="it holds zero bytes",
        mend="Save it as UTF-8",
    ),
    Bad(
        name="no header",
        table="p1,A,1,0\np2,B,0,1\n",
        found="its first line looks like data, not like column names: 'p1', 'A', '1', '0'",
        mend="Add a first line with the column names",
    ),
    Bad(
        name="no header, and one value twice",
        table="1,A,1,0\n2,B,0,1\n",
        found="its first line looks like data",
        mend="Add a first line with the column names",
    ),
    Bad(
        name="a key that another format has",
        table="id,race,flagged,outcome\n1,A,1,0\n",
        records={"sheet": "Data"},
        found="'sheet' says nothing about a csv file",
        mend="Leave 'sheet' out",
    ),
    Bad(
        name="an unknown file type",
        table=b"PK\x03\x04",
        file="people.docx",
        where="people.docx",
        found="the format '.docx' is not read",
        mend="Convert it to one of: .arrow, .csv",
    ),
    Bad(
        name="a file without a type",
        table="id,race,flagged,outcome\n1,A,1,0\n",
        file="people",
        where="people",
        found="the format '' is not read",
        mend="Convert it to one of: .arrow, .csv",
    ),
    Bad(
        name="an absent file",
        table=None,
        found="the file cannot be opened (No such file or directory)",
        mend="relative to the audit file",
    ),
    Bad(
        name="a Parquet file that is none",
        table=b"id,race,flagged,outcome\n1,A,1,0\n",
        file="people.parquet",
        where="people.parquet",
        found="it cannot be read as Parquet",
        mend="was expected",
    ),
    Bad(
        name="a score that is text",
        table="id,race,score,outcome\n1,A,high,0\n2,B,7,1\n",
        records=BY_SCORE,
        found="the score 'score' holds 'high' (1 rows)",
        mend="Numbers were expected. If these mean 'not scored', declare them in [records] missing.",
    ),
    Bad(
        name="an infinite score",
        table="id,race,score,outcome\n1,A,inf,0\n2,B,7,1\n3,A,-Infinity,0\n",
        records=BY_SCORE,
        found="'-Infinity', 'inf' (2 rows)",
        mend="Numbers were expected",
    ),
    Bad(
        name="a score that is no number",
        table="id,race,score,outcome\n1,A,NaN,0\n2,B,7,1\n",
        records=BY_SCORE,
        found="the score 'score' holds 'NaN' (1 rows)",
        mend="Numbers were expected",
    ),
    Bad(
        name="an outcome that is neither 0 nor 1",
        table="id,race,flagged,outcome\n1,A,1,0\n2,B,0,1\n3,B,0,2\n",
        found="the outcome 'outcome' holds '2', which the audit file does not declare",
        mend="Expected '1' for yes and '0' for no",
    ),
    Bad(
        name="an undeclared outcome",
        table="id,race,flagged,outcome\n1,A,1,yes\n2,B,0,no\n3,B,0,pending\n",
        records={
            "outcome": {
                "column": "outcome", "positive": ["yes"], "negative": ["no"], "means": "x", "source": "call",
            }
        },
        found="the outcome 'outcome' holds 'pending'",
        mend="Declare more in [records] outcome.negative, or blanks in [records] missing.",
    ),
    Bad(
        name="a flag that never occurs",
        table="id,race,flagged,outcome\n1,A,yes,1\n2,A,no,0\n",
        found="column 'flagged' never holds '1'",
        mend="Values found: 'no', 'yes'. Mend [records] decision.flagged.",
    ),
    Bad(
        name="a repeated cell in a table of counts",
        table="race,flagged,outcome,how_many\nA,1,1,5\nA,0,1,6\nA,1,1.0,7\n",
        records=COUNTED,
        found="the table of counts repeats a cell: 'race=A, flagged=1, outcome=1'",
        mend="Each combination may stand once",
    ),
    Bad(
        name="a negative count",
        table="race,flagged,outcome,how_many\nA,1,1,-5\nA,0,1,6\n",
        records=COUNTED,
        found="column 'how_many' holds '-5' (1 rows)",
        mend="Whole numbers from 0 up were expected",
    ),
    Bad(
        name="a count that no city has",
        table="race,flagged,outcome,how_many\nA,1,1,9223372036854775807\nA,0,1,6\n",
        records=COUNTED,
        found="column 'how_many' holds '9223372036854775807' (1 rows)",
        mend="Whole numbers from 0 up were expected, a trillion at most.",
    ),
    Bad(
        name="a fractional count",
        table="race,flagged,outcome,how_many\nA,1,1,5.5\nA,0,1,6\n",
        records=COUNTED,
        found="column 'how_many' holds '5.5' (1 rows)",
        mend="Whole numbers from 0 up were expected",
    ),
    Bad(
        name="a blank count",
        table="race,flagged,outcome,how_many\nA,1,1,\nA,0,1,6\n",
        records=COUNTED,
        found="column 'how_many' holds '' (1 rows)",
        mend="Declare marks of withheld counts in [records] suppressed",
    ),
    Bad(
        name="a rate above 1",
        table="race,k,all\nA,12,10\nB,3,10\n",
        records=TOTALS,
        found="'k' is larger than 'all', a rate above 1, for 'A'",
        mend="Check that the two columns are not swapped",
    ),
    Bad(
        name="a reference group nobody belongs to",
        table="id,race,flagged,outcome\n1,White,1,0\n2,Black,0,1\n",
        groups={"race": {"column": "race", "reference": "Whit"}},
        where="people.csv column 'race'",
        found="nobody belongs to the reference group 'Whit'",
        mend="Did you mean 'White'? Groups found: 'Black', 'White'. Mend [groups.race] reference.",
    ),
    Bad(
        name="a repeated column name",
        table="id,race,flagged,outcome,race\n1,A,1,0,B\n",
        found="the header names the column 'race' more than once",
        mend="Give each column a name of its own",
    ),
    Bad(
        name="column names that differ only in case",
        table="id,Race,flagged,outcome,race\n1,A,1,0,B\n",
        found="more than once",
        mend="Give each column a name of its own",
    ),
    Bad(
        name="a row with too few values",
        table="id,race,flagged,outcome\n1,A,1,0\n2,B\n3,A,0,0\n",
        found="it cannot be read as CSV",
        mend="the same number of columns in every line was expected",
    ),
    Bad(
        name="a row with too many values",
        table="id,race,flagged,outcome\n1,A,1,0\n2,B,0,1,9\n3,A,0,0\n",
        found="it cannot be read as CSV",
        mend="the same number of columns in every line was expected",
    ),
    Bad(
        name="a first row with too few values",
        table="id,race,flagged,outcome\n1,A\n2,B,0,1\n3,A,0,0\n",
        found="it cannot be read as CSV",
        mend="the same number of columns in every line was expected",
    ),
    Bad(
        name="a quotation mark that never closes",
        table='id,race,flagged,outcome\n1,"A,1,0\n2,B,0,1\n3,A,0,0\n',
        found="it cannot be read as CSV",
        mend="was expected",
    ),
    Bad(
        name="every row longer than the header",
        table="id,race,flagged,outcome\n1,A,1,0,9\n2,B,0,1,9\n",
        found="it cannot be read as CSV",
        mend="the same number of columns in every line was expected",
    ),
)  # fmt: skip


def refused(path: Path) -> tuple[Problem, ...]:
    before = sorted(entry.name for entry in path.parent.iterdir())
    with pytest.raises(InputError) as caught:
        run_audit(path, out=path.parent / "out")

    assert sorted(entry.name for entry in path.parent.iterdir()) == before, "nothing may be written"
    return caught.value.problems


@pytest.mark.parametrize("bad", BAD, ids=[bad.name.replace(" ", "-") for bad in BAD])
def test_bad_input_gives_one_problem_that_says_where_what_and_how_to_mend_it(
    bad: Bad, tmp_path: Path, write_audit: Write
) -> None:
    path = write_audit(tmp_path, bad.table, file=bad.file, records=bad.records, groups=bad.groups)

    (problem,) = refused(path)

    assert problem.where == bad.where
    assert bad.found in problem.found
    assert bad.mend in problem.mend


def test_a_folder_in_the_place_of_a_table_is_refused(tmp_path: Path, write_audit: Write) -> None:
    path = write_audit(tmp_path, None)
    (tmp_path / "people.csv").mkdir()

    (problem,) = refused(path)

    assert problem.where == "people.csv"
    assert problem.found == "the file cannot be opened (Is a directory)."


def test_several_missing_columns_are_reported_together(tmp_path: Path, write_audit: Write) -> None:
    path = write_audit(tmp_path, "id,score\n1,5\n")

    found = [problem.found for problem in refused(path)]

    assert found == [
        "column 'flagged' is missing.",
        "column 'outcome' is missing.",
        "column 'race' is missing.",
    ]


def test_an_odd_score_and_an_odd_outcome_are_reported_together(tmp_path: Path, write_audit: Write) -> None:
    path = write_audit(tmp_path, "id,race,score,outcome\n1,A,high,0\n2,B,7,2\n", records=BY_SCORE)

    found = [problem.found for problem in refused(path)]

    assert len(found) == 2
    assert "'high'" in found[0]
    assert "'2'" in found[1]


def test_more_than_ten_odd_values_are_cut_short_but_counted(tmp_path: Path, write_audit: Write) -> None:
    rows = "".join(f"{i},A,grade-{i:02},0\n" for i in range(25))
    path = write_audit(tmp_path, "id,race,score,outcome\n" + rows, records=BY_SCORE)

    (problem,) = refused(path)

    assert "'grade-09'" in problem.found
    assert "'grade-10'" not in problem.found
    assert "(25 rows)" in problem.found


def statuses(audit: Audit, metric: str) -> dict[str, tuple[str, float | None, str | None]]:
    return {
        "+".join(item.group.values()): (item.status, item.value, item.reason)
        for item in audit.document.measurements
        if item.metric == metric and item.against is None and item.dimension
    }


def measured(path: Path) -> list[object]:
    return [item.model_dump() for item in run_audit(path).document.measurements]


Cells = dict[tuple[str | int | None, ...], int]


def counted(path: Path, *roles: str) -> Cells:
    """Load a table and count people by some of its columns, as every later number is counted."""
    audit = read_audit_file(path)
    with connect(audit.engine) as engine:
        rows = load(engine, audit, folder=path.parent, audit_name=path.name)
        cells = rows.cells(*roles).to_pyarrow().to_pylist()
    return {tuple(cell[role] for role in roles): cell["n"] for cell in cells}


ROLES = ("group.race", "decision", "outcome")


def test_a_group_of_one_person_is_a_finding_and_no_error(
    tmp_path: Path, write_audit: Write, people: Callable[..., str]
) -> None:
    table = people(A=(40, 10, 10, 10), B=(0, 1, 0, 0))
    audit = run_audit(write_audit(tmp_path, table, publication={"smallest_cell": 0}))

    assert statuses(audit, "false_positive_rate")["B"] == ("not_estimable", None, "NE-SMALL")
    verdicts = {finding.id: finding.status for finding in audit.document.findings}
    assert verdicts["wrongly-flagged/race"] == "cannot_tell"
    assert audit.recommendation == "not_ready"


HEADER = "id,race,flagged,outcome\n"
BODY = [f"{i},{'AB'[i % 2]},{i % 3 % 2},{i % 5 % 2}\n" for i in range(60)]
PLAIN = HEADER + "".join(BODY)
# Of 60 people every second is of B, every third (1, 4, 7, ...) is flagged, two of five (1, 3, 6, 8, ...) have the outcome:
# each combination of the three repeats every 30 people.
PLAIN_CELLS: Cells = {
    ("A", 0, 0): 12, ("A", 0, 1): 8, ("A", 1, 0): 6, ("A", 1, 1): 4,
    ("B", 0, 0): 12, ("B", 0, 1): 8, ("B", 1, 0): 6, ("B", 1, 1): 4,
}  # fmt: skip


@pytest.mark.parametrize("name", ["[ab]*.csv", "people?.csv", "{a,b}.csv", "o'clock.csv", "a b.csv"])
def test_a_file_name_is_no_pattern(name: str, tmp_path: Path, write_audit: Write) -> None:
    for decoy in ("a.csv", "b.csv", "a1.csv", "people1.csv"):
        (tmp_path / decoy).write_text("id,race,flagged,outcome\n1,DECOY,1,1\n")

    assert counted(write_audit(tmp_path, PLAIN, file=name), *ROLES) == PLAIN_CELLS


@pytest.mark.parametrize(
    ("file", "table"),
    [
        ("bom.csv", "\ufeff" + PLAIN),
        ("semicolon.csv", PLAIN.replace(",", ";")),
        ("tabs.tsv", PLAIN.replace(",", "\t")),
        ("windows.csv", PLAIN.replace("\n", "\r\n")),
        ("quoted.csv", PLAIN.replace("A", '"A"').replace("B", '"B"')),
        ("padded.csv", PLAIN.replace("A", " A ")),
        ("shuffled.csv", HEADER + "".join(reversed(BODY))),
        ("numerals.csv", PLAIN.replace(",1,", ",1.0,").replace(",1\n", ",01\n")),
    ],
)
def test_how_a_table_is_written_does_not_matter(
    file: str, table: str, tmp_path: Path, write_audit: Write
) -> None:
    assert counted(write_audit(tmp_path, table, file=file), *ROLES) == PLAIN_CELLS


def test_a_row_that_starts_with_a_hash_sign_is_a_row(tmp_path: Path, write_audit: Write) -> None:
    table = HEADER + "".join(f"#{row}" for row in BODY[:3]) + "".join(BODY[3:])

    assert counted(write_audit(tmp_path, table), *ROLES) == PLAIN_CELLS


RESERVED = (
    "n", "weight", "suppressed", "decided", "occurred", "text", "item", "value", "count", "plain", "key0", "spellings",
    "decision", "people", "unknown", "gone", "overall", "first", "yes", "no", "records",
)  # fmt: skip
"""Names that the queries themselves use."""


def test_columns_of_people_may_bear_any_name(tmp_path: Path, write_audit: Write) -> None:
    header = ",".join(["id", *RESERVED, "flagged", "outcome"])
    rows = [
        ",".join([str(i), *("AB"[i % 2] * len(RESERVED)), str(i % 3 % 2), str(i % 5 % 2)]) for i in range(60)
    ]
    groups = {name: {"column": name, "reference": "A"} for name in RESERVED}
    path = write_audit(
        tmp_path, "\n".join([header, *rows]) + "\n", groups=groups, publication={"smallest_cell": 0}
    )

    sizes = {
        tuple(item.group.items()): item.value
        for item in run_audit(path).document.measurements
        if item.metric == "people"
    }

    assert sizes == {(): 60.0} | {((name, group),): 30.0 for name in RESERVED for group in "AB"}


def test_more_than_a_billion_people_are_audited(tmp_path: Path, write_confusion: Callable[..., Path]) -> None:
    audit = run_audit(write_confusion(tmp_path, {"A": (999_999_999, 20, 10, 30), "B": (50, 25, 15, 45)}))

    found = {item.id: item for item in audit.document.measurements}
    p_value = found["selection_rate_range_p_value/race"]
    assert p_value.value is not None
    assert p_value.value < 0.01  # 70 of 135 are flagged in B, 50 of a billion in A


def test_two_billion_people_wrongly_flagged_are_audited(
    tmp_path: Path, write_confusion: Callable[..., Path]
) -> None:
    matrix = {"A": (40, 2**31, 10, 30), "B": (50, 25, 15, 45)}

    audit = run_audit(write_confusion(tmp_path, matrix, publication={"smallest_cell": 0}))

    found = {item.id: item for item in audit.document.measurements}["false_positive_rate_ratio/race=B~race=A"]
    # Of A nearly all are flagged, so that the ratio is about B's rate, 25 of 75, and its interval Wilson's by statsmodels.
    assert found.value == pytest.approx(25 / 75, rel=1e-6)
    assert found.interval == pytest.approx((0.237082, 0.445826), rel=1e-5)


@pytest.mark.parametrize("name", ["n", "weight", "suppressed", "decided", "occurred"])
def test_columns_of_published_counts_may_bear_any_name(name: str, tmp_path: Path, write_audit: Write) -> None:
    matrix = {
        "id": None,
        "decision": None,
        "outcome": None,
        "confusion": {c: c for c in ("tn", "fp", "fn", "tp")},
    }
    groups = {"race": {"column": name}}
    as_group = write_audit(
        tmp_path / "group", f"{name},tn,fp,fn,tp\nA,40,30,20,10\nB,4,3,2,1\n", records=matrix, groups=groups
    )
    as_count = write_audit(
        tmp_path / "count",
        f"race,flagged,outcome,{name}\nA,0,0,40\nA,1,0,30\nA,0,1,20\nA,1,1,10\n",
        records={"id": None, "counts": name},
    )

    assert counted(as_group, "group.race") == {("A",): 100, ("B",): 10}
    assert counted(as_count, *ROLES) == {("A", 0, 0): 40, ("A", 1, 0): 30, ("A", 0, 1): 20, ("A", 1, 1): 10}


def test_parquet_with_typed_columns_gives_the_measurements_of_the_csv(
    tmp_path: Path, write_audit: Write
) -> None:
    n = 200
    columns = {
        "id": pa.array(range(n), pa.int64()),
        "race": pa.array([i % 2 for i in range(n)], pa.int8()),
        "sex": pa.array(["MF"[i % 3 % 2] for i in range(n)], pa.string()),
        "age": pa.array([25.0 if i % 7 else 65.5 for i in range(n)], pa.float64()),
        "flagged": pa.array([i % 3 == 0 for i in range(n)], pa.bool_()),
        "outcome": pa.array([float(i % 5 == 0) if i % 50 else None for i in range(n)], pa.float64()),
    }
    lines = [
        f"{i},{i % 2},{'MF'[i % 3 % 2]},{'25' if i % 7 else '65.50'},{'true' if i % 3 == 0 else 'false'},"
        + (str(int(i % 5 == 0)) if i % 50 else "")
        for i in range(n)
    ]
    shape: dict[str, Any] = {
        "records": {"decision": {"column": "flagged", "flagged": [True]}},
        "groups": {
            "race": {"column": "race", "reference": 1}, "sex": {"column": "sex"}, "age": {"column": "age"},
        },
        "publication": {"smallest_cell": 0},
    }  # fmt: skip
    csv = write_audit(tmp_path / "csv", "\n".join([",".join(columns), *lines]) + "\n", **shape)
    parquet = write_audit(tmp_path / "parquet", None, file="people.parquet", **shape)
    pq.write_table(pa.table(columns), parquet.parent / "people.parquet")

    assert measured(parquet) == measured(csv)


def test_values_compare_by_value_and_not_by_spelling(tmp_path: Path, write_audit: Write) -> None:
    table = """id,race,flagged,outcome
a,1,1,0
b,1.0,1.0,0.0
c,01,01,1
d, +1 ,0,1.00
e,2,00,1
"""
    path = write_audit(tmp_path, table, groups={"race": {"column": "race", "reference": 1}})

    assert counted(path, *ROLES) == {("1", 1, 0): 2, ("1", 1, 1): 1, ("1", 0, 1): 1, ("2", 0, 1): 1}


WITH_NA = "id,race,flagged,outcome\na,A,0,0\nb,NA,0,0\nc,nan,0,0\nd,,0,0\ne,NULL,0,0\n"


def test_na_and_nan_are_categories_unless_declared_missing(tmp_path: Path, write_audit: Write) -> None:
    sizes = counted(write_audit(tmp_path, WITH_NA), "group.race")

    assert sizes == {("A",): 1, ("NA",): 1, ("nan",): 1, ("NULL",): 1, ("(unknown)",): 1}


def test_na_and_nan_are_unknown_where_declared_missing(tmp_path: Path, write_audit: Write) -> None:
    path = write_audit(tmp_path, WITH_NA, records={"missing": ["NA", "nan", "NULL"]})

    assert counted(path, "group.race") == {("A",): 1, ("(unknown)",): 4}


def test_an_outcome_is_missing_only_where_it_is_blank_or_declared_so(
    tmp_path: Path, write_audit: Write
) -> None:
    table = "id,race,flagged,outcome\na,A,0,1\nb,A,0,0\nc,A,0,\nd,A,0,N/A\n"

    cells = counted(write_audit(tmp_path, table, records={"missing": ["N/A"]}), "outcome")

    assert cells == {(1,): 1, (0,): 1, (None,): 2}


SUPPRESSED = "race,flagged,outcome,how_many\n" + "".join(
    f"{race},{flagged},{outcome},{n}\n"
    for race, counts in (("A", (400, 100, 100, 100)), ("B", (300, 90, 80, "<10")))
    for (flagged, outcome), n in zip(((0, 0), (1, 0), (0, 1), (1, 1)), counts, strict=True)
)


def test_suppressed_counts_are_not_estimable_and_never_zero(tmp_path: Path, write_audit: Write) -> None:
    audit = run_audit(write_audit(tmp_path, SUPPRESSED, records={**COUNTED, "suppressed": ["<10"]}))

    among_outcome = statuses(audit, "false_negative_rate")
    among_no_outcome = statuses(audit, "false_positive_rate")
    assert among_outcome["B"] == ("not_estimable", None, "NE-SUPP")
    assert statuses(audit, "people")["B"] == ("not_estimable", None, "NE-SUPP")
    assert among_outcome["A"][1] == 0.5  # 100 of 200
    assert among_no_outcome["B"][1] == pytest.approx(90 / 390)  # its own counts were all published
    everyone = {item.metric: item.reason for item in audit.document.measurements if not item.dimension}
    assert everyone["selection_rate"] == "NE-SUPP"


def test_a_share_of_unknown_groups_is_not_estimable_when_their_count_was_withheld(
    tmp_path: Path, write_audit: Write
) -> None:
    table = SUPPRESSED.replace("B,", "Unknown,").replace(",300\n", ",<10\n").replace(",90\n", ",<10\n")
    table = table.replace(",80\n", ",<10\n")  # everything about people of unknown race is withheld
    path = write_audit(
        tmp_path,
        table,
        records={**COUNTED, "suppressed": ["<10"]},
        groups={"race": {"column": "race", "unknown": ["Unknown"]}},
    )

    (rate,) = [item for item in run_audit(path).document.measurements if item.metric == "unknown_group_rate"]

    assert (rate.status, rate.value, rate.reason) == ("not_estimable", None, "NE-SUPP")


# Two days: on the first, p2 and p10 share the second place; on the second, p21 was not scored.
RANKED = """id,race,score,outcome,day
p1,A,9,0,mon
p10,B,7,0,mon
p2,A,7,0,mon
p3,B,1,0,mon
p20,A,5,0,tue
p21,B,,0,tue
p22,A,3,0,tue
p23,B,2,0,tue
p24,B,2,0,tue
"""


@pytest.mark.parametrize(
    ("decision", "flagged"),
    [
        # mon: p1, then p10 before p2 because ids are ordered as text; tue: p20 and p22
        ({"top_k": 2, "per": "day"}, {"A": 3, "B": 1}),
        # mon: half of 4 scored people; tue: half of 4 scored people, not of 5
        ({"top_share": 0.5, "per": "day"}, {"A": 3, "B": 1}),
        # 0.3 x 4 = 1.2: one a day
        ({"top_share": 0.3, "per": "day"}, {"A": 2, "B": 0}),
        # mon: p1, p10, p2; tue: p20, p22, and p23 before p24
        ({"top_k": 3, "per": "day"}, {"A": 4, "B": 2}),
        ({"top_k": 99, "per": "day"}, {"A": 4, "B": 4}),
    ],
)
def test_the_highest_scores_are_flagged_within_each_day_and_ties_go_by_id(
    decision: Mapping[str, object], flagged: Mapping[str, int], tmp_path: Path, write_audit: Write
) -> None:
    header, *rows = RANKED.splitlines()
    for name, lines in (("as-given", rows), ("reversed", rows[::-1])):
        table = "\n".join([header, *lines]) + "\n"
        path = write_audit(tmp_path / name, table, records={"score": "score", "decision": decision})

        cells = counted(path, "group.race", "decision")

        expected: Cells = {("B", None): 1}  # p21 was neither flagged nor passed over
        expected |= {(group, 1): n for group, n in flagged.items() if n}
        expected |= {(group, 0): 4 - n for group, n in flagged.items() if n < 4}
        assert cells == expected


def test_ties_without_an_id_do_not_go_by_the_order_of_rows(tmp_path: Path, write_audit: Write) -> None:
    """Whoever stands first in the file must not be flagged for that: refuse it, or decide by something else."""
    rows = ["A,7,0,mon", "B,7,0,mon", "A,1,0,mon"]
    found: list[Cells | None] = []
    for name, lines in (("as-given", rows), ("reversed", rows[::-1])):
        path = write_audit(
            tmp_path / name,
            "\n".join(["race,score,outcome,day", *lines]) + "\n",
            records={"id": None, "score": "score", "decision": {"top_k": 1, "per": "day"}},
        )
        try:
            found.append(counted(path, "group.race", "decision"))
        except AuditKitError:
            found.append(None)

    assert found[0] == found[1]
