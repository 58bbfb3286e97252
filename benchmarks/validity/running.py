"""Running worlds side by side, and keeping what was found so that an interrupted study goes on where it stopped."""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

import auditkit
from benchmarks.validity.worlds import World

Record = dict[str, Any]
LOW, TIMES = 0.925, 5
"""Worlds in which an interval that should hold held less often are drawn anew, so many times as often."""
LOOKED_AT_AGAIN = ("rates", "outcomes")
ENOUGH = 10
"""Smallest expected count from which on no single world may cover little."""
FEWEST = 200
"""Fewer intervals do not say that a world covers little."""


def found_in(world: World) -> Record:
    """Run one world."""
    started = time.process_time()
    scores = import_module(f"benchmarks.validity.{world.study}").run(world, np.random.default_rng(world.seed))
    return {
        "key": world.key, "study": world.study, "name": world.name, "settings": dict(world.settings),
        "replicates": world.replicates, "look": world.look, "seconds": round(time.process_time() - started, 2),
        **scores.as_record(),
    }  # fmt: skip


@cache
def fingerprint(study: str) -> str:
    """Name the code that a study's numbers depend on: what is audited, and the study itself."""
    package = Path(auditkit.__file__).parent
    parts = [package / name for name in ("definitions", "judge", "measure", "results", "statistics")]
    files = [file for part in parts for file in part.rglob("*.py")]
    shared = ("counted", "definitions", "people", "scores", "truths")
    own = ("measured", study) if study in LOOKED_AT_AGAIN else (study,)
    files += [Path(__file__).parent / f"{name}.py" for name in (*shared, *own)]
    files += [(package.parents[1] / "checks" / "policies" / "default.toml")]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


class Kept:
    """Records of finished worlds: one line each, in one file per study and state of the code."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._records: dict[Path, dict[str, Record]] = {}

    def find(self, world: World) -> Record | None:
        """Return what was found in a world, if it was run."""
        return self._of(world.study).get(world.key)

    def add(self, record: Record) -> None:
        """Keep a record."""
        path = self._path(record["study"])
        self._of(record["study"])[record["key"]] = record
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")

    def _path(self, study: str) -> Path:
        return self.folder / f"{study}-{fingerprint(study)}.jsonl"

    def _of(self, study: str) -> dict[str, Record]:
        path = self._path(study)
        if path not in self._records:
            text = path.read_text(encoding="utf-8") if path.exists() else ""
            lines = (
                text.splitlines() if text.endswith("\n") else text.splitlines()[:-1]
            )  # the last one was cut off
            if text and not text.endswith("\n"):
                path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            self._records[path] = {record["key"]: record for record in map(json.loads, lines)}
        return self._records[path]


def run_all(
    worlds: Sequence[World], kept: Kept, *, processes: int, progress: Callable[[str], None]
) -> list[Record]:
    """Run every world that was not run yet, then those again in which coverage looked low.

    Returns one record per world, of its last look.
    """
    _run(worlds, kept, processes=processes, progress=progress)
    again = [world.again(TIMES) for world in worlds if _low(_record(kept, world))]
    _run(again, kept, processes=processes, progress=progress)
    second = {_same(world): _record(kept, world) for world in again}
    return [second.get(_same(world), _record(kept, world)) for world in worlds]


def _record(kept: Kept, world: World) -> Record:
    record = kept.find(world)
    assert record is not None, world  # noqa: S101  # it was run
    return record


def _same(world: World) -> str:
    return json.dumps([world.study, world.name, dict(world.settings)], sort_keys=True)


def _low(record: Record) -> bool:
    return record["study"] in LOOKED_AT_AGAIN and any(
        which == "alone" and size >= ENOUGH and given >= FEWEST and held < LOW * given
        for _, which, _, size, _, held, below, above, _ in record["intervals"]
        for given in [held + below + above]
    )


def _run(worlds: Iterable[World], kept: Kept, *, processes: int, progress: Callable[[str], None]) -> None:
    ahead = [world for world in worlds if kept.find(world) is None]
    for done, record in enumerate(_records(ahead, processes=processes), start=1):
        kept.add(record)
        progress(
            f"{done:>5} of {len(ahead)}  {record['study']:<10} {record['seconds']:7.1f} s  {record['name']}"
        )


def _records(worlds: Sequence[World], *, processes: int) -> Iterator[Record]:
    if processes == 1:
        yield from map(found_in, worlds)
        return
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # each process has a core of its own
    with ProcessPoolExecutor(max_workers=processes) as pool:
        for future in as_completed([pool.submit(found_in, world) for world in worlds]):
            yield future.result()
