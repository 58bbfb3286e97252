"""aequitas on the same rows: `Group.get_crosstabs`, without intervals. Intersections are columns that join two others."""

import sys
from pathlib import Path

import pandas as pd
from aequitas.group import Group

from benchmarks.speed.measured import COLUMNS, DIMENSIONS, RATES, Clock, figure, report

NAMES = dict(zip(RATES, ("pprev", "fpr", "fnr", "precision"), strict=True))
BETWEEN = " / "


def main() -> None:
    """Measure one table."""
    clock = Clock()
    people = pd.read_parquet(Path(sys.argv[1]).parent / "people.parquet", columns=COLUMNS)
    people = people.rename(columns={"flagged": "score", "outcome": "label_value"})
    dimensions = {BETWEEN.join(dimension): dimension for dimension in DIMENSIONS}
    for name, dimension in dimensions.items():
        if len(dimension) == 2:
            people[name] = people[dimension[0]] + BETWEEN + people[dimension[1]]
    clock.lap("read")
    found, _ = Group().get_crosstabs(people, attr_cols=[*dimensions])
    clock.lap("crosstabs")
    figures = {}
    for row in found.to_dict("records"):
        dimension = dimensions[row["attribute_name"]]
        for rate, name in NAMES.items():
            figures[figure(rate, dimension, row["attribute_value"].split(BETWEEN))] = row[name]
    report(clock, figures=figures, library="aequitas")


if __name__ == "__main__":
    main()
