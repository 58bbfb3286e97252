"""AIF360 on the same rows: one `ClassificationMetric` per group. Its data sets hold numbers, so texts become codes."""

import sys
import warnings
from itertools import product
from pathlib import Path

import pandas as pd

from benchmarks.speed.measured import COLUMNS, DIMENSIONS, GROUPS, Clock, figure, report

warnings.simplefilter("ignore")
from aif360.datasets import BinaryLabelDataset  # noqa: E402  # once its warnings are silenced
from aif360.metrics import ClassificationMetric  # noqa: E402  # once its warnings are silenced

NAMES = {"false_positive_rate": "FPR", "false_negative_rate": "FNR", "positive_predictive_value": "PPV"}


def main() -> None:
    """Measure one table."""
    clock = Clock()
    people = pd.read_parquet(Path(sys.argv[1]).parent / "people.parquet", columns=COLUMNS)
    values: dict[str, list[str]] = {}
    for name in GROUPS:
        codes, texts = pd.factorize(people[name])
        people[name], values[name] = codes.astype(float), [*texts]
    recorded = BinaryLabelDataset(
        df=people[[*GROUPS, "outcome"]], label_names=["outcome"], protected_attribute_names=[*GROUPS],
        favorable_label=1, unfavorable_label=0,
    )  # fmt: skip
    decided = recorded.copy(deepcopy=False)
    decided.labels = people[["flagged"]].to_numpy(float)
    clock.lap("read")
    figures: dict[str, float] = {}
    for dimension in DIMENSIONS:
        for places in product(*(range(len(values[name])) for name in dimension)):
            group = [values[name][place] for name, place in zip(dimension, places, strict=True)]
            chosen = [dict(zip(dimension, places, strict=True))]
            metric = ClassificationMetric(recorded, decided, unprivileged_groups=chosen)
            found = metric.performance_measures(privileged=False)
            figures |= {figure(rate, dimension, group): found[name] for rate, name in NAMES.items()}
            figures[figure("selection_rate", dimension, group)] = metric.selection_rate(privileged=False)
    clock.lap("metrics")
    report(clock, figures=figures, library="aif360")


if __name__ == "__main__":
    main()
