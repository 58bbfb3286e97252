"""A file that cannot be read as what it is called stops with one message, and nothing of it is executed or guessed."""

import datetime as dt
import gzip
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import ibis
import openpyxl
import pyarrow as pa
import pytest

from auditkit.definitions.audit_file import Engine
from auditkit.definitions.sources import TableSource
from auditkit.definitions.strict import parse
from auditkit.errors import DefinitionError, InputError, Problem
from auditkit.load.engine import connect
from auditkit.load.files import Opened, open_features, open_table
from auditkit.load.formats import archives, text, views, zipped

Makers = dict[str, Callable[[Path, str], None]]
PEOPLE = "id,race\n1,A\n2,B\n"


@pytest.fixture(scope="module")
def engine() -> Iterator[ibis.BaseBackend]:
    with connect(Engine()) as connection:
        yield connection


def opened(engine: ibis.BaseBackend, folder: Path, path: str, **keys: Any) -> Opened:
    return open_table(engine, TableSource(path=path, **keys), folder=folder)


def refused(engine: ibis.BaseBackend, folder: Path, path: str, **keys: Any) -> Problem:
    with pytest.raises(InputError) as caught:
        opened(engine, folder, path, **keys)
    (problem,) = caught.value.problems
    return problem


def rows(found: Opened) -> list[dict[str, Any]]:
    return found.table.to_pyarrow().to_pylist()  # type: ignore[no-any-return]  # Arrow has no types for it


@pytest.mark.parametrize(
    ("file", "content", "found"),
    [
        ("people.parquet", b"PAR1 nothing more", "it cannot be read as Parquet"),
        ("people.feather", b"ARROW1 nothing more", "it cannot be read as Arrow"),
        ("people.sqlite", b"SQLite format 3\0" + b"x" * 200, "it cannot be read as SQLite"),
        ("people.duckdb", b"x" * 5000, "it cannot be read as DuckDB"),
        ("people.xlsx", b"PK\x03\x04 nothing more", "it is no archive that can be read"),
        ("people.csv.gz", b"\x1f\x8b nothing more", "it cannot be unpacked as gzip"),
        # tests are named by these bytes, so that no time of day may stand in them
        ("people.csv.gz", gzip.compress(PEOPLE.encode(), mtime=0)[:-12], "it cannot be unpacked as gzip"),
        ("people.csv.zst", b"(\xb5/\xfd nothing", "it cannot be unpacked as zstd"),
        ("people.csv.gz", gzip.compress(b"", mtime=0), "the file is empty"),
        ("people.parquet.gz", b"x", "a packed parquet file is not read"),
        ("people.json", b"[]", "the format '.json' is not read"),
        ("areas.geojson", b"{}", "the format '.geojson' is not read"),
        ("people.jsonl", b'{"id": 1}\n[2]\n', "1 of its lines hold something else than an object"),
        ("people.jsonl", b'{"id": 1}\n{"id": \n', "it cannot be read as JSON lines"),
        ("people.jsonl", b'{"id": 1, "id": 2}\n', "1 of its lines name a key twice"),
        ("people.jsonl", b'{"id": 1, "ID": 2}\n', "names the column 'ID' more than once"),
        ("people.csv", b"id,race\n1,A,B\n", "it cannot be read as CSV"),
        ("people.csv", b"x" * (1 << 20), "its first line is longer than a megabyte"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused_in_one_sentence(
    engine: ibis.BaseBackend, tmp_path: Path, file: str, content: bytes, found: str
) -> None:
    (tmp_path / file).write_bytes(content)

    problem = refused(engine, tmp_path, file)

    assert problem.where == file
    assert found in problem.found
    assert str(tmp_path) not in str(problem)
    assert "auditkit-" not in str(problem), "no path of the scratch folder either"
    assert "\n" not in str(problem)


def test_an_old_workbook_is_refused_with_what_to_do(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    # An old workbook begins as every compound file does ([MS-CFB] 2.2).
    (tmp_path / "people.XLS").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 504)

    assert str(refused(engine, tmp_path, "people.XLS")) == (
        "people.XLS: the format '.xls' is not read. "
        "Open it in a spreadsheet program and save it as .xlsx or as CSV."
    )


def test_an_archive_that_unpacks_to_far_more_than_its_size_is_refused(
    engine: ibis.BaseBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "people.csv.gz").write_bytes(gzip.compress(PEOPLE.encode() + b"3,C\n" * 1_000_000))
    monkeypatch.setattr(text, "_LARGEST", 1 << 20)

    # 4 MB from about 4 kB, where at most a hundred times its own size, or here a megabyte, is allowed
    assert "it unpacks to more than 1 MB, over 100 times" in refused(engine, tmp_path, "people.csv.gz").found


def test_a_workbook_that_would_unpack_to_gigabytes_is_refused_unread(
    engine: ibis.BaseBackend, tmp_path: Path, makers: Makers, monkeypatch: pytest.MonkeyPatch
) -> None:
    makers["people.xlsx"](tmp_path / "people.xlsx", PEOPLE)
    monkeypatch.setattr(archives, "LARGEST", 1000)

    assert "it would unpack to more than" in refused(engine, tmp_path, "people.xlsx").found


@pytest.mark.parametrize(
    "name", ["../outside.xml", "/etc/outside.xml", "a\\..\\..\\outside.xml", "C:outside.xml"]
)
def test_a_name_that_leads_out_of_an_archive_is_refused(
    engine: ibis.BaseBackend, tmp_path: Path, makers: Makers, name: str
) -> None:
    makers["people.xlsx"](tmp_path / "people.xlsx", PEOPLE)
    with zipfile.ZipFile(tmp_path / "people.xlsx", "a") as archive:
        archive.writestr(name, "x")

    assert "it holds names that lead out of it" in refused(engine, tmp_path, "people.xlsx").found


# Zip archives


def pack(path: Path, files: Mapping[str, str | bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def test_one_of_several_tables_of_an_archive_must_be_named(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    pack(tmp_path / "city.zip", {"a.csv": PEOPLE, "b.csv": "id\n7\n", "notes.pdf": "%PDF"})

    several = refused(engine, tmp_path, "city.zip")

    assert several.found == "it holds 2 tables, and the audit file names none."
    assert several.mend == "Found: 'a.csv', 'b.csv'. Name one of them, such as table = \"a.csv\"."
    assert rows(opened(engine, tmp_path, "city.zip", table="b.csv")) == [{"id": "7"}]
    assert "it holds no table 'c.csv'" in refused(engine, tmp_path, "city.zip", table="c.csv").found
    sheet = refused(engine, tmp_path, "city.zip", table="b.csv", sheet="Data")
    assert sheet.found == "'sheet' says nothing about a zipped csv file."


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ({"people.xlsx": b"PK", "a.pdf": b"%PDF"}, "it holds no table of text; found: 'people.xlsx', 'a.pdf'"),
        ({"people.csv.gz": gzip.compress(PEOPLE.encode(), mtime=0)}, "it holds no table of text; found: 'people.csv.gz'"),
        ({"__MACOSX/people.csv": PEOPLE}, "it holds no table of text; found: none."),
        ({"people.csv": ""}, "the file is empty"),
        ({"people.csv": "id,race\n1,A,B\n"}, "it cannot be read as CSV"),
        ({"../people.csv": PEOPLE}, "it holds names that lead out of it: '../people.csv'"),
        ({"people.csv": PEOPLE, "C:x.csv": PEOPLE}, "it holds names that lead out of it: 'C:x.csv'"),
    ],
)  # fmt: skip
def test_an_archive_without_a_plain_table_is_refused(
    engine: ibis.BaseBackend, tmp_path: Path, content: dict[str, str | bytes], found: str
) -> None:
    (tmp_path / "in").mkdir()
    pack(tmp_path / "in" / "people.zip", content)

    problem = refused(engine, tmp_path, "in/people.zip")

    assert found in problem.found
    assert "auditkit-" not in str(problem), "no path of the scratch folder"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["people.zip"]


def test_an_archive_with_a_name_twice_is_refused(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "people.csv.zip", "w") as archive:
        archive.writestr("people.csv", PEOPLE)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("people.csv", "id\n7\n")

    assert refused(engine, tmp_path, "people.csv.zip").found == "it holds 'people.csv' more than once."


def test_an_archive_that_is_damaged_or_locked_is_refused(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    with zipfile.ZipFile(
        tmp_path / "people.csv.zip", "w"
    ) as archive:  # stored, so that its bytes can be found
        archive.writestr("people.csv", PEOPLE)
    whole = (tmp_path / "people.csv.zip").read_bytes()

    def as_written(content: bytes) -> str:
        (tmp_path / "people.csv.zip").write_bytes(content)
        return refused(engine, tmp_path, "people.csv.zip").found

    assert "'people.csv' cannot be unpacked from it: Bad CRC-32" in as_written(whole.replace(b"2,B", b"3,B"))
    assert "it is no archive that can be read" in as_written(whole[:40])
    directory = whole.index(b"PK\x01\x02")
    # The general purpose bits stand 8 bytes into an entry of the central directory, the method 10 (APPNOTE 4.3.12).
    locked = bytearray(whole)
    locked[directory + 8] |= 1
    assert as_written(bytes(locked)) == "it is locked with a password."
    other = bytearray(whole)
    other[directory + 10] = 9  # Deflate64, which Windows uses above 2 GB
    assert "'people.csv' cannot be unpacked from it: That compression method is not supported" in as_written(
        bytes(other)
    )


def test_an_archive_is_held_to_what_it_says_and_to_what_it_unpacks_to(
    engine: ibis.BaseBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "_LARGEST", 1 << 20)
    pack(tmp_path / "people.csv.zip", {"people.csv": PEOPLE + "3,C\n" * 1_000_000})
    whole = (tmp_path / "people.csv.zip").read_bytes()

    # 4 MB from about 4 kB, where at most a hundred times its own size, or here a megabyte, is allowed
    assert "it would unpack to more than" in refused(engine, tmp_path, "people.csv.zip").found
    # The size unpacked stands 24 bytes into an entry of the central directory: it says 1,000 bytes now.
    at = whole.index(b"PK\x01\x02") + 24
    (tmp_path / "people.csv.zip").write_bytes(whole[:at] + (1000).to_bytes(4, "little") + whole[at + 4 :])
    assert "'people.csv' cannot be unpacked from it" in refused(engine, tmp_path, "people.csv.zip").found
    # What passes by is counted too, whatever was said.
    monkeypatch.setattr(zipped, "check_archive", lambda *_, **__: ("people.csv",))
    (tmp_path / "people.csv.zip").write_bytes(whole)
    assert "it unpacks to more than 1 MB, over 100 times" in refused(engine, tmp_path, "people.csv.zip").found


def test_an_archive_with_a_table_is_no_archive_of_boundaries(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    pack(tmp_path / "areas.zip", {"areas.csv": "code,residents\nN,10\n"})
    pack(
        tmp_path / "drawn.zip",
        {"areas.csv": "code\nN\n", "areas.shp": b"x", "areas.shx": b"x", "areas.dbf": b"x"},
    )
    source = TableSource(path="areas.zip")

    assert open_features(engine, source, folder=tmp_path, section="areas") is None
    assert rows(opened(engine, tmp_path, "areas.zip")) == [{"code": "N", "residents": "10"}]
    with pytest.raises(InputError, match=r"its \.shp is none"):
        open_features(engine, TableSource(path="drawn.zip"), folder=tmp_path, section="areas")


# Excel


def book(path: Path, *rows: list[object], then: Callable[[Any], object] = lambda _: None) -> None:
    made = openpyxl.Workbook()
    sheet: Any = made.active
    sheet.title = "Data"
    for row in rows:
        sheet.append(row)
    then(made)
    made.save(path)


def test_values_of_a_workbook_become_the_text_that_they_stand_for(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    when, moment = dt.date(2020, 1, 31), dt.datetime(2020, 1, 31, 9, 30)  # noqa: DTZ001  # Excel knows no zones
    book(
        tmp_path / "people.xlsx", ["id", "day", "at", "share", "yes", "text"], [7, when, moment, 2.5, True, "N/A"],
        [None] * 6, [8.0, None, None, None, None, " "], [None] * 6,
    )  # fmt: skip

    found = opened(engine, tmp_path, "people.xlsx")

    blank = dict.fromkeys(["id", "day", "at", "share", "yes", "text"])
    assert rows(found) == [
        {
            "id": "7",
            "day": "2020-01-31",
            "at": "2020-01-31 09:30:00",
            "share": "2.5",
            "yes": "true",
            "text": "N/A",
        },
        blank,
        {**blank, "id": "8"},
    ]


@pytest.mark.parametrize(
    ("content", "then", "found"),
    [
        ([["Arrests 2020"], ["id", "race"], [1, "A"]], None, "its first row looks like a title ('Arrests 2020')"),
        ([["id", "race"], [1, "A", "?"]], None, "row 2 holds a value in column 3, which has no name"),
        ([["id", "race"], [1, "A"]], lambda b: b.active.merge_cells("A2:B2"), "it has merged cells"),
        ([["id", "race"], [1, "=A2+1"]], None, "cell B2 holds a formula without a stored value"),
        ([["id", "race"], [1, "A"]], lambda b: b.create_sheet("More"), "it holds 2 sheets, and the audit file names none"),
        ([], None, "it is empty"),
        ([[1, "A"], [1, "B"]], None, None),
    ],
)  # fmt: skip
def test_a_sheet_that_is_no_plain_table_is_refused(
    engine: ibis.BaseBackend,
    tmp_path: Path,
    content: list[list[object]],
    then: Callable[[Any], object] | None,
    found: str | None,
) -> None:
    book(tmp_path / "people.xlsx", *content, then=then or (lambda _: None))

    if found is None:  # names of columns are asked for later, by the audit file
        assert opened(engine, tmp_path, "people.xlsx").columns == ("1", "A")
    else:
        assert found in refused(engine, tmp_path, "people.xlsx").found


def test_a_sheet_is_chosen_by_its_name(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    book(tmp_path / "people.xlsx", ["id"], [1], then=lambda made: made.create_sheet("Other").append(["code"]))

    assert opened(engine, tmp_path, "people.xlsx", sheet="Data").columns == ("id",)
    assert (
        "Did you mean 'Data'? Found: 'Data', 'Other'."
        in refused(engine, tmp_path, "people.xlsx", sheet="Date").mend
    )


# Databases


def test_a_table_of_a_database_is_chosen_by_its_name_and_a_name_is_never_run(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    odd = 'people"; DROP TABLE other; --'
    with sqlite3.connect(tmp_path / "city.sqlite") as database:
        database.execute("CREATE TABLE other (id)")
        database.execute('CREATE TABLE "people""; DROP TABLE other; --" ("a ""b""", x)')
        database.execute('INSERT INTO "people""; DROP TABLE other; --" VALUES (1, 2.50), (NULL, X\'0aff\')')
    database.close()

    found = opened(engine, tmp_path, "city.sqlite", table=odd)

    assert rows(found) == [{'a "b"': "1", "x": "2.5"}, {'a "b"': None, "x": "0aff"}]
    assert (
        "it holds 2 tables, and the audit file names none" in refused(engine, tmp_path, "city.sqlite").found
    )
    assert "it holds no table 'peple'" in refused(engine, tmp_path, "city.sqlite", table="peple").found


def test_changes_that_wait_beside_a_database_are_not_passed_over(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "city.sqlite") as database:
        database.execute("CREATE TABLE people (id)")
    database.close()
    (tmp_path / "city.sqlite-wal").write_bytes(b"x")

    assert "changes to it still stand in 'city.sqlite-wal'" in refused(engine, tmp_path, "city.sqlite").found


def duck(path: Path, *statements: str) -> None:
    with duckdb.connect(str(path)) as database:
        for statement in statements:
            database.execute(statement)


def lite(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as database:
        for statement in statements:
            database.execute(statement)
    database.close()


def test_a_view_of_a_sqlite_file_is_read_like_a_table(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    lite(
        tmp_path / "city.sqlite", "CREATE TABLE cases (id, held)", "INSERT INTO cases VALUES (1, 1), (2, 0), (3, 1)",
        'CREATE VIEW "held now" AS SELECT id FROM cases WHERE held',
    )  # fmt: skip

    found = opened(engine, tmp_path, "city.sqlite", table="held now")

    assert rows(found) == [{"id": "1"}, {"id": "3"}]
    assert found.source.reading.inside == "view held now"
    assert opened(engine, tmp_path, "city.sqlite", table="cases").source.reading.inside == "table cases"
    several = refused(engine, tmp_path, "city.sqlite")
    assert several.found == "it holds 2 tables and views, and the audit file names none."
    assert "Found: 'cases', 'held now'." in several.mend


def test_a_view_of_a_duckdb_file_is_read_like_a_table_and_keeps_its_types(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    duck(
        tmp_path / "city's.duckdb", "CREATE SCHEMA court",
        "CREATE TABLE court.cases AS SELECT * FROM (VALUES (1, DATE '2020-01-31'), (2, NULL)) AS v (id, day)",
        # 2 ** 53 + 1 is the first whole number that no double holds
        "CREATE VIEW court.\"the \"\"sum\"\"\" AS SELECT day, sum(id + 9007199254740991) AS n FROM court.cases GROUP BY day",
    )  # fmt: skip

    found = opened(engine, tmp_path, "city's.duckdb", table='court.the "sum"')

    # 1 + 9007199254740991 and 2 + 9007199254740991
    assert sorted(rows(found), key=lambda row: row["n"]) == [
        {"day": dt.date(2020, 1, 31), "n": 9007199254740992},
        {"day": None, "n": 9007199254740993},
    ]
    assert found.source.reading.inside == 'view court.the "sum"'
    assert len(rows(opened(engine, tmp_path, "city's.duckdb", table="court.cases"))) == 2


def test_a_view_of_a_duckdb_file_opens_no_other_file(
    engine: ibis.BaseBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    duck(
        tmp_path / "city.duckdb", "CREATE VIEW people AS SELECT * FROM read_csv('secret.csv')",
        "CREATE VIEW names AS SELECT * FROM glob('*')",
    )  # fmt: skip

    for view in ("people", "names"):
        problem = refused(engine, tmp_path, "city.duckdb", table=view)
        assert f"it cannot be read as view '{view}': Permission Error" in problem.found
        assert "A view may read the tables of its own file alone" in problem.mend


def test_a_view_of_a_sqlite_file_loads_no_program(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    lite(
        tmp_path / "city.sqlite", "CREATE VIEW program AS SELECT load_extension('x') AS id",
        "CREATE VIEW gone AS SELECT id FROM nowhere",
    )  # fmt: skip

    assert "unsafe use of load_extension" in refused(engine, tmp_path, "city.sqlite", table="program").found
    assert "no such table: main.nowhere" in refused(engine, tmp_path, "city.sqlite", table="gone").found


@pytest.mark.parametrize("make", [lite, duck])
def test_a_view_that_never_ends_is_stopped(
    engine: ibis.BaseBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[..., None]
) -> None:
    monkeypatch.setattr(views, "MINUTES", 0.005)
    make(
        tmp_path / "city.db", "CREATE VIEW endless AS WITH RECURSIVE a (x) AS "
        "(SELECT 1 UNION ALL SELECT x + 1 FROM a WHERE x < 1e15) SELECT count(*) AS n FROM a",
    )  # fmt: skip

    problem = refused(engine, tmp_path, "city.db")

    assert problem.found == "its view 'endless' takes longer than 0.005 minutes."
    assert problem.mend == "Send what it yields as a table."


# Several files


def test_files_that_differ_in_their_columns_are_named_together(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    for name, content in {"a": "id,race\n1,A\n", "b": "race,id\nB,2\n", "c": "id,sex\n3,F\n"}.items():
        (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")

    problem = refused(engine, tmp_path, "*.csv")

    assert problem.where == "c.csv"
    assert "differ from those of 'a.csv': it lacks 'race'; it has besides 'sex'" in problem.found
    (tmp_path / "c.csv").unlink()
    assert rows(opened(engine, tmp_path, "*.csv")) == [{"id": "1", "race": "A"}, {"id": "2", "race": "B"}]


def test_columns_of_another_type_are_named(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"id": [1]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"id": ["x"]}), tmp_path / "b.parquet")

    assert "it has values of another type in 'id'" in refused(engine, tmp_path, "*.parquet").found


def test_a_pattern_that_fits_nothing_is_refused_and_a_file_of_that_name_is_no_pattern(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    assert refused(engine, tmp_path, "people[1].csv").found == "no file fits this pattern."
    (tmp_path / "people[1].csv").write_text(PEOPLE, encoding="utf-8")
    (tmp_path / "people1.csv").write_text("id\n1\n", encoding="utf-8")

    assert opened(engine, tmp_path, "people[1].csv").columns == ("id", "race")


# Text


def test_what_the_audit_file_says_about_a_text_goes_before_what_it_looks_like(
    engine: ibis.BaseBackend, tmp_path: Path
) -> None:
    (tmp_path / "people.csv").write_bytes("name,a;b\nÉ,1;2\n".encode("latin-1"))

    found = opened(engine, tmp_path, "people.csv", encoding="latin-1", delimiter=",")

    assert rows(found) == [{"name": "É", "a;b": "1;2"}]
    assert (found.source.reading.encoding, found.source.reading.encoding_from) == ("latin-1", "declared")
    (tmp_path / "odd.csv").write_bytes(b"\xff\xfea")
    assert "its text is not UTF-16 as its first bytes say" in refused(engine, tmp_path, "odd.csv").found
    (tmp_path / "odd.csv").write_bytes(b"a\n\x81\n")
    declared = refused(engine, tmp_path, "odd.csv", encoding="windows-1252")
    assert "it is not windows-1252 text, as the audit file declares" in declared.found


def test_commas_within_quotes_separate_no_columns(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text('"name, first, last";age\n"Doe, J, K";7\n', encoding="utf-8")

    assert rows(opened(engine, tmp_path, "people.csv")) == [{"name, first, last": "Doe, J, K", "age": "7"}]


# Passwords


@pytest.mark.parametrize(
    "path",
    [
        "postgresql://user:geheim@host/db", "postgres://user:geheim@host:x/db", "POSTGRESQL://user:ge:he@im@host/db",
        "postgresql://host/db?password=geheim", "host=x password=geheim",
    ],
)  # fmt: skip
def test_a_password_in_an_audit_file_is_refused_and_never_repeated(path: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse(TableSource, {"path": path}, shown_as="audit.toml")

    said = f"{caught.value} {caught.value.__cause__}"
    assert "a password does not belong in an audit file" in said
    assert "PGPASSWORD" in said
    assert "geheim" not in said
    assert "im@host" not in said
