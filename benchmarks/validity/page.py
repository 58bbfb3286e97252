"""The page that says how often audits of made worlds were right."""

import os
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.validity.places import CITIES
from benchmarks.validity.running import Record
from benchmarks.validity.tables import (
    SIZES,
    Line,
    Row,
    Share,
    coverage,
    highest,
    mean,
    shares,
    size_class,
)
from benchmarks.validity.targets import Target, targets
from benchmarks.validity.words import SIMULTANEOUS, TEXT, WHY_OVER, kind_of

Key = Callable[[Record, Row], tuple[str, ...] | None]
MUCH = 0.97
SPARSE = tuple(name for least, name in SIZES if least < 10)
HEAD = (
    "interval",
    "smallest expected count",
    "worlds",
    "coverage",
    "lowest",
    "too low, too high",
    "none given",
)


def page(records: Sequence[Record]) -> str:
    """Write the page."""
    by_study = {
        name: [one for one in records if one["study"] == name] for name in {r["study"] for r in records}
    }

    def of(*studies: str) -> list[Record]:
        return [one for study in studies for one in by_study.get(study, ())]

    draws = sum(one["replicates"] for one in records)
    return TEXT.format(
        machine=_machine(records), worlds=f"{len(records):,}", draws=f"{draws:,}",
        cities=f"{CITIES:,}", again=sum(one["look"] > 1 for one in records),
        targets=_table(("target", "found", ""), map(_judged, targets(of))),
        over=_table(("interval", "smallest expected count", "coverage", "why"), _over(by_study)),
        alone=_table(HEAD, _lines(of("rates", "outcomes"), _alone)),
        equal=_table(HEAD, _lines(of("rates", "outcomes"), _equal)),
        family=_table(HEAD, _lines(of("rates", "outcomes"), _family)),
        limits=_table(("world", "worlds", "does not meet", "most", "meets", "most"), _limits(of("limits"))),
        fair=_table(("world", "worlds", "what happened", "how often", "most"), _events(of("fair"))),
        power=_table(("world", "worlds", "what happened", "how often", "most"), _events(of("power"))),
        screening=_table(("world", "worlds", "what happened", "how often", "most"), _events(of("screening"))),
        subgroups=_table(("world", "worlds", "what happened", "how often", "most"), _events(of("subgroups"))),
        bounds=_table(("world", "worlds", "what happened", "how often", "most"), _events(of("bounds"))),
        designs=_table(WORLD_HEAD, _by_world(of("designs"))), finer=_table(WORLD_HEAD, _by_world(of("finer"))),
        tests=_table(("world", "worlds", "what happened", "how often", "most"), _events(of("finer"))),
        places=_table(WORLD_HEAD, _by_world(of("places"))), peers=_table(PEER_HEAD, _peers(of("peers"))),
    )  # fmt: skip


def _over(by_study: Mapping[str, Sequence[Record]]) -> Iterator[tuple[str, ...]]:
    """List every kind of interval that covers more than 97 %, beyond two standard errors, with the reason."""
    for study, records in sorted(by_study.items()):
        if study == "peers":
            continue

        def key(_: Record, row: Row, *, people: bool = study in {"rates", "outcomes"}) -> tuple[str, ...]:
            measure, which, size = row[0], row[1], row[3]
            return (kind_of(measure) if people else f"`{measure}`", which, size_class(size))

        for (kind, which, size), line in coverage(records, key).items():
            if line.mean - 2 * line.mean_error > MUCH:
                shown = kind if which == "alone" else f"{kind}, family"
                yield shown, size, plus_minus(line.mean, line.mean_error), _why(study, kind, which, size)


def _why(study: str, kind: str, which: str, size: str) -> str:
    if study == "places":
        return WHY_OVER["places"]
    if which == "family":
        return WHY_OVER["family"]
    if kind_of(kind.strip("`")) in SIMULTANEOUS or kind in SIMULTANEOUS:
        return WHY_OVER["simultaneous"]
    return WHY_OVER["sparse" if size in SPARSE else "other"]


def _judged(target: Target) -> tuple[str, str, str]:
    return target.promise, target.found, {True: "met", False: "**missed**", None: "not run"}[target.met]


# Intervals by size


def _alone(_: Record, row: Row) -> tuple[str, ...] | None:
    measure, which, size = row[0], row[1], row[3]
    return (kind_of(measure), size_class(size)) if which == "alone" else None


def _equal(record: Record, row: Row) -> tuple[str, ...] | None:
    return _alone(record, row) if row[4] and kind_of(row[0]) != "rate" else None


def _family(_: Record, row: Row) -> tuple[str, ...] | None:
    measure, which, size = row[0], row[1], row[3]
    return (kind_of(measure), size_class(size)) if which == "family" else None


def _lines(records: Iterable[Record], key: Key) -> Iterator[tuple[str, ...]]:
    found = coverage(records, key)
    order = [name for _, name in SIZES]
    kinds = list(dict.fromkeys(kind for kind, _ in found))
    for kind, size in sorted(found, key=lambda name: (kinds.index(name[0]), order.index(name[1]))):
        yield kind, size, *_numbers(found[kind, size])


def _numbers(line: Line) -> tuple[str, ...]:
    lowest, error = line.lowest
    ends = f"{percent(line.below / max(1, line.given))}, {percent(line.above / max(1, line.given))}"
    least = "too few" if lowest != lowest else plus_minus(lowest, error)  # noqa: PLR0124  # NaN
    return f"{line.worlds}", plus_minus(line.mean, line.mean_error), least, ends, percent(line.without)


WORLD_HEAD = ("kind of world", "interval", "worlds", "coverage", "lowest", "too low, too high", "none given")


def _by_world(records: Iterable[Record]) -> Iterator[tuple[str, ...]]:
    def key(record: Record, row: Row) -> tuple[str, ...] | None:
        return (record["name"], f"`{row[0]}`") if row[1] == "alone" else None

    for (world, measure), line in coverage(records, key).items():
        yield world, measure, *_numbers(line)


# Events


def _limits(records: Sequence[Record]) -> Iterator[tuple[str, ...]]:
    for name in dict.fromkeys(one["name"] for one in records):
        here = [one for one in records if one["name"] == name]
        found = [list(shares(here, event)) for event in ("does_not_meet", "meets")]
        yield name, f"{len(here)}", *(text for one in found for text in _share(one))


def _events(records: Sequence[Record]) -> Iterator[tuple[str, ...]]:
    for name in dict.fromkeys(one["name"] for one in records):
        here = [one for one in records if one["name"] == name]
        for event in dict.fromkeys(event for one in here for event in one["events"]):
            found = list(shares(here, event))
            yield name, f"{len(found)}", event, *_share(found)


def _share(found: Sequence[Share]) -> tuple[str, str]:
    most = highest(found)
    return plus_minus(*mean(found)), plus_minus(most.value, most.error)


# fairlearn

PEER_HEAD = ("world", "gap", "auditkit", "fairlearn")


def _peers(records: Iterable[Record]) -> Iterator[tuple[str, ...]]:
    for record in records:
        lines = coverage([record], lambda _, row: (row[0],))
        for kind in ("difference", "ratio"):
            both = [lines[f"largest {kind}, {who}",] for who in ("auditkit", "fairlearn")]
            yield record["name"], kind, *(plus_minus(line.mean, line.mean_error) for line in both)


# Words and numbers


def percent(share: float) -> str:
    """Write a share in per cent."""
    return f"{100 * share:.1f}"


def plus_minus(share: float, error: float) -> str:
    """Write a share in per cent with two standard errors."""
    return f"{percent(share)} ± {percent(2 * error)}"


def _machine(records: Sequence[Record]) -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    minutes = sum(one["seconds"] for one in records) / 60
    libraries = ", ".join(f"{name} {version(name)}" for name in ("auditkit", "fairlearn", "numpy", "scipy"))
    return (
        f"Machine: {cores} cores ({_processor()}), {platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}. Versions: {libraries}. Processor time: {minutes:.0f} minutes."
    )


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    return next(
        (line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor()
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
