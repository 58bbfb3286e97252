"""`auditkit new`: a commented audit file to start from."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from auditkit import bundled
from auditkit.errors import ReportError


class Kind(StrEnum):
    """Types of tool with a starter."""

    person = "person"
    place = "place"
    alert = "alert"


def new(
    path: Annotated[Path, typer.Argument(help="The audit file to write.")] = Path("audit.toml"),
    kind: Annotated[Kind, typer.Option("--type", help="The type of tool.")] = Kind.person,
) -> None:
    """Write a commented audit file to start from."""
    starter = bundled.folder("examples") / "starters" / f"{kind}.toml"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(starter.read_text(encoding="utf-8"))
    except FileExistsError as error:
        raise ReportError(where=str(path), found="the file exists.", mend="Name another file.") from error
    except OSError as error:
        raise ReportError(
            where=str(path), found=f"it cannot be written ({error.strerror}).", mend="Name another file."
        ) from error
    typer.echo(f"Wrote {path}. Fill it in, then: auditkit run {path}")
