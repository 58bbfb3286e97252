"""Cases in batches, each drawn from one seed, so that a failing batch can be drawn again."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, seed, settings

from benchmarks.fuzz import breaking
from benchmarks.fuzz.outcomes import examined, outcome
from benchmarks.fuzz.worlds import Case

STRATEGIES = {
    "sections": breaking.broken_sections, "text": breaking.broken_text, "tables": breaking.refused_tables,
    "odd": breaking.odd_tables, "examined": breaking.any_tables,
}  # fmt: skip
PARTS = {"sections": 550, "text": 350, "tables": 80, "odd": 20, "examined": 40}
"""How many cases of a batch break an audit file, its text, or a table, are odd and may be audited, or are examined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What became of a batch."""

    part: str
    seed: int
    reports: int
    refused: int
    seconds: float
    """CPU seconds."""
    failure: str | None
    """The smallest case that broke the contract, and how."""


def run_batch(part: str, *, number: int, size: int) -> Batch:
    """Draw a batch of cases and run them; hypothesis makes a failing case as small as it can."""
    begun, found, failure = time.process_time(), Counter[str](), None
    with TemporaryDirectory(prefix="auditkit-fuzz-") as folder:
        try:
            _drawn(part, Path(folder), found, number=number, size=size)()
        except Exception as error:  # noqa: BLE001  # whatever it is, it is what we look for
            failure = "\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())])
    return Batch(
        part=part, seed=number, reports=found["report"], refused=found["refused"], failure=failure,
        seconds=time.process_time() - begun,
    )  # fmt: skip


def _drawn(part: str, folder: Path, found: Counter[str], *, number: int, size: int) -> Callable[[], None]:
    places = count()

    @seed(number)
    @settings(max_examples=size, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=STRATEGIES[part]())
    def run(case: Case) -> None:
        place = folder / str(next(places))
        found[examined(case, place) if part == "examined" else outcome(case, place)] += 1
        rmtree(place)

    drawn: Callable[[], None] = run
    return drawn
