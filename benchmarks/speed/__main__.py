"""How long an audit takes, beside the floor and other tools: `python -m benchmarks.speed`, from the repository's folder.

It makes its data and the environments of the other tools in a cache folder, measures each program in a process of its
own, and writes docs/benchmarks/speed.md. Interrupted, it goes on where it stopped; finished, it starts anew next time.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from subprocess import CalledProcessError

from benchmarks.speed import make_data
from benchmarks.speed.limits import Limits, run
from benchmarks.speed.page import page
from benchmarks.speed.programs import FLOOR, OURS, PEERS, Program, python_for
from benchmarks.speed.results import Kept, Measured, combined

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "benchmarks" / "speed.md"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "auditkit" / "benchmarks"
SIZES = (100_000, 1_000_000, 10_000_000, 100_000_000)
SECONDS, GIGABYTES = 600, 20


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every program at every size, then write the page."""
    options = _options(arguments)
    kept = Kept(options.cache / "unfinished.jsonl")
    limits = Limits(seconds=options.seconds, memory=options.gigabytes * 1e9)
    programs: tuple[Program, ...] = (FLOOR, OURS) if options.no_peers else (FLOOR, OURS, *PEERS)
    if options.once:
        programs = tuple(replace(program, times=1) for program in programs)
    for rows in options.rows:
        for program in programs:
            if not program.sizes or rows in program.sizes:
                found = measured(program, rows, kept=kept, cache=options.cache, limits=limits)
                _say(_line(found))
    options.page.parent.mkdir(parents=True, exist_ok=True)
    options.page.write_text(page(kept.measured, rows=options.rows, limits=limits), encoding="utf-8")
    kept.path.replace(options.cache / "finished.jsonl")
    _say(f"written: {options.page}")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speed", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES, help="sizes of the table")
    parser.add_argument(
        "--cache", type=Path, default=CACHE, help="where data, environments and results are kept"
    )
    parser.add_argument("--page", type=Path, default=PAGE, help="the page to write")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long a program may take")
    parser.add_argument("--gigabytes", type=float, default=GIGABYTES, help="how much memory it may hold")
    parser.add_argument("--once", action="store_true", help="measure the audit once, not three times")
    parser.add_argument("--no-peers", action="store_true", help="leave other tools out")
    return parser.parse_args(arguments)


def measured(program: Program, rows: int, *, kept: Kept, cache: Path, limits: Limits) -> Measured:
    """Measure one program on one table, unless that was done or a smaller table was already too much for it."""
    if (found := kept.find(program.name, rows)) is not None:
        return found
    smaller = [item for item in kept.measured.values() if item.program == program.name and item.rows < rows]
    stopped = next((item for item in smaller if item.status in {"too long", "too much memory"}), None)
    if stopped is not None:
        found = Measured(program=program.name, rows=rows, status=stopped.status, complaint="not tried")
    else:
        found = _run(program, rows, cache=cache, limits=limits)
    kept.add(found)
    return found


def _run(program: Program, rows: int, *, cache: Path, limits: Limits) -> Measured:
    audit = make_data.make(cache / "data" / f"{rows}", rows=rows)
    try:
        python = python_for(program, cache=cache)
    except CalledProcessError:
        return Measured(
            program=program.name, rows=rows, status="failed", complaint="it could not be installed"
        )
    command = [python, "-m", f"benchmarks.speed.{program.module}", str(audit), *program.arguments]
    runs = []
    for _ in range(program.times):
        runs.append(run(command, folder=ROOT, limits=limits))
        if runs[-1].status != "done":
            break
    found = combined(program.name, rows, runs)
    return replace(found, seconds=limits.seconds) if found.status == "too long" else found


def _line(found: Measured) -> str:
    took = f"{found.seconds:.2f} s, {found.peak / 1e9:.2f} GB" if found.status == "done" else found.complaint
    return f"{found.rows:>11,}  {found.program}: {found.status}  {took}"


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
