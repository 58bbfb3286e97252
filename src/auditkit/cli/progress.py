"""Progress on a terminal as one moving line; elsewhere as plain lines on stderr; with --quiet not at all."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

Progress = Callable[[str, str], None]


@contextmanager
def shown(*, quiet: bool, stages: tuple[str, ...]) -> Iterator[Progress]:
    """Show the stages of an audit as they start."""
    if quiet:
        yield _silent
    elif sys.stderr.isatty():
        with _bar(stages) as progress:
            yield progress
    else:
        yield _lines()


@contextmanager
def _bar(stages: tuple[str, ...]) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(24),
        TextColumn("{task.fields[detail]}"),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("start", total=len(stages), detail="")

        def show(stage: str, detail: str) -> None:
            bar.update(
                task, description=stage, completed=stages.index(stage), detail=detail[:48].replace("[", "\\[")
            )

        yield show


def _silent(_stage: str, _detail: str) -> None:
    return


def _lines() -> Progress:
    seen: set[str] = set()

    def show(stage: str, detail: str) -> None:
        if stage not in seen:
            seen.add(stage)
            typer.echo(f"{stage}: {detail}", err=True)

    return show
