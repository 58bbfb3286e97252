"""Models look at a sample of rows: the same on every run, and a sample of rows, not of kinds of rows."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from auditkit import check_data

Write = Callable[..., Path]
RECORDS = {"path": "people.parquet", "id": None, "outcome": None, "inputs": ["x"]}
ALIKE = """
SELECT i // 5000 AS x, CASE WHEN i % 5000 < 100 THEN NULL ELSE 'A' END AS race, i % 2 AS flagged
FROM range(200000) AS made(i)
"""
"""40 inputs with 5,000 people each; in each of them the group of 100 is unknown, so that no input tells whose it is."""
APART = """
SELECT i AS x, CASE WHEN i % 50 = 0 THEN NULL ELSE 'A' END AS race, i % 2 AS flagged FROM range(200000) AS made(i)
"""
"""Nobody has the input of another."""


def told_apart(folder: Path, write_audit: Write, query: str) -> float:
    """Check a table; say how well its input tells whether somebody's group is unknown."""
    folder.mkdir()
    path = write_audit(folder, "", records=RECORDS, groups={"race": {"column": "race"}})
    duckdb.sql(query).write_parquet(str(folder / "people.parquet"))
    (found,) = (one for one in check_data(path) if one.id == "group-missing-predictable")
    assert found.observed[0].item == "race"
    return float(found.observed[0].value or 0.0)


@pytest.mark.parametrize("query", [ALIKE, APART], ids=["alike", "apart"])
def test_rows_are_sampled_one_by_one_whatever_their_order(
    query: str, tmp_path: Path, write_audit: Write
) -> None:
    plain, turned = (
        told_apart(tmp_path / name, write_audit, f"{query} ORDER BY i {order}")
        for name, order in (("plain", "ASC"), ("turned", "DESC"))
    )

    # Of 10,000 people drawn by chance about 200 are of unknown group, spread evenly over the inputs. An area of one half
    # then has a standard error near .02. Whole kinds of people, drawn together, would tell groups apart.
    assert plain == turned
    assert plain == pytest.approx(0.5, abs=0.08)
