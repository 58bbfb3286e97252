"""What becomes of a broken audit: a valid report, or an error that a user can mend; a traceback is neither."""

import hashlib
import json
import re
import tomllib
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any, Literal

import jsonschema
from typer.main import get_command

from auditkit.cli.app import app
from auditkit.results.document import AuditDocument
from benchmarks.fuzz.worlds import Case

Outcome = Literal["report", "refused"]
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Characters that could rewrite what a terminal shows."""
_SMUGGLED = re.compile(r"<script>alert|<img src=x")


class BrokenContractError(Exception):
    """An audit ended neither with a whole report nor with a plain error."""


def outcome(case: Case, folder: Path) -> Outcome:
    """Write a case, run it through the command line, and hold what is left against the contract of the run folder.

    Raises
    ------
    BrokenContractError
        If neither a whole report nor a plain error came of it. Any other exception is a bug and passes through.
    """
    _write(case, folder)
    before, out = _files(folder), folder / "out"
    words = ["run", str(folder / "audit.toml"), "--out", str(out), "--quiet"]
    code, _, said = _called(words)
    if code == 0:
        _check_report(out)
        return "report"
    _hold(code == 2, f"exit {code}: {said}")
    _hold(_files(folder) == before, "something was left behind")
    _check_words(said)
    return "refused"


_command = cache(get_command)
"""The command line, built once: that takes longer than most cases do."""


def _called(words: list[str]) -> tuple[object, str, str]:
    """Call the command line; return its exit code, and what it said on standard output and standard error."""
    shown, said, code = StringIO(), StringIO(), None
    with redirect_stdout(shown), redirect_stderr(said):
        try:
            _command(app).main(words, prog_name="auditkit")
        except SystemExit as end:
            code = end.code
    return code or 0, shown.getvalue(), said.getvalue()


def examined(case: Case, folder: Path) -> Outcome:
    """Write the tables of a case, and have `auditkit examine` look at them.

    Raises
    ------
    BrokenContractError
        If neither an examination, with a proposal that is TOML, nor a plain error came of it.
    """
    _write(case, folder)
    tables = [str(path) for path in sorted(folder.iterdir()) if path.name != "audit.toml"]
    proposal = folder / "proposed.toml"
    code, shown, said = _called(
        ["examine", *(tables or [str(folder / "absent.csv")]), "--out", str(proposal)]
    )
    if code == 0:
        _hold(not _CONTROL.search(shown), f"control characters on the terminal: {shown!r}")
        if proposal.exists():
            tomllib.loads(proposal.read_text(encoding="utf-8"))
        return "report"
    _hold(code == 2, f"exit {code}: {said}")
    _hold(not proposal.exists(), "something was left behind")
    _check_words(said)
    return "refused"


def _hold(holds: bool, broken: str) -> None:  # noqa: FBT001  # what holds is a question of yes or no
    if not holds:
        raise BrokenContractError(broken)


def _write(case: Case, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "audit.toml").write_bytes(case.written())
    for name, content in case.tables.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _files(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def _check_words(said: str) -> None:
    """Check that what was said is there, is ours, is not endless, and cannot rewrite a terminal."""
    _hold(bool(said.strip()), "nothing was said")
    _hold(
        all(line.startswith("auditkit: ") for line in said.splitlines()),
        f"not one line per problem: {said!r}",
    )
    _hold(len(said) < 100_000, f"{len(said)} characters were said")
    _hold(not _CONTROL.search(said), f"control characters on the terminal: {said!r}")


@cache
def _validator() -> Any:
    return jsonschema.Draft202012Validator(AuditDocument.model_json_schema())


def _check_report(out: Path) -> None:
    """Check that a run folder is whole, valid, and free of what tables could have smuggled in."""
    _validator().validate(
        json.loads((out / "audit.json").read_text(encoding="utf-8"), parse_constant=_no_number)
    )
    written = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["outputs"]
    there = {str(path.relative_to(out)) for path in _files(out) if path.is_file()}
    _hold(there == {*written, "manifest.json"}, "the run folder is not what its manifest says")
    for name, digest in written.items():
        _hold(
            hashlib.sha256((out / name).read_bytes()).hexdigest() == digest,
            f"{name} is not what the manifest says",
        )
    page = (out / "report.en.html").read_text(encoding="utf-8")
    _hold(page.rstrip().endswith("</html>"), "the report is cut off")
    _hold(not _SMUGGLED.search(page), "a cell reached the report as HTML")


def _no_number(text: str) -> None:
    _hold(False, f"audit.json holds {text}")
