"""The floor: how long DuckDB takes to decode once every column that the audit uses, with a plain maximum of each."""

import sys
from pathlib import Path

import duckdb

from benchmarks.speed.measured import COLUMNS, Clock, report

USED = [*COLUMNS, "area", "score"]


def main() -> None:
    """Measure one table."""
    table = Path(sys.argv[1]).parent / "people.parquet"
    with duckdb.connect() as connection:
        connection.execute("SELECT 1").fetchall()
        clock = Clock()
        used = connection.read_parquet(str(table))
        used.aggregate(", ".join(f"max({name})" for name in USED)).fetchall()
        clock.lap("decode")
    report(clock, figures={}, library="duckdb")


if __name__ == "__main__":
    main()
