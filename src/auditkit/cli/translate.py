"""`auditkit translate`: gather the messages of reports, and start or update the catalogue of a language."""

from pathlib import Path
from typing import Annotated

import typer


def translate(
    language: Annotated[
        str | None,
        typer.Argument(help="A language, such as de or pt_BR. Without one, every catalogue is updated."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the catalogue of the language here, and nothing else.")
    ] = None,
) -> None:
    """Start the catalogue of a language, or update it to the present messages."""
    from auditkit.overview import update_catalogues

    for state in update_catalogues(language, out=out):
        done = "" if state.file.suffix == ".pot" else f", {state.translated} of them translated"
        typer.echo(f"{state.file}: {state.messages} messages{done}.")
