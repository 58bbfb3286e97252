"""`auditkit examine`: a start from partial data, with guesses marked as guesses."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditkit.errors import ReportError, shown

if TYPE_CHECKING:
    from auditkit.results.examination import Examination

KINDS = {
    "people": "rows of people", "counts": "counts by group", "confusion": "a confusion matrix by group",
    "totals": "how many of how many, by group", "rates": "rates of groups", "alerts": "rows of alerts",
    "forecasts": "areas by period", "area_counts": "counts by area", "areas": "areas",
    "incidents": "past incidents", "unknown": "not recognised",
}  # fmt: skip


def examine(
    files: Annotated[
        list[Path], typer.Argument(help="Tables: predictions, areas, published counts or rates.")
    ],
    out: Annotated[Path | None, typer.Option(help="Write the proposed audit file here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Say what partial data can show, what looks wrong in them, and propose an audit file."""
    from auditkit.examine.examining import examine as look

    folder = Path() if out is None else out.parent
    found = look(files, folder=folder)
    if out is not None and found.proposal is not None:
        extract = {} if found.extract is None else {folder / found.extract.file: found.extract.text}
        _write({**extract, out: found.proposal})
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False, indent=1))
    else:
        _print(found, out)


def _write(texts: dict[Path, str]) -> None:
    """Write files that do not exist yet; if one of them does, none is written."""
    for path in texts:
        if path.exists():
            raise ReportError(where=str(path), found="the file exists.", mend="Name another file.")
    for path, text in texts.items():
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            found = f"it cannot be written ({error.strerror})."
            raise ReportError(where=str(path), found=found, mend="Name another file.") from error


def _print(found: "Examination", out: Path | None) -> None:
    typer.echo("What these tables seem to be")
    for table in found.tables:
        typer.echo(f"  {shown([table.file])}: {table.rows:,} rows, {KINDS[table.kind]}; {table.reason}.")
        for column in table.columns:
            if column.meaning != "unknown":
                values = f" ({shown(column.values, most=6)})" if column.values else ""
                typer.echo(f"    {column.meaning.replace('_', ' '):<15}{shown([column.name])}{values}")
    if found.remarks:
        typer.echo("What looks wrong, or has to be known")
    for remark in found.remarks:
        typer.echo(f"  {remark.code}: {shown([remark.file])}: {remark.found}\n    {remark.ask}")
    _print_answers(found)
    _print_proposal(found, out)


def _print_answers(found: "Examination") -> None:
    for title, possible in (("What can be concluded", True), ("What cannot be concluded", False)):
        typer.echo(title)
        these = [answer for answer in found.answers if answer.possible == possible]
        for answer in these:
            asked = f"\n    Ask for: {answer.ask}" if answer.ask else ""
            typer.echo(f"  {answer.question} {answer.why}{asked}")
        if not these:
            typer.echo("  nothing so far")


def _print_proposal(found: "Examination", out: Path | None) -> None:
    if found.proposal is None:
        typer.echo("No audit file is proposed: nothing in these tables says who or what was flagged.")
    elif out is None:
        typer.echo(
            f"Proposed audit file, with {len(found.blanks)} blanks; --out FILE writes it\n\n{found.proposal}",
            nl=False,
        )
    else:
        if found.extract is not None:
            typer.echo(f"Wrote {out.parent / found.extract.file}: areas and counts, which the audit reads.")
        typer.echo(f"Wrote {out}. Fill in its {len(found.blanks)} blanks, then: auditkit run {out}")
