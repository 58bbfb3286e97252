"""`auditkit run`: the whole audit."""

from pathlib import Path
from typing import Annotated

import typer

from auditkit.cli import progress
from auditkit.cli.summary import summary_lines
from auditkit.definitions.audience import Audience


def run(
    audit_file: Annotated[Path, typer.Argument(help="The audit file.")],
    out: Annotated[Path, typer.Option(help="The run folder to write.")] = Path("audit-report"),
    policy: Annotated[
        str | None, typer.Option(help="A policy by name or path, in place of the audit file's.")
    ] = None,
    pledge: Annotated[
        Path | None, typer.Option(help="What `auditkit pledge` wrote, in place of the audit file's.")
    ] = None,
    allow_command: Annotated[
        bool,
        typer.Option("--allow-command", help="Let the program of [feedback] run; read SECURITY.md first."),
    ] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="Write the report as tagged PDF as well.")] = False,
    audience: Annotated[
        Audience, typer.Option(help="For whom the report is arranged; no figure depends on it.")
    ] = "board",
    replace: Annotated[bool, typer.Option("--replace", help="Replace an earlier run folder.")] = False,
    gate: Annotated[
        bool, typer.Option("--gate", help="Exit 1 if a required limit is not met, 3 if it cannot be told.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print audit.json instead of a summary.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Check the data, measure, judge and write the report."""
    from auditkit.pipeline import STAGES, run_audit

    with progress.shown(quiet=quiet or as_json, stages=STAGES) as show:
        audit = run_audit(
            audit_file, out=out, policy=policy, pledge=pledge, progress=show,
            existing="replace" if replace else "refuse", allow_command=allow_command, pdf=pdf,
            audience=audience,
        )  # fmt: skip
    if as_json:
        typer.echo(audit.document.to_json(), nl=False)
    else:
        for line in summary_lines(audit.document):
            typer.echo(line)
        typer.echo(f"Report: {out / f'report.{audit.document.languages[0]}.html'}")
    if gate:
        raise typer.Exit(audit.exit_code)
