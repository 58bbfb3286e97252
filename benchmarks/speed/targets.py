"""What was promised, and whether the measurements keep it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.speed.programs import AEQUITAS, BOOTSTRAP, FLOOR, FRAME, OURS, SCALED
from benchmarks.speed.results import Measured, differences

Results = Mapping[tuple[str, int], Measured]
REPLICATES = 100
MILLION = 1_000_000
AFTER = ("measure", "simulate", "judge", "report")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A promise and what was found."""

    promise: str
    found: str
    met: bool | None
    """None where it was not measured."""


def tallies(ours: Measured) -> float:
    """Seconds of all tallies together: the passes over the rows, and what is made of them."""
    return ours.laps["count"] + ours.laps["tally"]


def estimates(ours: Measured) -> float:
    """Seconds from the Parquet file to estimates with intervals."""
    return ours.laps["load"] + tallies(ours) + ours.laps["measure"]


def scaled(results: Results, rows: int) -> float | None:
    """Seconds that `MetricFrame` would take with 100 bootstrap replicates, from two replicates of one frame.

    A replicate of that frame takes half of what two add; as a share of the frame without replicates it holds for the
    other frames too.
    """
    frames, boot = _done(results, FRAME.name, rows), _done(results, BOOTSTRAP.name, rows)
    if frames is None or boot is None:
        return None
    replicate = (boot.laps["two replicates"] - boot.laps["plain"]) / 2 / boot.laps["plain"]
    return frames.seconds + REPLICATES * replicate * (frames.seconds - frames.laps["read"])


def targets(results: Results) -> Iterator[Target]:
    """Judge each promise by the measurements."""
    for n in (10 * MILLION, 100 * MILLION):
        ours, floor = _done(results, OURS.name, n), _done(results, FLOOR.name, n)
        found = None if ours is None or floor is None else tallies(ours) / floor.seconds
        yield _at_most(
            f"all tallies together at {n:,} rows: at most 3 times the floor", found, 3, "{:.1f} times"
        )
    audits = [item for (name, _), item in results.items() if name == OURS.name and item.status == "done"]
    longest = max((sum(item.laps[name] for name in AFTER) for item in audits), default=None)
    yield _at_most("everything after the tally, whatever the rows: at most 3 s", longest, 3, "{:.1f} s")
    most = _done(results, OURS.name, 100 * MILLION)
    memory = None if most is None else most.peak / 1e9
    yield _at_most("memory at 100,000,000 rows: under 1.5 GB", memory, 1.5, "{:.2f} GB")
    yield _times_faster(results, SCALED, scaled(results, MILLION), rows=MILLION, times=1000)
    for program, times in ((FRAME, 100), (AEQUITAS, 5)):
        seconds = _believed(results, program.name, 10 * MILLION)
        yield _times_faster(results, program.name, seconds, rows=10 * MILLION, times=times)
    ours, theirs = _done(results, OURS.name, 10 * MILLION), _done(results, AEQUITAS.name, 10 * MILLION)
    share = None if ours is None or theirs is None else ours.peak / theirs.peak
    yield _at_most("memory at 10,000,000 rows: at most 1/10 of that of aequitas", share, 0.1, "{:.2f}")


def _at_most(promise: str, found: float | None, limit: float, shape: str) -> Target:
    if found is None:
        return Target(promise=promise, found="", met=None)
    return Target(promise=promise, found=shape.format(found), met=found <= limit)


def _times_faster(results: Results, name: str, seconds: float | None, *, rows: int, times: float) -> Target:
    promise = (
        f"from Parquet file to estimates with intervals at {rows:,} rows: {times:,} times faster than {name}"
    )
    ours = _done(results, OURS.name, rows)
    if ours is None or seconds is None:
        return Target(promise=promise, found="", met=None)
    found, stopped = seconds / estimates(ours), _status(results, name, rows) == "too long"
    met = found >= times or (None if stopped else False)
    return Target(promise=promise, found=f"{'more than ' if stopped else ''}{found:,.0f} times", met=met)


def _believed(results: Results, name: str, rows: int) -> float | None:
    """Return the seconds of another tool: how long it ran until it was stopped, or None if its figures are not ours."""
    ours, theirs = _done(results, OURS.name, rows), results.get((name, rows))
    if ours is None or theirs is None or theirs.status not in {"done", "too long"}:
        return None
    return None if theirs.status == "done" and differences(ours, theirs) else theirs.seconds


def _status(results: Results, name: str, rows: int) -> str:
    found = results.get((name, rows))
    return found.status if found is not None else ""


def _done(results: Results, name: str, rows: int) -> Measured | None:
    found = results.get((name, rows))
    return found if found is not None and found.status == "done" else None
