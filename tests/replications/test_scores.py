"""Scores of COMPAS in Broward County from all rows: area under the curve (G26), calibration (G25), identity (G28)."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from auditkit.statistics import calibration, critical, discrimination
from auditkit.statistics.impossibility import implied_false_positive_rate

COMPAS = Path(__file__).parents[3] / "shared" / "data" / "compas" / "compas-two-years.csv"
pytestmark = pytest.mark.skipif(not COMPAS.is_file(), reason="the folder of shared COMPAS data is absent")
Z = critical.normal(0.95)


class Deciles(NamedTuple):
    """People by decile 1 to 10: arrested again, and not."""

    positives: NDArray[np.int64]
    negatives: NDArray[np.int64]


def deciles(race: str | None) -> Deciles:
    table = pd.read_csv(COMPAS)
    if race:
        table = table[table["race"] == race]
    counts = [
        np.bincount(table.loc[table["two_year_recid"] == outcome, "decile_score"], minlength=11)[1:]
        for outcome in (1, 0)
    ]
    return Deciles(*counts)


@pytest.mark.parametrize(
    ("race", "value", "limits"),
    [
        (None, 0.70217, None),
        ("African-American", 0.69183, (0.6751, 0.7086)),
        ("Caucasian", 0.69315, (0.6720, 0.7143)),
        ("Hispanic", 0.63793, (0.5936, 0.6822)),
    ],
)
def test_the_area_under_the_curve_is_the_published_one(
    race: str | None, value: float, limits: tuple[float, float] | None
) -> None:
    area = discrimination.area_under_curve(*deciles(race))

    assert area.value == pytest.approx(value, abs=5e-6)
    if limits:
        # methods 9: limits within .0001
        assert discrimination.interval(area, critical=Z) == pytest.approx(limits, abs=1e-4)


def test_the_difference_of_the_two_areas_is_the_published_one() -> None:
    black, white = (
        discrimination.area_under_curve(*deciles(race)) for race in ("African-American", "Caucasian")
    )

    assert black.value - white.value == pytest.approx(-0.0013, abs=5e-5)
    assert discrimination.difference(black, white, critical=Z) == pytest.approx((-0.0283, 0.0257), abs=5e-5)


def test_the_log_odds_at_equal_decile_differ_as_published() -> None:
    black, white = deciles("African-American"), deciles("Caucasian")
    events = np.concatenate((black.positives, white.positives))
    totals = events + np.concatenate((black.negatives, white.negatives))

    found = calibration.difference_at_equal_score(
        np.tile(np.arange(1, 11), 2), events, totals, in_group=np.repeat([True, False], 10)
    )

    assert found == pytest.approx((0.1011, 0.0578), abs=5e-5)


@pytest.mark.parametrize("race", [None, "African-American", "Caucasian", "Hispanic", "Other", "Asian"])
@pytest.mark.parametrize("limit", range(2, 11))
def test_the_identity_holds_exactly_at_every_score_limit(race: str | None, limit: int) -> None:
    positives, negatives = deciles(race)
    tp, fn = int(positives[limit - 1 :].sum()), int(positives[: limit - 1].sum())
    fp, tn = int(negatives[limit - 1 :].sum()), int(negatives[: limit - 1].sum())

    implied = implied_false_positive_rate((tp + fn) / (tp + fn + fp + tn), tp / (tp + fp), fn / (tp + fn))

    assert implied == pytest.approx(fp / (fp + tn), rel=1e-12)
