"""fairlearn's MetricFrame on the same rows: one frame per way of dividing people.

With `--bootstrap`, one frame only (race and sex), once without and once with two bootstrap replicates: the page scales
the difference.
"""

import sys
from pathlib import Path
from typing import Any

import pandas as pd
from fairlearn.metrics import MetricFrame, false_negative_rate, false_positive_rate, selection_rate
from sklearn.metrics import precision_score

from benchmarks.speed.measured import COLUMNS, DIMENSIONS, RATES, Clock, figure, report

METRICS = dict(
    zip(RATES, (selection_rate, false_positive_rate, false_negative_rate, precision_score), strict=True)
)
ONE = ("race", "sex")


def frame(people: pd.DataFrame, dimension: tuple[str, ...], **bootstrap: Any) -> pd.DataFrame:
    """Return the rates of each group of a dimension."""
    made = MetricFrame(
        metrics=METRICS, y_true=people["outcome"], y_pred=people["flagged"],
        sensitive_features=people[[*dimension]], **bootstrap,
    )  # fmt: skip
    found: pd.DataFrame = made.by_group
    return found


def named(found: pd.DataFrame, dimension: tuple[str, ...]) -> dict[str, float]:
    """Name each rate as the other programs do."""
    return {
        figure(str(rate), dimension, group if isinstance(group, tuple) else (group,)): value
        for rate, values in found.items()
        for group, value in values.items()
    }


def main() -> None:
    """Measure one table."""
    clock = Clock()
    people = pd.read_parquet(Path(sys.argv[1]).parent / "people.parquet", columns=COLUMNS)
    clock.lap("read")
    figures: dict[str, float] = {}
    if "--bootstrap" in sys.argv:
        frame(people, ONE)
        clock.lap("plain")
        frame(people, ONE, n_boot=2, ci_quantiles=[0.025, 0.975], random_state=1)
        clock.lap("two replicates")
    else:
        for dimension in DIMENSIONS:
            figures |= named(frame(people, dimension), dimension)
            clock.lap(" and ".join(dimension))
    report(clock, figures=figures, library="fairlearn")


if __name__ == "__main__":
    main()
