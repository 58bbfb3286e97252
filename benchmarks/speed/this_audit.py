"""The audit itself, through `run_audit`, with a lap for each stage.

Counts are made while the table is loaded, so that checks and tallies share them: the lap `count` is that part of
loading, and `tally` is the stage that reads them.
"""

import importlib
import sys
from collections.abc import Iterable

from auditkit import Audit, run_audit
from auditkit.results import rows
from auditkit.results.tally import UNKNOWN as NOT_KNOWN
from benchmarks.speed.measured import DIMENSIONS, RATES, UNKNOWN, Clock, figure, report

LOADED_BY_STAGES = (
    "babel.support", "fairlearn.metrics", "great_expectations", "ibis.backends.duckdb", "scipy.stats", "sklearn.metrics",
)  # fmt: skip
"""Libraries that stages import when they run; imports are not part of the measured time."""


class Stages(Clock):
    """A clock whose laps are the stages of an audit."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = "load"

    def progress(self, stage: str, _detail: str) -> None:
        """End the lap of the stage before."""
        self.lap(self.stage)
        self.stage = stage


def time_counting(clock: Stages) -> None:
    """Give the counts that `load` makes ahead a lap of their own."""
    plain = rows.Rows.counted_ahead

    def timed(self: rows.Rows, requests: Iterable[tuple[str, ...]]) -> rows.Rows:
        clock.lap(clock.stage)
        counted = plain(self, requests)
        clock.lap("count" if clock.stage == "load" else clock.stage)
        return counted

    rows.Rows.counted_ahead = timed  # type: ignore[method-assign,assignment]  # timed from outside


def figures(audit: Audit) -> dict[str, float]:
    """Take the rates that other tools compute too; withheld ones have no value."""
    found: dict[str, float] = {}
    for item in audit.document.measurements:
        dimension = tuple(item.group)
        if item.metric not in RATES or dimension not in DIMENSIONS or item.against or item.stratum:
            continue
        if item.value is not None:
            values = [UNKNOWN if value == NOT_KNOWN else value for value in item.group.values()]
            found[figure(item.metric, dimension, values)] = item.value
    return found


def main() -> None:
    """Measure one audit file."""
    for name in LOADED_BY_STAGES:
        importlib.import_module(name)
    clock = Stages()
    time_counting(clock)
    audit = run_audit(sys.argv[1], progress=clock.progress)
    clock.lap(clock.stage)
    report(clock, figures=figures(audit), library="auditkit")


if __name__ == "__main__":
    main()
