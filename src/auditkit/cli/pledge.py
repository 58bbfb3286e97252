"""`auditkit pledge`: a policy fixed and hashed before the data are opened."""

from pathlib import Path
from typing import Annotated

import typer


def pledge(
    audit_file: Annotated[Path, typer.Argument(help="The audit file.")],
    policy: Annotated[
        str | None, typer.Option(help="A policy by name or path, in place of the audit file's.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The pledge to write.")] = Path("pledge.json"),
) -> None:
    """Fix and hash a policy before the data are opened."""
    from auditkit.pipeline import make_pledge

    kept = make_pledge(audit_file, out=out, policy=policy)
    fixed, inputs = kept.pledge.policy, kept.pledge.inputs
    there = [one.file for one in inputs if one.existed]
    typer.echo("Read this aloud, and put it into the minutes:")
    typer.echo(
        f"Policy {fixed.name}, version {fixed.version}, SHA-256 {fixed.sha256}, "
        f"pledged {kept.pledge.created.isoformat()}."
    )
    typer.echo(f"The pledge has SHA-256 {kept.sha256}.")
    if there:
        typer.echo(
            f"Data were there already ({', '.join(there)}), so nobody can show that they were not looked at."
        )
    else:
        typer.echo("None of the data files was there yet.")
    typer.echo(f"Wrote {out}. Keep it, then: auditkit run {audit_file} --pledge {out}")
