"""Made people in a Parquet file: three groups, 200 areas, a score, a decision and an outcome.

Every value is a hash of the row's number, so that a size always gives the same table. Groups differ in how often they
are flagged and in how often the outcome comes. No column is free text, and no person exists.
"""

import shutil
from pathlib import Path

import duckdb

AUDIT_FILE = Path(__file__).parent / "audit.toml"
_TABLE = """
WITH drawn AS (
    SELECT i, hash(i, 1) AS a, hash(i, 2) AS b, hash(i, 3) AS c, hash(i, 4) AS d, hash(i, 5) AS e, hash(i, 6) AS f
    FROM range({rows}) AS made(i)
), people AS (
    SELECT
        CASE WHEN a % 100 < 30 THEN 'Black' WHEN a % 100 < 65 THEN 'White' WHEN a % 100 < 85 THEN 'Latino'
             WHEN a % 100 < 93 THEN 'Asian' WHEN a % 100 < 98 THEN 'Native' ELSE 'Unknown' END AS race,
        CASE WHEN b % 100 < 70 THEN 'Male' ELSE 'Female' END AS sex,
        CASE WHEN c % 100 < 30 THEN 'under 25' WHEN c % 100 < 75 THEN '25 to 45' ELSE 'over 45' END AS age,
        'area ' || lpad((d % 200)::VARCHAR, 3, '0') AS area,
        least(20, 1 + e % 18 + (a % 100 < 30)::INT + (c % 100 < 30)::INT)::TINYINT AS score,
        f % 100 AS chance, i
    FROM drawn
)
SELECT i, race, sex, age, area, score, (score >= 13)::TINYINT AS flagged, (chance < 15 + 2 * score)::TINYINT AS outcome
FROM people
"""


def table_of(rows: int) -> str:
    """Return the query that makes the table, with the number of each row as `i`."""
    return _TABLE.format(rows=rows)


def make(folder: Path, *, rows: int) -> Path:
    """Write the table and its audit file, unless they are there already, and return the audit file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    table, unfinished = folder / "people.parquet", folder / "people.unfinished"
    if not table.exists():
        with duckdb.connect() as connection:
            connection.execute("SET memory_limit = '1GB'")
            connection.execute(f"SET temp_directory = '{folder / 'spill'}'")
            people = connection.sql(table_of(rows))
            people.select(duckdb.StarExpression(exclude=["i"])).write_parquet(str(unfinished))
        unfinished.rename(table)
    return Path(shutil.copy(AUDIT_FILE, folder / "audit.toml"))
