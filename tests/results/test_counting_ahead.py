"""Counts made ahead equal counts made when asked for, take few passes, and never outlive the rows they describe."""

from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import Any

import ibis
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditkit.definitions.audit_file import Engine
from auditkit.load.engine import connect
from auditkit.results.inputs import InputRecord
from auditkit.results.passes import MOST_CELLS, plan
from auditkit.results.rows import PEOPLE, ROWS, WEIGHT, Column, Rows

COLUMNS = (
    Column(role="score", name="score", kind="number"),
    Column(role="time", name="day", kind="date"),
    Column(role="group.race", name="race", kind="group", missing=("not stated",)),
    Column(role="group.sex", name="sex", kind="group"),
    Column(role="decision", name="flagged", kind="binary", positive=("1",)),
    Column(role="outcome", name="outcome", kind="binary", missing=("9",), positive=("1",)),
)
ACTS = ("decision", "outcome")
# Spellings of one value, values that are not known, dates that cannot be read, and counts that the source withheld.
MESSY: list[tuple[str | None, str | None, str, str | None, str, str, int | None]] = [
    ("1", "A", "1", "1", "3", "2020-01-01", 4),
    (" 1.0", "A", "1.0", "0", "3.0", "2020-01-01", 5),
    ("01", "B", "0", "9", "7", "soon", None),
    ("not stated", None, "+1", "", "7", "2020-01-02", 2),
    (None, "B", "", "1", "", "2020-01-02", 1),
    ("x", " ", "0", None, "3", "", 0),
]
REQUESTS = [
    ("group.race", *ACTS), ("group.sex", *ACTS), ("group.race", "group.sex", *ACTS), ("group.race", "score", *ACTS),
    ("time", "outcome"), ACTS,
]  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Iterator[ibis.BaseBackend]:
    with connect(Engine()) as connection:
        yield connection


def made(engine: Any, *, table: pd.DataFrame | None = None) -> Rows:
    names = ["race", "sex", "flagged", "outcome", "score", "day", WEIGHT]
    frame = pd.DataFrame(MESSY, columns=names).astype({WEIGHT: "Int64"}) if table is None else table
    opened = engine.create_table("records", frame, overwrite=True, temp=True)
    source = InputRecord(
        table="records", file="records.csv", format="csv", bytes=1, sha256="0", rows=len(frame), columns=()
    )
    return Rows(table=opened, source=source, columns=COLUMNS, counted=True, original=tuple(names[:-1]))


def read(rows: Rows, roles: tuple[str, ...]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = rows.cells(*roles).to_pyarrow().to_pylist()
    return found


@pytest.mark.parametrize("roles", [*REQUESTS, ("group.race",), ("score",), ("outcome", "decision")])
def test_counts_made_ahead_equal_those_made_when_asked_for(
    engine: ibis.BaseBackend, roles: tuple[str, ...]
) -> None:
    rows = made(engine)

    ahead = rows.counted_ahead(REQUESTS)

    assert ahead.ahead is not None
    assert ahead.holding(*{c.name for c in COLUMNS if c.role in roles}) is not rows.table
    assert read(ahead, roles) == read(rows, roles)


def test_spellings_unknown_values_and_withheld_counts_are_read_from_counts_made_ahead(
    engine: ibis.BaseBackend,
) -> None:
    ahead = made(engine).counted_ahead(REQUESTS)

    assert read(ahead, ("group.race",)) == [
        {
            "group.race": "(unknown)",
            "n": 3,
            "suppressed": False,
        },  # "not stated" with 2 people and a blank with 1
        {
            "group.race": "1",
            "n": 9,
            "suppressed": True,
        },  # "1" with 4, "1.0" with 5, "01" with a withheld count
        {"group.race": "x", "n": 0, "suppressed": False},
    ]


def test_counts_by_columns_as_they_stand_keep_spellings_apart(engine: ibis.BaseBackend) -> None:
    ahead = made(engine).counted_ahead(REQUESTS)

    counted = ahead.counts("score").order_by("score").to_pyarrow().to_pylist()

    assert [(row["score"], row[PEOPLE], row[ROWS]) for row in counted] == [
        ("", 1, 1), ("3", 4, 2), ("3.0", 5, 1), ("7", 2, 2)
    ]  # fmt: skip


def test_everyone_together_is_counted_ahead_too(engine: ibis.BaseBackend) -> None:
    assert read(made(engine).counted_ahead(REQUESTS), ()) == [{"n": 12, "suppressed": True}]  # 4+5+2+1+0


def test_counts_made_ahead_are_passed_over_once_the_rows_are_replaced(engine: ibis.BaseBackend) -> None:
    ahead = made(engine).counted_ahead(REQUESTS)

    fewer = replace(ahead, table=ahead.table.filter(ahead.table.sex == "A"))

    assert read(fewer, ("group.sex",)) == [{"group.sex": "A", "n": 9, "suppressed": False}]


def test_counts_made_ahead_are_passed_over_once_a_column_is_read_otherwise(engine: ibis.BaseBackend) -> None:
    ahead = made(engine).counted_ahead(REQUESTS)
    sex = Column(role="group.sex", name="sex", kind="group", missing=("A",))

    otherwise = replace(ahead, columns=(sex,))

    assert read(otherwise, ("group.sex",)) == [
        {"group.sex": "(unknown)", "n": 11, "suppressed": False},
        {"group.sex": "B", "n": 1, "suppressed": True},
    ]


def test_asking_again_counts_only_what_is_new(engine: ibis.BaseBackend) -> None:
    once = made(engine).counted_ahead(REQUESTS[:2])

    twice = once.counted_ahead(REQUESTS)
    again = twice.counted_ahead([*REQUESTS, ("area", "outcome")])  # no column is the area

    assert once.ahead is not None
    assert twice.ahead is not None
    assert again.ahead is not None
    assert twice.ahead.raw[: len(once.ahead.raw)] == once.ahead.raw
    assert len(twice.ahead.raw) > len(once.ahead.raw)
    assert again.ahead.raw == twice.ahead.raw


def test_groups_with_decision_outcome_and_score_take_one_pass(engine: ibis.BaseBackend) -> None:
    rows = made(engine).counted_ahead([request for request in REQUESTS if "time" not in request])

    assert rows.ahead is not None
    assert len(rows.ahead.raw) == 1


def test_a_column_with_many_values_is_not_counted_ahead(engine: ibis.BaseBackend) -> None:
    many = pd.DataFrame(
        {
            "race": "A", "sex": "B", "flagged": "1", "outcome": "1", "day": "", WEIGHT: 1,
            "score": [str(i) for i in range(MOST_CELLS + 1)],
        }
    )  # fmt: skip
    rows = made(engine, table=many).counted_ahead(REQUESTS)

    assert rows.holding("score") is rows.table
    assert rows.holding("race", "sex", "flagged", "outcome") is not rows.table
    assert len(read(rows, ("group.race", "score", *ACTS))) == MOST_CELLS + 1


def test_a_sorted_file_that_shows_few_values_at_its_start_is_counted_when_asked_for(
    engine: ibis.BaseBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = made(engine)
    monkeypatch.setattr("auditkit.results.rows._TOO_MANY", 5)  # the six rows make six combinations

    ahead = rows.counted_ahead(REQUESTS)

    assert ahead.holding("race", "flagged", "outcome") is rows.table
    assert read(ahead, REQUESTS[0]) == read(rows, REQUESTS[0])


def test_people_are_counted_as_rows_where_rows_are_no_counts(engine: ibis.BaseBackend) -> None:
    people = pd.DataFrame(
        {
            "race": ["A", "B", "A"],
            "sex": "B",
            "flagged": "1",
            "outcome": "1",
            "day": "",
            "score": "1",
            WEIGHT: 1,
        }
    )
    rows = replace(made(engine, table=people), counted=False)

    found = read(rows.counted_ahead(REQUESTS), ("group.race",))

    assert found == read(rows, ("group.race",))
    assert found == [
        {"group.race": "A", "n": 2, "suppressed": False}, {"group.race": "B", "n": 1, "suppressed": False}
    ]  # fmt: skip


SIZES = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 20_000), min_size=1)


@given(distinct=SIZES, data=st.data())
def test_every_small_request_is_covered_by_a_small_pass(
    distinct: dict[str, int], data: st.DataObject
) -> None:
    sets = st.frozensets(st.sampled_from(sorted(distinct)), min_size=1)
    wanted = data.draw(st.lists(sets, max_size=8))

    passes = plan(wanted, distinct)

    sizes = [prod(distinct[name] for name in columns) for columns in passes]
    small = {columns for columns in wanted if prod(distinct[name] for name in columns) <= MOST_CELLS}
    assert all(size <= MOST_CELLS for size in sizes)
    assert all(any(columns <= each for each in passes) for columns in small)
    assert len(passes) <= len(small)
    assert frozenset().union(*passes) == frozenset().union(*small)
