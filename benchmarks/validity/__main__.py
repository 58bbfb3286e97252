"""How often audits are right in made worlds whose truth is known: `python -m benchmarks.validity`, from the repository's folder.

Each world is drawn many times, each draw is audited, and it is counted how often an interval held the truth and how
often a verdict was wrong. What was found stays in a cache folder, so that an interrupted study goes on where it
stopped, and worlds that do not depend on changed code are not run again. The page is docs/benchmarks/validity.md.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.validity import plan
from benchmarks.validity.page import page
from benchmarks.validity.running import Kept, run_all

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "benchmarks" / "validity.md"
CACHE = (
    Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "auditkit" / "benchmarks" / "validity"
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the worlds, then write the page."""
    options = _options(arguments)
    worlds = [world for world in plan.full(options.draws) if world.study in options.studies][:: options.every]
    records = run_all(worlds, Kept(options.cache), processes=options.processes, progress=_say)
    options.page.parent.mkdir(parents=True, exist_ok=True)
    options.page.write_text(page(records), encoding="utf-8")
    _say(f"written: {options.page}")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.validity", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument(
        "--studies", nargs="+", choices=plan.STUDIES, default=plan.STUDIES, help="which to run"
    )
    parser.add_argument("--draws", type=float, default=1.0, help="so many times the usual number of draws")
    parser.add_argument("--every", type=int, default=1, help="run one world of so many")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1), help="at the same time")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where results are kept")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page to write")
    return parser.parse_args(arguments)


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
