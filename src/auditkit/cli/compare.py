"""`auditkit compare`: what changed between two run folders, and whether by more than chance."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditkit.errors import shown

if TYPE_CHECKING:
    from auditkit.results.changes import Changes, FigureChange

RELATIONS = {
    "same_files": "Both audits rest on the same files. So no change is chance: it comes from definitions, seed or version.",
    "same_records": "Both audits rest on the same main table. So no change is chance: it comes from other files, "
    "definitions, seed or version.",
    "different_records": "The main tables differ. Ranges assume that no record stands in both; nobody can tell from "
    "hashes. If some do, ranges are usually too wide.",
}
Cells = tuple[str, ...]


def compare(
    a: Annotated[Path, typer.Argument(help="A run folder.")],
    b: Annotated[Path, typer.Argument(help="Another run folder.")],
    every: Annotated[
        bool, typer.Option("--all", help="List every figure, not only those that changed.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Say what changed between two audits, and whether by more than chance."""
    from auditkit.pipeline import compare_audits

    changes = compare_audits(a, b)
    if as_json:
        typer.echo(json.dumps(asdict(changes), ensure_ascii=False, indent=1))
        return
    _table(("what", "A", "B"), [_fact(fact.name, fact.a, fact.b) for fact in changes.facts if not fact.same])
    same = [fact.name for fact in changes.facts if fact.same]
    typer.echo(f"Same in both: {', '.join(same) or 'nothing'}.")
    typer.echo(f"Advice: {changes.recommendation_a} in A, {changes.recommendation_b} in B.")
    if not changes.same_policy:
        typer.echo("The policies differ, so a verdict may change though no figure does.")
    typer.echo(RELATIONS[changes.relation])
    _findings(changes)
    _figures(changes, every=every)


def _fact(name: str, a: str | None, b: str | None) -> Cells:
    return name, a or "none", b or "none"


def _findings(changes: "Changes") -> None:
    typer.echo(f"Verdicts that changed: {len(changes.findings)}.")
    _table(("limit", "A", "B"), [_fact(one.id, one.a, one.b) for one in changes.findings])


def _figures(changes: "Changes", *, every: bool) -> None:
    telling = (*changes.of("changed"), *changes.of("differs"))
    typer.echo(_count(changes))
    _table(
        ("figure", "A", "B", "change", "because"), [_row(f) for f in (changes.figures if every else telling)]
    )
    for words, names in (
        ("Only in A", changes.only_a),
        ("Only in B", changes.only_b),
        ("Withheld in A or B", changes.withheld),
    ):
        if names:
            typer.echo(f"{words}: {len(names)} figures, such as {shown(names, most=3)}.")


def _count(changes: "Changes") -> str:
    if changes.relation != "different_records":
        return f"Figures: {len(changes.of('differs'))} of {len(changes.figures)} differ."
    return (
        f"Figures: {len(changes.of('changed'))} of {changes.compared} compared changed by more than chance; "
        f"{len(changes.of('within_chance'))} moved within chance, which does not mean that nothing changed; "
        f"{len(changes.of('cannot_tell'))} cannot be told. All comparisons share one 5 % chance of a false alarm "
        "(Bonferroni); ranges in brackets are those of one figure alone."
    )


def _row(figure: "FigureChange") -> Cells:
    form = "{:.6g} times" if figure.scale == "ratio" else "{:+.6g}"
    changed = "" if figure.change is None else form.format(figure.change)
    return (
        figure.id, _value(figure.a, figure.a_interval), _value(figure.b, figure.b_interval),
        _with_range(changed, figure.interval), figure.because or figure.verdict.replace("_", " "),
    )  # fmt: skip


def _value(value: float | None, interval: tuple[float | None, float | None] | None) -> str:
    return _with_range("none" if value is None else f"{value:.6g}", interval)


def _with_range(text: str, interval: tuple[float | None, float | None] | None) -> str:
    if interval is None:
        return text
    low, high = ("no limit" if limit is None else f"{limit:.6g}" for limit in interval)
    return f"{text} ({low} to {high})"


def _table(header: Sequence[str], rows: Iterable[Cells]) -> None:
    """Draw a table on a terminal; elsewhere write one plain line per row."""
    safe = [[_printable(cell) for cell in row] for row in rows]
    if not safe:
        return
    if not _on_terminal():
        for row in safe:
            typer.echo(
                "  " + "; ".join(f"{name}: {cell}" for name, cell in zip(header, row, strict=True) if cell)
            )
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*header)
    for row in safe:
        table.add_row(*(Text(cell, overflow="fold") for cell in row))  # text, so that brackets are no markup
    Console().print(table)


def _on_terminal() -> bool:
    return sys.stdout.isatty()


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
