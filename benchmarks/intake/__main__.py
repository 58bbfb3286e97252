"""How large a file may be: `python -m benchmarks.intake`, from the repository's folder.

It makes files of people in a cache folder, audits each in a process of its own, lets pandas read the same file, removes
the file, and writes docs/benchmarks/intake.md. Interrupted, it goes on where it stopped.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.intake.make_data import BYTES_A_ROW, make
from benchmarks.intake.page import PROMISED, Compared, page
from benchmarks.speed.__main__ import CACHE, ROOT
from benchmarks.speed.limits import Limits, run
from benchmarks.speed.results import Kept, Measured, combined

PAGE = ROOT / "docs" / "benchmarks" / "intake.md"
SIZES = (100_000, 1_000_000, 10_000_000)
LARGE = (2.1,)
PROGRAMS = {"auditkit": "this_audit", "pandas": "pandas_reader"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every file, then write the page."""
    options = _options(arguments)
    kept = Kept(options.cache / "intake.jsonl")
    limits = {
        "auditkit": Limits(seconds=options.seconds, memory=PROMISED),
        "pandas": Limits(seconds=options.seconds, memory=options.gigabytes * 1e9),
    }
    found = [
        compared(kind, rows, kept=kept, cache=options.cache, limits=limits) for kind, rows in _files(options)
    ]
    options.page.write_text(page(found), encoding="utf-8")
    kept.path.unlink()
    sys.stderr.write(f"written: {options.page}\n")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.intake", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("--rows", type=int, nargs="*", default=SIZES, help="sizes, as CSV and as Parquet")
    parser.add_argument(
        "--large", type=float, nargs="*", default=LARGE, help="more CSVs, by gigabytes, such as 5"
    )
    parser.add_argument(
        "--cache", type=Path, default=CACHE, help="where files and results are kept meanwhile"
    )
    parser.add_argument("--page", type=Path, default=PAGE, help="the page to write")
    parser.add_argument("--seconds", type=float, default=3600, help="how long a program may take")
    parser.add_argument("--gigabytes", type=float, default=16, help="how much memory pandas may hold")
    return parser.parse_args(arguments)


def _files(options: argparse.Namespace) -> Iterator[tuple[str, int]]:
    yield from ((kind, rows) for rows in options.rows for kind in ("csv", "parquet"))
    yield from (("csv", int(size * 1e9 / BYTES_A_ROW)) for size in options.large)


def compared(kind: str, rows: int, *, kept: Kept, cache: Path, limits: dict[str, Limits]) -> Compared:
    """Measure one file, unless that was done before, and remove it."""
    folder = cache / "intake" / f"{rows}.{kind}"
    names = {program: f"{program} {kind}" for program in PROGRAMS}
    for program, name in names.items():
        if kept.find(name, rows) is None:
            audit = make(folder, rows=rows, kind=kind)
            size = (folder / f"people.{kind}").stat().st_size
            module = f"benchmarks.intake.{PROGRAMS[program]}"
            ended = run([sys.executable, "-m", module, str(audit)], folder=ROOT, limits=limits[program])
            kept.add(_sized(combined(name, rows, [ended]), size))
            sys.stderr.write(
                f"{name}, {rows:,} rows: {ended.status}, {ended.peak / 1e9:.2f} GB {ended.complaint}\n"
            )
    shutil.rmtree(folder, ignore_errors=True)
    ours, pandas = (kept.measured[name, rows] for name in names.values())
    return Compared(kind=kind, rows=rows, bytes=int(ours.figures["bytes"]), ours=ours, pandas=pandas)


def _sized(item: Measured, size: int) -> Measured:
    item.figures["bytes"] = size
    return item


if __name__ == "__main__":
    main()
