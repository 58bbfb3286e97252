"""The Typer application: commands in the order in which people need them."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import typer

from auditkit.cli import catalogue, check, compare, demo, examine, new, pledge, report, run, schema, translate
from auditkit.errors import AuditKitError

app = typer.Typer(
    name="auditkit",
    help="Audit a predictive policing tool before it goes live: check its data, compare groups, report in plain words.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _mended(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn what a user can mend into lines on stderr and exit 2; anything else is a bug and shows itself."""

    @wraps(command)
    def run_command(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except AuditKitError as error:
            for line in str(error).splitlines():
                typer.echo(f"auditkit: {line}", err=True)
            raise typer.Exit(2) from error

    return run_command


for name, command in (
    ("new", new.new), ("examine", examine.examine), ("check", check.check), ("pledge", pledge.pledge),
    ("run", run.run), ("report", report.report), ("compare", compare.compare), ("demo", demo.demo),
    ("catalogue", catalogue.catalogue), ("translate", translate.translate), ("schema", schema.schema),
):  # fmt: skip
    app.command(name)(_mended(command))


@app.callback()
def main() -> None:
    """Audit a predictive policing tool before it goes live: check its data, compare groups, report in plain words."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
