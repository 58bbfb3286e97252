"""How fast the feedback loop is played: `python -m benchmarks.feedback` measures and writes docs/benchmarks/feedback.md."""

import os
import platform
import resource
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from benchmarks.feedback import city, loops

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks" / "feedback.md"
ROUNDS, REPLICATES, FEW = 1_000, 1_000, 20
TEXT = """# Speed of the feedback loop

How fast auditkit plays the urn of methods 6.1, beside the ways in which simulators are usually written.
`make benchmark-feedback` measures and writes this page; every ratio comes from one run on one machine.

Machine: {machine}. Versions: {versions}.

{replicates:,} replicates of {rounds:,} rounds, {areas} areas, one visit a round, discovered records alone.

| way | CPU seconds | per visit | mean final share of the last area |
| --- | --- | --- | --- |
{rows}

- **Per-step numpy** calls `choice` and `poisson` for every visit. {few} replicates were timed, and scaled to {replicates:,}.
- **Plain Python** uses running sums, `random.choices` and Knuth's Poisson numbers.
- **Without numba** and **auditkit** give the same numbers, digit by digit. Compiling takes {compiling:.1f} seconds once, and is left out.
- **Floor** draws a whole number and a Poisson number for each visit with numpy, and does nothing else.
- **Uniform numbers** are what auditkit really draws: two for each visit. It looks the Poisson number up in a table.

## Targets

| target | found | |
| --- | --- | --- |
{targets}

## A city

{city_areas:,} areas, {city_rounds} rounds, {city_replicates} replicates, {city_visits} visits a round, reports in every area.

| tool | CPU seconds |
| --- | --- |
| the urn | {urn:.0f} |
| top areas by a rolling count | {top:.0f} |

The process held {memory:.2f} GB at most, libraries included.
Other machines give other seconds; ratios move less.
"""


def main() -> None:
    """Measure, print and write the page."""
    compiling = _timed(lambda: loops.ours(2, 2, compiled=True))[0]
    ways: dict[str, tuple[Callable[[], float], int]] = {
        "per-step numpy": (lambda: loops.per_step_numpy(ROUNDS, FEW), REPLICATES // FEW),
        "plain Python": (lambda: loops.plain_python(ROUNDS, REPLICATES), 1),
        "auditkit without numba": (lambda: loops.ours(ROUNDS, REPLICATES, compiled=False), 1),
        "auditkit": (lambda: min_of_three(lambda: loops.ours(ROUNDS, REPLICATES, compiled=True)), 1),
        "floor": (lambda: min_of_three(lambda: loops.floor(ROUNDS, REPLICATES)), 1),
        "uniform numbers": (lambda: min_of_three(lambda: loops.uniforms(ROUNDS, REPLICATES)), 1),
    }
    seconds: dict[str, float] = {}
    rows = []
    for name, (run, scale) in ways.items():
        took, share = _timed(run)
        seconds[name] = scale * (BEST.pop() if BEST else took)
        shown = "" if share != share else f"{100 * share:.2f} %"  # noqa: PLR0124  # not a number
        rows.append(
            f"| {name} | {seconds[name]:.3f} | {1e9 * seconds[name] / ROUNDS / REPLICATES:,.0f} ns | {shown} |"
        )
        print(rows[-1], flush=True)
    urn, top = (_timed(run)[0] for run in (city.urn, city.top_areas))
    PAGE.write_text(
        TEXT.format(
            machine=f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}",
            versions=", ".join(f"{name} {version(name)}" for name in ("auditkit", "numpy", "numba")),
            replicates=REPLICATES, rounds=ROUNDS, areas=loops.AREAS, rows="\n".join(rows), few=FEW, compiling=compiling,
            targets="\n".join(_targets(seconds)), city_areas=city.AREAS, city_rounds=city.ROUNDS,
            city_replicates=city.REPLICATES, city_visits=city.VISITS, urn=urn, top=top,
            memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9,
        )
    )  # fmt: skip
    print(PAGE.read_text())


BEST: list[float] = []
"""The quickest of three runs, where a way is timed three times."""


def min_of_three(run: Callable[[], float]) -> float:
    """Run three times and remember the quickest: short runs are disturbed most."""
    times = [_timed(run) for _ in range(3)]
    BEST[:] = [min(took for took, _ in times)]
    return times[0][1]


def _timed(run: Callable[[], object]) -> tuple[float, float]:
    start = time.process_time()
    found = run()
    return time.process_time() - start, found if isinstance(found, float) else float("nan")


def _targets(seconds: dict[str, float]) -> list[str]:
    own = seconds["auditkit"]
    checked = (
        ("at least 50 times as fast as plain Python", seconds["plain Python"] / own, 50, True),
        ("at least 200 times as fast as per-step numpy", seconds["per-step numpy"] / own, 200, True),
        ("at most 3 times the floor", own / seconds["floor"], 3, False),
    )
    return [
        f"| {name} | {found:,.1f} times | {'met' if (found >= limit) == least else 'missed'} |"
        for name, found, limit, least in checked
    ]


if __name__ == "__main__":
    main()
