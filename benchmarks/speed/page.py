"""The page that says what was measured, on which machine, and how long it took."""

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.speed.limits import Limits
from benchmarks.speed.measured import RATES
from benchmarks.speed.programs import FLOOR, OURS, PEERS, SCALED
from benchmarks.speed.results import Measured, differences
from benchmarks.speed.targets import AFTER, Results, estimates, scaled, tallies, targets

TEXT = """# Speed

How long an audit takes and how much memory it needs, beside the floor and beside other tools.
`make benchmark-speed` measures and writes this page; every ratio comes from one run on one machine.

{machine}

## Targets

{targets}

## The audit

Made people with three groups, their intersections, 200 areas and 20 scores; every rate with its interval and comparisons.

{audit}

- **Floor**: DuckDB decodes each column that the audit uses once, with a plain maximum of each.
- **Load** opens the file, fingerprints it and looks for values that nobody declared.
- **Count** is the passes over the rows; **tally** reads what they found into small tables.
- **Checks** is the facts that Great Expectations judges. Other tools have none, so no ratio contains it.
- **After** is everything after the tally: measuring, judging and writing the report.
- **Estimates** is the way from the Parquet file to estimates with intervals: load, count, tally and measuring.

Times are seconds, the median of three runs, each in a process of its own. Imports are left out.
Memory is the most that a process held at once, libraries included. Files were in the page cache.

## Other tools

{peers}

They compute four rates for the same groups and intersections: {rates}.
Ours is the whole audit: more rates, intervals, comparisons, areas and scores. A time counts only if all their figures equal ours to nine digits after the point.
A program may take {limits.seconds:g} seconds and {gigabytes:g} GB. What is stopped there is not tried on larger tables.

fairlearn's intervals are those of a bootstrap of the rows. It was run with two replicates on one of six frames.
The row "{scaled}" scales that to 100 replicates and six frames.

## What it does not say

- Values are spread evenly through the file. Files that are sorted decode faster.
- A score with more than a thousand values is counted in bins, which takes a pass for each group.
- Other machines give other seconds; ratios move less.
"""


def page(results: Results, *, rows: Sequence[int], limits: Limits) -> str:
    """Write the page."""
    verdicts = {True: "met", False: "**missed**", None: "not measured"}
    return TEXT.format(
        machine=machine(results.values()), rates=", ".join(f"`{name}`" for name in RATES), limits=limits, gigabytes=limits.memory / 1e9, scaled=SCALED,
        targets=table(("target", "found", ""), ((t.promise, t.found, verdicts[t.met]) for t in targets(results))),
        audit=table(AUDIT_HEAD, _audits(results, rows)), peers=table(PEER_HEAD, _peers(results, rows)),
    )  # fmt: skip


AUDIT_HEAD = (
    "rows",
    "floor",
    "load",
    "count",
    "tally",
    "count and tally ÷ floor",
    "checks",
    "after",
    "estimates",
    "memory",
)
PEER_HEAD = ("rows", "program", "seconds", "memory", "seconds ÷ ours", "memory ÷ ours", "figures")


def _audits(results: Results, rows: Iterable[int]) -> Iterator[tuple[str, ...]]:
    for n in rows:
        ours, floor = results.get((OURS.name, n)), results.get((FLOOR.name, n))
        if ours is None or floor is None or {ours.status, floor.status} != {"done"}:
            yield (f"{n:,}", *("not measured" for _ in AUDIT_HEAD[1:]))
            continue
        laps = ours.laps
        after = sum(laps[name] for name in AFTER)
        times = (floor.seconds, laps["load"], laps["count"], laps["tally"])
        yield (
            f"{n:,}", *(f"{time:.2f}" for time in times), f"{tallies(ours) / floor.seconds:.1f}",
            f"{laps['validate']:.2f}", f"{after:.2f}", f"{estimates(ours):.2f}", _memory(ours),
        )  # fmt: skip


def _peers(results: Results, rows: Iterable[int]) -> Iterator[tuple[str, ...]]:
    for n in rows:
        ours = results.get((OURS.name, n))
        if ours is None or ours.status != "done":
            continue
        yield f"{n:,}", OURS.name, f"{estimates(ours):.2f}", _memory(ours), "1", "1", "ours"
        for program in PEERS:
            item = results.get((program.name, n))
            if item is not None:
                yield _peer(item, ours)
        if (whole := scaled(results, n)) is not None:
            yield (
                f"{n:,}",
                SCALED,
                f"{whole:,.0f}, scaled",
                "",
                f"{whole / estimates(ours):,.0f}",
                "",
                "not compared",
            )


def _peer(item: Measured, ours: Measured) -> tuple[str, ...]:
    rows = f"{item.rows:,}"
    if item.status != "done":
        words = {"too long": f"stopped after {item.seconds:.0f}", "too much memory": "stopped"}.get(
            item.status, "failed"
        )
        words = "not tried" if item.complaint == "not tried" else words
        return rows, item.program, words, _memory(item) if item.peak else "", "", "", ""
    wrong = len(differences(ours, item)) if item.figures else 0
    figures = f"{wrong} differ" if wrong else "equal" if item.figures else "not compared"
    ratios = (f"{item.seconds / estimates(ours):,.1f}", f"{item.peak / ours.peak:.1f}")
    return rows, item.program, f"{item.seconds:.2f}", _memory(item), *ratios, figures


def _memory(item: Measured) -> str:
    return f"{item.peak / 1e9:.2f} GB"


def machine(measured: Iterable[Measured]) -> str:
    """Name the machine, and the versions of what was measured."""
    libraries = sorted({item.library for item in measured if item.library})
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"Machine: {cores} cores ({_processor()}), {memory:.0f} GB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}.\n"
        f"Versions: {', '.join(libraries)}, ibis-framework {version('ibis-framework')}."
    )


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    return next(
        (line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor()
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
