"""Builders that keep a test's data visible in the test."""

import datetime as dt
import functools
import json
import sys
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

import pytest

REPORTS = (
    "access", "audiences", "escaping", "languages", "page_script", "pdf", "pseudo_language", "size", "tracing"
)  # fmt: skip
WHOLE = tuple(
    Path(__file__).parent / name
    for name in (
        "architecture", "benchmarks", "docs", "fuzz", "replications", *(f"report/test_{name}.py" for name in REPORTS)
    )
)  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Let one warning pass that ibis 12.0 raises on pandas 3.1 whenever it makes a frame; trace our own code alone."""
    config.addinivalue_line("filterwarnings", "ignore:The 'future.infer_string' option:DeprecationWarning")
    if config.getoption("cov_source", default=None):
        trace_less()


def trace_less() -> None:
    """Let ibis and Great Expectations run untraced: they make millions of calls, and none of them into auditkit."""
    from great_expectations.validator.v1_validator import Validator
    from ibis.expr.types import Expr

    for owner, name in ((Expr, "execute"), (Expr, "to_pyarrow"), (Validator, "validate_expectation_suite")):
        setattr(owner, name, untraced(getattr(owner, name)))


def untraced(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function run without the tracer of coverage."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        tracer = sys.gettrace()
        sys.settrace(None)
        try:
            return function(*args, **kwargs)
        finally:
            sys.settrace(tracer)
            _wake()

    return call


def _wake() -> None:
    """A tracer that is set again looks at the caller's lines from the next call on; this is that call."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Leave out of coverage what runs whole audits whose code other tests cover: tracing takes longer than they do."""
    controller = getattr(item.config.pluginmanager.getplugin("_cov"), "cov_controller", None)
    if controller is None or not any(item.path.is_relative_to(folder) for folder in WHOLE):
        return (yield)
    controller.pause()
    try:
        return (yield)
    finally:
        controller.resume()


TOOL = {
    "name": "Risk score",
    "vendor": "Example Ltd",
    "version": "1",
    "type": "person",
    "purpose": "Advises on supervision",
    "flagged_means": "held to closer supervision",
    "orientation": "burden",
    "status": "proposed",
}
RECORDS = {
    "path": "people.csv",
    "id": "id",
    "decision": {"column": "flagged", "flagged": ["1"]},
    "outcome": {"column": "outcome", "positive": ["1"], "means": "arrested again", "source": "victim_report"},
}
CONFUSION = {
    "id": None,
    "decision": None,
    "outcome": None,
    "confusion": {"tn": "tn", "fp": "fp", "fn": "fn", "tp": "tp"},
}


def toml(value: object) -> str:
    """Write a value as TOML, tables inline."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(inner) for inner in value) + "]"
    return value.isoformat() if isinstance(value, dt.date) else json.dumps(value, ensure_ascii=False)


def write_audit_file(
    folder: Path,
    table: str | bytes | None,
    *,
    file: str = "people.csv",
    tool: Mapping[str, Any] | None = None,
    records: Mapping[str, Any] | None = None,
    groups: Mapping[str, Mapping[str, Any]] | None = None,
    **sections: object,
) -> Path:
    """Write `audit.toml` and its table; None removes a key of [tool] or [records], or leaves the table unwritten."""
    written = {"tool": {**TOOL, **(tool or {})}, "records": {**RECORDS, "path": file, **(records or {})}}
    content = {
        **{name: {k: v for k, v in section.items() if v is not None} for name, section in written.items()},
        "groups": groups or {"race": {"column": "race", "reference": "A"}},
        **sections,
    }
    folder.mkdir(parents=True, exist_ok=True)
    if table is not None:
        (folder / file).write_bytes(table if isinstance(table, bytes) else table.encode())
    path = folder / "audit.toml"
    path.write_text(
        "".join(f"{name} = {toml(section)}\n" for name, section in content.items()), encoding="utf-8"
    )
    return path


@pytest.fixture(scope="session")
def write_audit() -> Callable[..., Path]:
    """Write a person audit: `write_audit(folder, table, records=..., groups=..., publication=...)`."""
    return write_audit_file


@pytest.fixture(scope="session")
def write_confusion() -> Callable[..., Path]:
    """Write an audit of a published confusion matrix: `write_confusion(folder, {"A": (tn, fp, fn, tp), ...})`."""

    def write(
        folder: Path,
        cells: Mapping[str, tuple[int, int, int, int]],
        *,
        records: Mapping[str, Any] | None = None,
        **sections: Any,
    ) -> Path:
        lines = ['"{}",{},{},{},{}'.format(group.replace('"', '""'), *n) for group, n in cells.items()]
        table = "\n".join(["race,tn,fp,fn,tp", *lines]) + "\n"
        return write_audit_file(folder, table, records={**CONFUSION, **(records or {})}, **sections)

    return write


@pytest.fixture(scope="session")
def people() -> Callable[..., str]:
    """Write a table of single people: `people(A=(tn, fp, fn, tp), B=...)`."""

    def table(**cells: tuple[int, int, int, int]) -> str:
        kinds = ("0,0", "1,0", "0,1", "1,1")  # flagged,outcome of tn, fp, fn, tp
        rows = [
            f"{group},{kind}"
            for group, counts in cells.items()
            for kind, n in zip(kinds, counts, strict=True)
            for _ in range(n)
        ]
        return "\n".join(["id,race,flagged,outcome", *(f"p{i},{row}" for i, row in enumerate(rows))]) + "\n"

    return table
