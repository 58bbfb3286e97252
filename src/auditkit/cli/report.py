"""`auditkit report`: render a run folder's report again."""

from pathlib import Path
from typing import Annotated

import typer


def report(
    folder: Annotated[Path, typer.Argument(help="A run folder.")],
    out: Annotated[Path, typer.Option(help="The folder to write.")] = Path("audit-report-again"),
    pdf: Annotated[bool, typer.Option("--pdf", help="Write it as tagged PDF as well.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace an earlier run folder.")] = False,
) -> None:
    """Render the report again from audit.json alone."""
    from auditkit.pipeline import render_again

    render_again(folder, out=out, existing="replace" if replace else "refuse", pdf=pdf)
    typer.echo(f"Report: {out}")
