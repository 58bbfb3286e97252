"""Made people as an export would hold them: a case number, a date, groups, a score, and notes that the audit never reads.

Every value is a hash of the row's number, so that a size always gives the same table. No person exists.
"""

from pathlib import Path

import duckdb

from benchmarks.speed.make_data import table_of

AUDIT_FILE = Path(__file__).parent / "audit.toml"
BYTES_A_ROW = 122
"""A row of the CSV holds about so many bytes."""
_NOTES = "['seen near the station', 'no further action', 'address given by a neighbour', 'report taken by telephone', 'two witnesses', 'case referred', 'letter sent', 'not at home']"
_TABLE = """
SELECT
    'C' || lpad(i::VARCHAR, 10, '0') AS case_number, DATE '2019-01-01' + (hash(i, 7) % 1095)::INT AS scored_on,
    made.* EXCLUDE (i),
    notes[1 + (hash(i, 8) % 8)::INT] || '; ' || notes[1 + (hash(i, 9) % 8)::INT] || '; ' ||
    notes[1 + (hash(i, 10) % 8)::INT] || ' ' || (hash(i, 11) % 100000)::VARCHAR AS note
FROM ({people}) AS made, (SELECT {notes} AS notes)
"""


def make(folder: Path, *, rows: int, kind: str) -> Path:
    """Write a table as `csv` or `parquet` with its audit file, and return the audit file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"people.{kind}"
    if not file.exists():
        unfinished = folder / "unfinished"
        query = _TABLE.format(people=table_of(rows), notes=_NOTES)
        with duckdb.connect() as connection:
            connection.execute("SET memory_limit = '1GB'")
            connection.execute(f"SET temp_directory = '{folder / 'spill'}'")
            connection.execute(f"COPY ({query}) TO '{unfinished}' (FORMAT {kind})")
        unfinished.rename(file)
    audit = folder / "audit.toml"
    audit.write_text(AUDIT_FILE.read_text(encoding="utf-8").replace("FILE", file.name), encoding="utf-8")
    return audit
