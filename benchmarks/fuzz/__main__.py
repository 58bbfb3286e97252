"""Breaks 100,000 audits and holds what becomes of them against the contract: `python -m benchmarks.fuzz`.

The cases are those of `tests/fuzz`, drawn with other seeds. What is done stays in a cache file, so that an interrupted
run goes on where it stopped. A failure is printed with its seed and its smallest case, and the program then exits 1.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.fuzz.batches import PARTS, Batch, run_batch

CACHE = (
    Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    / "auditkit"
    / "benchmarks"
    / "fuzz.jsonl"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the batches that are not done yet, and say what became of all of them."""
    options = _options(arguments)
    options.cache.parent.mkdir(parents=True, exist_ok=True)
    done = _read(options.cache)
    for number in range(options.first, options.first + options.batches):
        for part, size in PARTS.items():
            if part not in options.parts or (part, number) in done:
                continue
            batch = run_batch(part, number=number, size=max(1, round(size * options.scale)))
            done[part, number] = batch
            with options.cache.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(batch), ensure_ascii=False) + "\n")
            _say(batch)
    return _sum_up(list(done.values()))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fuzz", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("--batches", type=int, default=100, help="of 1,000 cases each")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="which cases of each batch")
    parser.add_argument(
        "--scale", type=float, default=1.0, help="so many times the usual number of cases in a batch"
    )
    parser.add_argument(
        "--cache", type=Path, default=CACHE, help="where it is kept what is done; delete it to start anew"
    )
    return parser.parse_args(arguments)


def _read(cache: Path) -> dict[tuple[str, int], Batch]:
    lines = cache.read_text(encoding="utf-8").splitlines() if cache.exists() else []
    batches = [Batch(**json.loads(line)) for line in lines]
    return {(batch.part, batch.seed): batch for batch in batches}


def _say(batch: Batch) -> None:
    words = f"seed {batch.seed}, {batch.part}: {batch.reports} reports, {batch.refused} refused, {batch.seconds:.0f} s"
    print(
        words
        if batch.failure is None
        else f"{words}\nFAILED with seed {batch.seed}, {batch.part}:\n{batch.failure}",
        flush=True,
    )


def _sum_up(batches: list[Batch]) -> int:
    failed = [f"{batch.part} {batch.seed}" for batch in batches if batch.failure is not None]
    reports, refused = sum(batch.reports for batch in batches), sum(batch.refused for batch in batches)
    print(
        f"{reports + refused:,} cases: {reports:,} valid reports, {refused:,} plain errors, failing seeds: {', '.join(failed) or 'none'}"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
