"""`auditkit report`: render a run folder's report again."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from auditkit.definitions.audience import Audience


def report(
    folder: Annotated[Path, typer.Argument(help="A run folder.")],
    out: Annotated[Path, typer.Option(help="The folder to write.")] = Path("audit-report-again"),
    pdf: Annotated[bool, typer.Option("--pdf", help="Write it as tagged PDF as well.")] = False,
    audience: Annotated[
        Audience, typer.Option(help="For whom the report is arranged; no figure depends on it.")
    ] = "board",
    replace: Annotated[bool, typer.Option("--replace", help="Replace an earlier run folder.")] = False,
) -> None:
    """Render the report again from audit.json alone."""
    from auditkit.pipeline import render_again

    existing: Literal["refuse", "replace"] = "replace" if replace else "refuse"
    render_again(folder, out=out, existing=existing, pdf=pdf, audience=audience)
    typer.echo(f"Report: {out}")
