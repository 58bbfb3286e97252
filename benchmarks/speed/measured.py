"""What every measured program shares: the figures it has to find, its clock, and the line it prints.

Standard library only, because the programs of other tools import it in environments of their own.
"""

import json
import resource
import sys
import time
from collections.abc import Iterable
from importlib.metadata import version
from itertools import combinations
from pathlib import Path

GROUPS = ("race", "sex", "age")
DIMENSIONS = tuple((name,) for name in GROUPS) + tuple(combinations(GROUPS, 2))
"""Every way of dividing people: three groups and their three intersections."""
RATES = ("selection_rate", "false_positive_rate", "false_negative_rate", "positive_predictive_value")
COLUMNS = [*GROUPS, "flagged", "outcome"]
UNKNOWN = "Unknown"


class Clock:
    """Seconds since it was made, and of each lap."""

    def __init__(self) -> None:
        self.started = self.last = time.perf_counter()
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """End a lap."""
        now = time.perf_counter()
        self.laps[name] = self.laps.get(name, 0.0) + now - self.last
        self.last = now


def figure(rate: str, dimension: Iterable[str], group: Iterable[object]) -> str:
    """Name a rate of a group the same way whoever computed it: `selection_rate/race=Black+sex=Male`."""
    return f"{rate}/{'+'.join(f'{name}={value}' for name, value in zip(dimension, group, strict=True))}"


def report(clock: Clock, *, figures: dict[str, float], library: str) -> None:
    """Print what was measured as one line of JSON."""
    found = {
        "seconds": clock.last - clock.started, "laps": clock.laps, "peak": peak(), "library": f"{library} {version(library)}",
        "figures": {name: float(value) for name, value in figures.items()},
    }  # fmt: skip
    sys.stdout.write(f"\n{json.dumps(found)}\n")


def peak() -> int:
    """Return the most bytes this program has held; Linux would otherwise count what its parent held at the start."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="ascii").splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
