"""pandas reads the same file, and does nothing else with it."""

import sys
import tomllib
from pathlib import Path

import pandas as pd

from benchmarks.speed.measured import Clock, report


def main() -> None:
    """Measure the file that an audit file names."""
    audit = Path(sys.argv[1])
    file = audit.parent / tomllib.loads(audit.read_text(encoding="utf-8"))["records"]["path"]
    clock = Clock()
    frame = pd.read_csv(file) if file.suffix == ".csv" else pd.read_parquet(file)
    clock.lap("load")
    report(clock, figures={"rows": len(frame)}, library="pandas")


if __name__ == "__main__":
    main()
