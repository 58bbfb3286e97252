"""`auditkit check`: the data checks alone, for vendors before they submit."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditkit.cli import progress

if TYPE_CHECKING:
    from auditkit.results.checks import CheckResult, Observed

MARKS = {"passed": "ok", "failed": "FAILED", "not_applicable": "-", "could_not_run": "?"}
COLOURS = {"blocking": "bold red", "serious": "red", "note": "yellow"}


def check(
    audit_file: Annotated[Path, typer.Argument(help="The audit file.")],
    gate: Annotated[
        bool, typer.Option("--gate", help="Exit 1 if a blocking check fails, 3 if one cannot run.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Run the data checks without measuring anything.

    On a terminal it draws a table, elsewhere it prints plain lines. It exits with 0 once the checks have run, even if
    some failed, and with 2 where a file cannot be used. With --gate it exits with 1 where a blocking check failed, and
    with 3 where one could not run; 1 beats 3.
    """
    from auditkit.pipeline import STAGES, check_data

    with progress.shown(quiet=quiet or as_json, stages=STAGES) as show:
        results = check_data(audit_file, progress=show)
    if as_json:
        typer.echo(json.dumps([asdict(result) for result in results], ensure_ascii=False, indent=1))
    elif sys.stdout.isatty():
        _draw(results)
    else:
        _print(results)
    blocking = [result for result in results if result.severity == "blocking"]
    if gate and any(result.status == "failed" for result in blocking):
        raise typer.Exit(1)
    if gate and any(result.status == "could_not_run" for result in blocking):
        raise typer.Exit(3)


def _shown(fact: "Observed", unit: str) -> str:
    if fact.withheld:
        return "withheld"
    if not isinstance(fact.value, float):
        return str(fact.value)
    if unit == "share":
        return f"{100 * fact.value:.3g}%"
    return f"{fact.value:,.0f}" if unit in {"people", "count"} else f"{fact.value:.3g}"


def _found(result: "CheckResult") -> str:
    found = "; ".join(
        f"{fact.item}: {_shown(fact, result.unit)}".removeprefix(": ") for fact in result.observed
    )
    return found + (f" and {result.more} more" if result.more else "")


def _summary(results: "tuple[CheckResult, ...]") -> str:
    failed = sum(1 for result in results if result.status == "failed")
    return f"{failed} of {len(results)} checks failed."


def _print(results: "tuple[CheckResult, ...]") -> None:
    for result in results:
        typer.echo(f"{MARKS[result.status]:<8}{result.severity:<10}{result.id:<28}{result.title}")
        if result.status == "failed":
            typer.echo(f"{'':<18}found {_found(result)}; expected {result.expected}")
            typer.echo(f"{'':<18}ask: {result.ask}")
    typer.echo(_summary(results))


def _draw(results: "tuple[CheckResult, ...]") -> None:
    """Draw what failed or could not run, worst first; what passed and what did not apply is counted.

    Values come from files and are written as plain text: no markup of theirs is read.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    order = ["blocking", "serious", "note"]
    odd = [result for result in results if result.status in {"failed", "could_not_run"}]
    table = Table(show_lines=True)
    for heading in ("result", "check", "found", "expected", "why, and what to ask"):
        table.add_column(heading)
    for result in sorted(odd, key=lambda one: order.index(one.severity)):
        mark = "could not run" if result.status == "could_not_run" else result.severity
        table.add_row(
            Text(mark, style=COLOURS[result.severity]), Text(f"{result.title}\n({result.id})"), Text(_found(result)),
            Text(result.expected), Text(f"{result.why}\nAsk: {result.ask}"),
        )  # fmt: skip
    console = Console(file=sys.stdout)
    if odd:
        console.print(table)
    passed, skipped = (
        sum(1 for result in results if result.status == status) for status in ("passed", "not_applicable")
    )
    console.print(Text(f"{_summary(results)} {passed} passed, {skipped} did not apply."))
