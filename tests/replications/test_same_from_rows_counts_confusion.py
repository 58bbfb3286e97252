"""The same people as rows, as counts and as a confusion matrix give the same measurements, field by field."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import auditkit
from auditkit.definitions.audit_file import AuditFile, read_audit_file
from auditkit.load.engine import connect
from auditkit.load.people import load
from auditkit.measure.choices import Measuring
from auditkit.measure.measuring import measure
from auditkit.results.measurements import Family, Measurements
from auditkit.results.rows import CheckedRows
from auditkit.tally.people import tally

COMPAS = Path(__file__).parents[3] / "shared" / "data" / "compas" / "compas-two-years.csv"
needs_data = pytest.mark.skipif(not COMPAS.is_file(), reason="the folder of shared COMPAS data is absent")
CELLS = {"TN": (0, 0), "FP": (1, 0), "FN": (0, 1), "TP": (1, 1)}  # decision and outcome
Confusion = dict[str, tuple[int, int, int, int]]
"""TN, FP, FN and TP by group."""

POLICY = """
name = "same"
version = "1"
minimum_n = 5
[[limit]]
id = "wrongly-flagged"
measure = "false_positive_rate_ratio"
compare = "reference"
at_most = 1.25
required = true
scope = "test"
source = "methods 3.7"
why = "It compares three forms of one table."
[[limit]]
id = "flagged"
measure = "selection_rate_difference"
compare = "all_pairs"
at_most = 0.1
required = true
scope = "test"
source = "methods 3.4"
why = "It compares three forms of one table."
"""
AUDIT = """
[tool]
name = "Same"
vendor = "Example"
version = "1"
type = "person"
purpose = "compares three forms of one table"
flagged_means = "held to supervision"
orientation = "burden"
status = "proposed"
[records]
path = "table.csv"
{records}
[groups.race]
column = "race"
reference = "{reference}"
unknown = ["not stated"]
[policy]
use = "policy.toml"
[publication]
smallest_cell = {smallest_cell}
"""
OUTCOME = 'outcome = { column = "again", positive = ["1"], means = "recorded as positive", source = "mixed" }'
DECISION = 'decision = { column = "flagged", flagged = ["1"] }'
FORMS = {
    "rows": f"{DECISION}\n{OUTCOME}",
    "counts": f'counts = "n"\n{DECISION}\n{OUTCOME}',
    "confusion": 'confusion = { tn = "TN", fp = "FP", fn = "FN", tp = "TP" }',
}

# Filled cells, an empty cell, too few for a rate, nobody flagged, and people whose group is unknown.
SYNTHETIC: Confusion = {
    "A": (120, 30, 25, 45), "B": (70, 40, 10, 33), "C": (50, 0, 12, 8), "D": (2, 1, 1, 0), "E": (40, 0, 9, 0),
    "not stated": (11, 4, 3, 2),
}  # fmt: skip


def cells(people: Confusion) -> Iterator[tuple[str, int, int, int]]:
    for group, counts in people.items():
        for (decision, outcome), n in zip(CELLS.values(), counts, strict=True):
            yield group, decision, outcome, n


def as_rows(people: Confusion) -> pd.DataFrame:
    rows = [(group, decision, outcome) for group, decision, outcome, n in cells(people) for _ in range(n)]
    frame = pd.DataFrame(rows, columns=["race", "flagged", "again"])
    return frame.sample(frac=1, random_state=1)  # the order of rows must not matter


def as_counts(people: Confusion) -> pd.DataFrame:
    rows = [cell for cell in cells(people) if cell[-1]]
    return pd.DataFrame(rows, columns=["race", "flagged", "again", "n"])


def as_confusion(people: Confusion) -> pd.DataFrame:
    rows = [(group, *counts) for group, counts in people.items()]
    return pd.DataFrame(rows, columns=["race", *CELLS])


WRITERS = {"rows": as_rows, "counts": as_counts, "confusion": as_confusion}


def written(
    folder: Path, people: Confusion, form: str, *, reference: str = "A", smallest_cell: int = 0
) -> Path:
    """Write a table in one of its three forms, with its audit file."""
    here = folder / form
    here.mkdir(exist_ok=True)
    WRITERS[form](people).to_csv(here / "table.csv", index=False)
    (here / "policy.toml").write_text(POLICY)
    text = AUDIT.format(records=FORMS[form], reference=reference, smallest_cell=smallest_cell)
    (here / "audit.toml").write_text(text)
    return here / "audit.toml"


def audits(folder: Path, people: Confusion, **options: Any) -> dict[str, auditkit.Audit]:
    return {form: auditkit.run_audit(written(folder, people, form, **options)) for form in FORMS}


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> dict[str, auditkit.Audit]:
    return audits(tmp_path_factory.mktemp("synthetic"), SYNTHETIC)


@pytest.mark.parametrize("form", ["counts", "confusion"])
def test_a_synthetic_table_gives_identical_measurements_in_every_form(
    synthetic: dict[str, auditkit.Audit], form: str
) -> None:
    from_rows = synthetic["rows"].document.measurements

    assert len(from_rows) > 100
    assert synthetic[form].document.measurements == from_rows


@pytest.mark.parametrize("form", ["counts", "confusion"])
def test_a_synthetic_table_gives_identical_findings_in_every_form(
    synthetic: dict[str, auditkit.Audit], form: str
) -> None:
    assert synthetic[form].document.findings == synthetic["rows"].document.findings
    assert synthetic[form].recommendation == synthetic["rows"].recommendation


def test_the_synthetic_table_reaches_every_kind_of_result(synthetic: dict[str, auditkit.Audit]) -> None:
    # So that the comparisons above compare more than ordinary estimates.
    reasons = {item.reason for item in synthetic["rows"].document.measurements}
    methods = {item.method for item in synthetic["rows"].document.measurements}

    assert reasons >= {None, "NE-SMALL", "NE-DENOM"}
    assert methods >= {"wilson", "newcombe", "koopman", "count"}


@needs_data
def test_compas_gives_identical_measurements_in_every_form(tmp_path: Path) -> None:
    table = pd.read_csv(COMPAS, usecols=["race", "decile_score", "two_year_recid"])
    flagged, again = table["decile_score"] >= 5, table["two_year_recid"] == 1
    people: Confusion = {}
    for race in sorted(table["race"].unique()):
        of_race = table["race"] == race
        tn, fp, fn, tp = (
            int((of_race & (flagged == bool(d)) & (again == bool(o))).sum()) for d, o in CELLS.values()
        )
        people[str(race)] = (tn, fp, fn, tp)

    found = audits(tmp_path, people, reference="Caucasian", smallest_cell=11)

    from_rows = found["rows"].document.measurements
    assert people["African-American"] == (990, 805, 532, 1369)  # methods G1
    assert any(item.status == "withheld" for item in from_rows)
    assert found["counts"].document.measurements == from_rows
    assert found["confusion"].document.measurements == from_rows


# Any small table, without the checks and the report.

COUNTS = st.tuples(*[st.integers(0, 12)] * 4).filter(any)
TABLES = st.fixed_dictionaries(
    {"A": COUNTS, "B": COUNTS}, optional={"C": COUNTS, "001": COUNTS, "not stated": COUNTS}
)


def measured(path: Path) -> Measurements:
    """Load, tally and measure an audit file's table."""
    audit: AuditFile = read_audit_file(path)
    families = (
        Family(metric="selection_rate_difference", dimension=("race",), compare="all_pairs", level=0.95),
        Family(metric="false_positive_rate", dimension=("race",), compare="each", level=0.975),
    )
    measuring = Measuring(orientation="burden", families=families, minimum_n=3, ratio_interval="katz")
    metrics = ("people", "selection_rate", "favourable_rate", "false_positive_rate", "prevalence")
    with connect(audit.engine) as engine:
        rows = load(engine, audit, folder=path.parent, audit_name=path.name)
        counted = tally(CheckedRows(rows=rows, checks=(), refused=()), audit)
    return measure(counted, metrics=metrics, measuring=measuring, progress=lambda _words: None)


@settings(max_examples=8, deadline=None)
@given(people=TABLES)
def test_any_small_table_gives_identical_measurements_in_every_form(
    tmp_path_factory: pytest.TempPathFactory, people: Mapping[str, tuple[int, int, int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("any")

    found = {form: measured(written(folder, dict(people), form)) for form in FORMS}

    assert found["counts"] == found["rows"]
    assert found["confusion"] == found["rows"]


# A column's own name never changes what is read from it.


@pytest.mark.parametrize("name", ["n", "weight", "decided", "suppressed", "text"])
def test_the_name_of_the_column_of_counts_does_not_matter(tmp_path: Path, name: str) -> None:
    plain = written(tmp_path, SYNTHETIC, "counts")
    expected = measured(written(tmp_path, SYNTHETIC, "confusion"))
    as_counts(SYNTHETIC).rename(columns={"n": name}).to_csv(plain.parent / "table.csv", index=False)
    plain.write_text(plain.read_text().replace('counts = "n"', f'counts = "{name}"'))

    assert measured(plain) == expected


@pytest.mark.parametrize("name", ["n", "weight", "decided", "suppressed", "text"])
def test_the_name_of_the_group_column_does_not_matter(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, SYNTHETIC, "rows")
    expected = measured(written(tmp_path, SYNTHETIC, "confusion"))
    as_rows(SYNTHETIC).rename(columns={"race": name}).to_csv(path.parent / "table.csv", index=False)
    path.write_text(path.read_text().replace('column = "race"', f'column = "{name}"'))

    assert measured(path) == expected


@pytest.mark.parametrize("name", ["n", "weight", "decided", "suppressed", "text"])
def test_the_name_of_the_score_does_not_matter(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, SYNTHETIC, "rows")
    expected = measured(written(tmp_path, SYNTHETIC, "confusion"))
    frame = as_rows(SYNTHETIC)
    frame["flagged"] = frame["flagged"].map({0: 2, 1: 7})
    frame.rename(columns={"flagged": name}).to_csv(path.parent / "table.csv", index=False)
    by_score = f'score = "{name}"\ndecision = {{ score_at_least = 5 }}'
    path.write_text(path.read_text().replace(DECISION, by_score))

    assert measured(path) == expected
