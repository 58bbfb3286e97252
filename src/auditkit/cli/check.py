"""`auditkit check`: the data checks alone, for vendors before they submit."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditkit.cli import progress

if TYPE_CHECKING:
    from auditkit.results.checks import CheckResult, Observed

MARKS = {"passed": "ok", "failed": "FAILED", "not_applicable": "-", "could_not_run": "?"}


def check(
    audit_file: Annotated[Path, typer.Argument(help="The audit file.")],
    gate: Annotated[
        bool, typer.Option("--gate", help="Exit 1 if a blocking check fails, 3 if one cannot run.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Run the data checks without measuring anything."""
    from auditkit.pipeline import STAGES, check_data

    with progress.shown(quiet=quiet or as_json, stages=STAGES) as show:
        results = check_data(audit_file, progress=show)
    if as_json:
        typer.echo(json.dumps([asdict(result) for result in results], ensure_ascii=False, indent=1))
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


def _print(results: "tuple[CheckResult, ...]") -> None:
    for result in results:
        typer.echo(f"{MARKS[result.status]:<8}{result.severity:<10}{result.id:<28}{result.title}")
        if result.status == "failed":
            found = "; ".join(
                f"{fact.item}: {_shown(fact, result.unit)}".removeprefix(": ") for fact in result.observed
            )
            more = f" and {result.more} more" if result.more else ""
            typer.echo(f"{'':<18}found {found}{more}; expected {result.expected}")
            typer.echo(f"{'':<18}ask: {result.ask}")
    failed = sum(1 for result in results if result.status == "failed")
    typer.echo(f"{failed} of {len(results)} checks failed.")
