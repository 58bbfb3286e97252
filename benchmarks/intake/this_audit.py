"""The whole audit of one file, with what it took to read it and the most memory that was held."""

import importlib
import sys

from auditkit import run_audit
from benchmarks.speed.measured import report
from benchmarks.speed.this_audit import LOADED_BY_STAGES, Stages


def main() -> None:
    """Measure one audit file."""
    for name in LOADED_BY_STAGES:
        importlib.import_module(name)
    clock = Stages()
    audit = run_audit(sys.argv[1], progress=clock.progress)
    clock.lap(clock.stage)
    report(clock, figures={"rows": audit.document.inputs[0].rows}, library="auditkit")


if __name__ == "__main__":
    main()
