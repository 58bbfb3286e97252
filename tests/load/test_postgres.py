"""Tables of a PostgreSQL server: the same audit as from a file, a fingerprint of the rows, and a password nobody sees.

The tests start a server of their own on loopback, in a folder of its own, and remove it. Without PostgreSQL they are
skipped, except in continuous integration, which installs it.
"""

import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ibis
import psycopg
import pytest

import auditkit
from auditkit.definitions.audit_file import Engine
from auditkit.definitions.sources import TableSource
from auditkit.errors import InputError, MissingExtraError, Problem
from auditkit.load.engine import connect
from auditkit.load.files import Opened, open_table

Write = Callable[..., Path]
PASSWORD = "geheim-37"  # noqa: S105  # of a server that lives for seconds


def programs() -> Path:
    """The folder of the newest PostgreSQL here; without one the tests are skipped, or fail."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    beside = shutil.which("initdb")
    if not found and beside is None:
        said = "PostgreSQL is not installed; on Debian: apt-get install postgresql"
        pytest.fail(said) if os.environ.get("CI") == "true" else pytest.skip(said)
    return found[-1].parent if found else Path(beside or "").parent


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Run a server, and give its address without the password."""
    bin_folder = programs()
    folder = Path(tempfile.mkdtemp(prefix="auditkit-postgres-"))
    user = (
        {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
    )  # it refuses root
    if user:
        shutil.chown(folder, "postgres", "postgres")
    (folder / "password").write_text(PASSWORD, encoding="utf-8")
    (folder / "password").chmod(0o644)
    data = folder / "data"
    made = [
        bin_folder / "initdb", "--pgdata", data, "--username", "auditor", "--auth", "scram-sha-256", "--no-sync",
        "--pwfile", folder / "password", "--encoding", "UTF8", "--locale", "C",
    ]  # fmt: skip
    subprocess.run(made, check=True, capture_output=True, cwd=folder, **user)  # type: ignore[call-overload]  # the dictionary holds keywords of several kinds
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", "port": port}
    run = [
        bin_folder / "postgres",
        "-D",
        data,
        *(word for key in settings for word in ("-c", f"{key}={settings[key]}")),
    ]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(run, cwd=folder, stdout=log, stderr=log, **user)  # type: ignore[call-overload]  # the dictionary holds keywords of several kinds
    try:
        wait_for(port, server, folder / "log")
        yield f"postgresql://auditor@127.0.0.1:{port}/postgres"
    finally:
        server.send_signal(2)  # a fast shutdown
        server.wait(timeout=30)
        shutil.rmtree(folder)


def wait_for(port: int, server: Any, log: Path) -> None:
    for _ in range(150):
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            session(port).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(log.read_text(encoding="utf-8"))


def session(port: int | str) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host="127.0.0.1", port=port, user="auditor", password=PASSWORD, dbname="postgres", autocommit=True
    )


@pytest.fixture(scope="module")
def run(address: str) -> Iterator[Callable[..., Any]]:
    """Run SQL on the server."""
    with session(address.rpartition(":")[2].partition("/")[0]) as connection:
        yield connection.execute


@pytest.fixture(scope="module")
def engine() -> Iterator[ibis.BaseBackend]:
    with connect(Engine()) as connection:
        yield connection


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)


def opened(engine: ibis.BaseBackend, address: str, **keys: Any) -> Opened:
    return open_table(engine, TableSource(path=address, **keys), folder=Path())


def refused(engine: ibis.BaseBackend, address: str, **keys: Any) -> Problem:
    with pytest.raises(InputError) as caught:
        opened(engine, address, **keys)
    (problem,) = caught.value.problems
    assert PASSWORD not in f"{problem} {caught.value.__cause__}"
    return problem


def test_a_table_of_a_server_gives_the_audit_of_the_csv_and_no_file_holds_the_password(
    address: str, run: Callable[..., Any], tmp_path: Path, write_audit: Write, people: Callable[..., str]
) -> None:
    header, *lines = people(A=(9, 4, 3, 4), B=(6, 8, 2, 4)).splitlines()
    run("CREATE SCHEMA court")
    run("CREATE TABLE court.people (id text, race text, flagged integer, outcome boolean)")
    for line in reversed(lines):
        run("INSERT INTO court.people VALUES (%s, %s, %s, %s::int::boolean)", line.split(","))
    by_file = auditkit.run_audit(write_audit(tmp_path / "file", "\n".join([header, *lines]) + "\n"))
    outcome = {
        "column": "outcome",
        "positive": ["true"],
        "means": "arrested again",
        "source": "victim_report",
    }

    audit = auditkit.run_audit(
        write_audit(tmp_path, None, file=address, records={"table": "court.people", "outcome": outcome})
    )

    assert audit.document.measurements == by_file.document.measurements
    (source,) = audit.document.inputs
    where = address.replace("auditor@", "")
    assert (source.file, source.format, source.rows) == (f"{where} table court.people", "postgresql", 40)
    assert (source.hashed, source.reading.inside) == ("rows", "table court.people")
    assert "SHA-256 of the rows in order of their text" in audit.files["report.en.html"].decode()
    assert "40 rows from a PostgreSQL server" in audit.files["report.en.html"].decode()
    assert [name for name, content in audit.files.items() if PASSWORD.encode() in content] == []


def test_views_are_read_like_tables_and_the_report_says_what_they_are(
    address: str, run: Callable[..., Any], engine: ibis.BaseBackend
) -> None:
    run('CREATE SCHEMA "City Court"')
    run(
        'CREATE TABLE "City Court".cases AS SELECT * FROM (VALUES (1, true), (2, false), (3, true)) AS v (id, held)'
    )
    run('CREATE VIEW "City Court"."Held now" AS SELECT id FROM "City Court".cases WHERE held')
    run('CREATE MATERIALIZED VIEW "City Court".stored AS SELECT id FROM "City Court".cases WHERE held')
    run('CREATE TABLE "City Court".plain AS SELECT id FROM "City Court".cases WHERE held')

    found = {
        kind: opened(engine, address, table=f"City Court.{name}")
        for kind, name in {"view": "Held now", "materialized view": "stored", "table": "plain"}.items()
    }

    assert {one.source.sha256 for one in found.values()} == {hashlib.sha256(b"id\n1\n3\n").hexdigest()}
    for kind, one in found.items():
        assert one.table.to_pyarrow().to_pylist() == [{"id": "1"}, {"id": "3"}]
        assert one.source.reading.inside.startswith(f"{kind} City Court.")  # type: ignore[union-attr]  # the test builds this kind


def test_the_fingerprint_is_that_of_the_rows_in_order_of_their_text(
    address: str, run: Callable[..., Any], engine: ibis.BaseBackend
) -> None:
    run('CREATE TABLE one ("a ""b""" text, day date, at timestamptz, n numeric)')
    run("INSERT INTO one VALUES ('b', '2020-01-31', '2020-01-31 09:30+02', 2.50)")
    run('INSERT INTO one ("a ""b""", n) VALUES (\'a,"x\', 10), (\'B\', NULL)')
    run("CREATE TABLE two AS SELECT * FROM one ORDER BY 1 DESC")
    # The header and the rows by their bytes, as RFC 4180 writes them: B comes before a, and a before b.
    text = '"a ""b""",day,at,n\nB,,,\n"a,""x",,,10\nb,2020-01-31,2020-01-31 07:30:00+00,2.50\n'

    found = [opened(engine, address, table=name) for name in ("one", "two")]

    assert {one.source.sha256 for one in found} == {hashlib.sha256(text.encode()).hexdigest()}
    assert found[0].source.bytes == len(text.encode())
    assert found[0].table.to_pyarrow().to_pylist()[2] == {
        'a "b"': "b", "day": "2020-01-31", "at": "2020-01-31 07:30:00+00", "n": "2.50",
    }  # fmt: skip


def test_nothing_is_written_to_the_server(
    address: str, run: Callable[..., Any], engine: ibis.BaseBackend
) -> None:
    run("CREATE TABLE seen (at timestamptz)")
    run("CREATE FUNCTION note() RETURNS int LANGUAGE sql AS 'INSERT INTO seen VALUES (now()) RETURNING 1'")
    run("CREATE VIEW noted AS SELECT note() AS id")

    problem = refused(engine, address, table="noted")

    assert "cannot execute INSERT in a read-only transaction" in problem.found
    assert run("SELECT count(*) FROM seen").fetchone()[0] == 0


def test_the_password_comes_from_a_variable_of_the_environment(
    address: str, run: Callable[..., Any], engine: ibis.BaseBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("CREATE TABLE small AS SELECT 1 AS id")
    monkeypatch.delenv("PGPASSWORD")
    monkeypatch.setenv("PGPASSFILE", os.devnull)
    monkeypatch.setenv("AUDIT_PASSWORD", PASSWORD)

    assert opened(engine, address, table="small", password_env="AUDIT_PASSWORD").source.rows == 1
    absent = refused(engine, address, table="small", password_env="NO_SUCH")
    assert absent.found == "the environment variable NO_SUCH is not set."
    assert "no password supplied" in refused(engine, address, table="small").found
    monkeypatch.setenv("AUDIT_PASSWORD", "wrong-91")
    wrong = refused(engine, address, table="small", password_env="AUDIT_PASSWORD")
    assert "password authentication failed" in wrong.found
    assert "wrong-91" not in str(wrong)


@pytest.mark.parametrize(
    ("ending", "keys", "found"),
    [
        ("", {}, "the audit file names no table"),
        ("", {"table": "nowhere"}, 'relation "nowhere" does not exist'),
        ("", {"table": 'x"; DROP TABLE seen; --'}, "does not exist"),
        ("?passfile=/etc/passwd", {"table": "x"}, "the address cannot be understood"),
        ("?sslmode=verify-full", {"table": "x"}, "the server cannot be read"),
    ],
)  # fmt: skip
def test_a_server_that_cannot_be_read_is_one_sentence(
    address: str, engine: ibis.BaseBackend, ending: str, keys: dict[str, Any], found: str
) -> None:
    problem = refused(engine, address + ending, **keys)

    assert found in problem.found
    assert "auditor@" not in problem.where


def test_an_address_without_a_server_or_without_sense_is_refused(engine: ibis.BaseBackend) -> None:
    with socket.socket() as free:  # a port on which nobody listens
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    assert (
        "the server cannot be read" in refused(engine, f"postgresql://x@127.0.0.1:{port}/db", table="x").found
    )
    assert "cannot be understood" in refused(engine, "postgresql://x@127.0.0.1:port/db", table="x").found


def test_without_its_library_the_way_to_install_it_is_named(
    engine: ibis.BaseBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)

    with pytest.raises(MissingExtraError, match=r"Reading from PostgreSQL needs .*auditkit\[postgres\]"):
        opened(engine, "postgresql://x@127.0.0.1:1/db", table="x")
