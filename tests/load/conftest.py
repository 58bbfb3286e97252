"""The same table in every format that is read."""

import csv
import gzip
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

Make = Callable[[Path, str], None]
"""Writes a CSV's text to a path in another format."""


def lines(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def arrow(text: str) -> pa.Table:
    header, *rows = lines(text)
    return pa.table({name: [row[at] for row in rows] for at, name in enumerate(header)})


def as_text(encoding: str) -> Make:
    def write(path: Path, text: str) -> None:
        path.write_bytes(text.encode(encoding))

    return write


def as_semicolons(path: Path, text: str) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=";").writerows(lines(text))
    path.write_text(written.getvalue(), encoding="utf-8")


def as_gzip(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode()))


def as_zstd(path: Path, text: str) -> None:
    with pa.output_stream(str(path), compression="zstd") as stream:
        stream.write(text.encode())


def zipped(name: str, make: Make) -> Make:
    """Pack a table as a Mac does, with what it adds beside the table."""

    def write(path: Path, text: str) -> None:
        make(plain := path.with_suffix(".plain"), text)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.mkdir("export")
            archive.write(plain, name)
            archive.writestr(f"__MACOSX/._{Path(name).name}", b"\0\5\x16\7")
            archive.writestr("export/.DS_Store", b"\0\0\0\1Bud1")
            archive.writestr("read me.pdf", b"%PDF-1.4")
        plain.unlink()

    return write


def as_json_lines(path: Path, text: str) -> None:
    header, *rows = lines(text)
    objects = [json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False) for row in rows]
    path.write_text("\n".join(objects) + "\n", encoding="utf-8")


def as_packed_json_lines(path: Path, text: str) -> None:
    as_json_lines(path, text)
    path.write_bytes(gzip.compress(path.read_bytes()))


def as_arrow(path: Path, text: str) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, (table := arrow(text)).schema) as writer:
        writer.write_table(table, max_chunksize=7)


def as_excel(path: Path, text: str) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "Data"
    header, *rows = lines(text)
    sheet.append(header)
    for row in rows:
        sheet.append([int(value) if value.isdigit() else value or None for value in row])
    book.save(path)


def as_sqlite(path: Path, text: str) -> None:
    header, *rows = lines(text)
    with sqlite3.connect(path) as database:
        database.execute(f"CREATE TABLE people ({', '.join(header)})")
        marks = ", ".join("?" * len(header))
        values = [[int(value) if value.isdigit() else value for value in row] for row in rows]
        database.executemany(f"INSERT INTO people VALUES ({marks})", values)  # noqa: S608  # made names, no input
    database.close()


def as_duckdb(path: Path, text: str) -> None:
    table = arrow(text)
    with duckdb.connect(str(path)) as database:
        database.register("given", table)
        database.execute("CREATE TABLE people AS SELECT * FROM given")


def as_sqlite_view(path: Path, text: str) -> None:
    as_sqlite(path, text)
    with sqlite3.connect(path) as database:
        database.execute("CREATE VIEW shown AS SELECT * FROM people")
    database.close()


def as_duckdb_view(path: Path, text: str) -> None:
    as_duckdb(path, text)
    with duckdb.connect(str(path)) as database:
        database.execute("CREATE VIEW shown AS SELECT * FROM people")


MAKERS: dict[str, Make] = {
    "people.csv": as_text("utf-8"), "mark.csv": as_text("utf-8-sig"), "wide.csv": as_text("utf-16"),
    "western.csv": as_text("windows-1252"), "semicolons.csv": as_semicolons, "people.csv.gz": as_gzip,
    "people.csv.zst": as_zstd, "people.jsonl": as_json_lines, "people.feather": as_arrow, "people.xlsx": as_excel,
    "people.parquet": lambda path, text: pq.write_table(arrow(text), path), "people.sqlite": as_sqlite,
    "people.db": as_sqlite, "people.duckdb": as_duckdb,
    "people.jsonl.gz": as_packed_json_lines, "view.sqlite": as_sqlite_view, "view.duckdb": as_duckdb_view,
    "people.csv.zip": zipped("export/people.csv", as_text("utf-8")), "people.zip": zipped("wide.TXT", as_text("utf-16")),
    "people.jsonl.zip": zipped("people.jsonl", as_json_lines),
}  # fmt: skip


@pytest.fixture(scope="session")
def makers() -> dict[str, Make]:
    """Return, by file name, what writes a CSV's text in that format."""
    return MAKERS
