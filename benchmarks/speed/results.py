"""Measurements kept outside the repository, so that an interrupted benchmark goes on where it stopped."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.speed.limits import Ended, Status

EQUAL = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One program on one table."""

    program: str
    rows: int
    status: Status
    peak: int = 0
    seconds: float = 0.0
    """From Parquet file to estimates, without imports."""
    laps: dict[str, float] = field(default_factory=dict)
    library: str = ""
    figures: dict[str, float] = field(default_factory=dict)
    complaint: str = ""


def combined(program: str, rows: int, runs: Iterable[Ended]) -> Measured:
    """Put the runs of one program together: medians of times, the highest peak; or the first run that did not end well."""
    runs = list(runs)
    peak = max(run.peak for run in runs)
    bad = next((run for run in runs if run.status != "done"), None)
    if bad is not None:
        return Measured(program=program, rows=rows, status=bad.status, peak=peak, complaint=bad.complaint)
    first = runs[0].printed
    return Measured(
        program=program, rows=rows, status="done", peak=peak, library=first["library"], figures=first["figures"],
        seconds=median(run.printed["seconds"] for run in runs),
        laps={name: median(run.printed["laps"][name] for run in runs) for name in first["laps"]},
    )  # fmt: skip


def differences(ours: Measured, other: Measured) -> list[str]:
    """Name the figures that another program finds otherwise, or not at all; a time counts only if there are none."""
    return [
        name
        for name, value in ours.figures.items()
        if name not in other.figures or not abs(other.figures[name] - value) <= EQUAL
    ]


class Kept:
    """Measurements of one benchmark, appended to a file as they are made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self.measured = {
            (item.program, item.rows): item for item in (Measured(**json.loads(line)) for line in lines)
        }

    def find(self, program: str, rows: int) -> Measured | None:
        """Return a measurement, if it was made."""
        return self.measured.get((program, rows))

    def add(self, item: Measured) -> None:
        """Keep a measurement."""
        self.measured[item.program, item.rows] = item
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(item)) + "\n")
