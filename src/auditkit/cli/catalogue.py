"""`auditkit catalogue`: what this installation can measure, check, limit and write."""

from enum import StrEnum
from typing import Annotated

import typer


class What(StrEnum):
    """Parts of the catalogue."""

    everything = "all"
    metrics = "metrics"
    checks = "checks"
    policies = "policies"
    tool_types = "tool_types"
    languages = "languages"


def catalogue(
    what: Annotated[
        What, typer.Argument(help="all, metrics, checks, policies, tool_types or languages.")
    ] = What.everything,
) -> None:
    """List metrics, checks, policies, tool types and languages."""
    from auditkit.overview import catalogue as parts

    for name, entries in parts().items():
        if what in {What.everything, name}:
            typer.echo(name)
            for entry, meaning in entries.items():
                typer.echo(f"  {entry:<38}{meaning}")
