"""Bounds of numbers by score, within circumstances and by neighbourhood, against every way of placing few people."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from auditkit.measure.choices import Measuring
from auditkit.measure.measuring import measure
from auditkit.results.finer_tallies import ScoreBin, ScoreCell, ScoreTally, StratumCell, StratumTally
from auditkit.results.measurements import Bounds, Estimate, Family, Measurement, NotEstimable
from auditkit.results.tally import UNKNOWN, Cell, GroupTally, Tally
from auditkit.statistics.stratified import cochran_mantel_haenszel

EVERYONE = GroupTally(dimension=(), reference=None, cells=())
Person = tuple[str, int | None, int | None]
"""Group, decision and outcome."""


def measured(
    tally: Tally, *metrics: str, families: tuple[Family, ...] = (), minimum_n: int = 1
) -> dict[str, Measurement]:
    measuring = Measuring(orientation="burden", families=families, minimum_n=minimum_n, ratio_interval="katz")
    return measure(tally, metrics=metrics, measuring=measuring, progress=lambda _words: None).by_id()


def estimate(found: dict[str, Measurement], name: str) -> Estimate:
    result = found[name].result
    assert isinstance(result, Estimate), result
    return result


def holds(outer: Bounds | None, inner: Bounds | None) -> bool:
    low, high = outer or (None, None)
    least, most = inner or (None, None)
    return None not in (low, high, least, most) and low <= least <= most <= high  # type: ignore[operator]  # the test builds one that is given


# Neighbourhoods.


def areas(counts: dict[str, tuple[int, int]]) -> Tally:
    cells = tuple(
        Cell(group=(area,), decision=decision, outcome=None, n=n, suppressed=False)
        for area, (flagged, rest) in counts.items()
        for decision, n in ((1, flagged), (0, rest))
    )
    table = GroupTally(dimension=("area",), reference=None, cells=cells)
    return Tally(dimensions=(EVERYONE,), has_outcome=False, refused=(), areas=table)


def test_people_of_unknown_area_belong_to_the_area_or_to_all_others() -> None:
    limit = Family(metric="selection_rate_ratio", dimension=("area",), compare="reference", level=0.95)
    known = {"North": (12, 20), "South": (10, 30), "West": (15, 25)}
    found = measured(areas(known | {UNKNOWN: (2, 3)}), "areas", families=(limit,))

    ratios, gaps, rates = [], [], []
    for x, y in product(range(3), range(4)):  # so many of unknown area live in the north
        rate, other = (12 + x) / (32 + x + y), (25 + 2 - x) / (80 + 5 - x - y)
        rates.append(rate)
        ratios.append(rate / other)
        gaps.append(rate - other)
    pair = "area=North~area=%28elsewhere%29"
    assert estimate(found, "selection_rate/area=North").bounds == pytest.approx((min(rates), max(rates)))
    ratio = estimate(found, f"selection_rate_ratio/{pair}")
    assert ratio.bounds == pytest.approx((min(ratios), max(ratios)))
    assert holds(ratio.bounds_interval, ratio.bounds_interval_90)
    assert holds(ratio.bounds_interval_90, ratio.bounds)
    assert estimate(found, f"selection_rate_difference/{pair}").bounds == pytest.approx(
        (min(gaps), max(gaps))
    )
    assert estimate(found, "unknown_group_rate/area").numerator == 5
    again = estimate(found, "selection_rate_ratio/area=North@assuming%3Aunknown-group~area=%28elsewhere%29")
    assert (again.value, again.bounds) == (None, ratio.bounds)
    everyone_known = measured(areas(known), "areas", families=(limit,))
    assert estimate(everyone_known, f"selection_rate_ratio/{pair}").bounds is None
    assert "unknown_group_rate/area" not in everyone_known


# Circumstances.

KNOWN = {"theft": {"A": (6, 4), "B": (3, 7)}, "fraud": {"A": (4, 6), "B": (8, 3)}}


def strata(
    counts: dict[str, dict[str, tuple[int, int]]], people: tuple[tuple[str, Person], ...] = ()
) -> Tally:
    cells = [
        StratumCell(stratum=(name,), group=(group,), decision=decision, outcome=0, n=n)
        for name, groups in counts.items()
        for group, (flagged, rest) in groups.items()
        for decision, n in ((1, flagged), (0, rest))
    ] + [
        StratumCell(stratum=(name,), group=(group,), decision=decision, outcome=outcome, n=1)
        for name, (group, decision, outcome) in people
    ]
    table = StratumTally(dimension=("race",), reference=("B",), names=("charge",), cells=tuple(cells))
    return Tally(dimensions=(EVERYONE,), has_outcome=True, refused=(), strata=(table,))


OPEN: tuple[tuple[str, Person], ...] = (
    ("theft", (UNKNOWN, 1, 0)), ("theft", (UNKNOWN, 0, 0)), ("fraud", (UNKNOWN, 1, 0)), ("theft", ("A", None, 0)),
    ("fraud", ("B", 1, None)), ("fraud", (UNKNOWN, None, None)), ("theft", (UNKNOWN, None, None)),
)  # fmt: skip


def places(person: Person, *, outcomes_matter: bool) -> Iterator[tuple[int, int] | None]:
    """Row and column of the table to which somebody may belong; None is nowhere."""
    group, decision, outcome = person
    if group == UNKNOWN:
        yield None
    for row, flag, happened in product((0, 1), (0, 1), (0, 1)):
        fits = group in (UNKNOWN, "AB"[row]) and decision in (None, flag) and outcome in (None, happened)
        if fits:
            yield None if outcomes_matter and happened else (row, 1 - flag)


@pytest.mark.parametrize("metric", ["selection_rate", "false_positive_rate"])
def test_odds_ratios_have_the_bounds_of_every_placing(metric: str) -> None:
    limit = Family(metric=f"{metric}_common_odds_ratio", dimension=("race",), compare="reference", level=0.95)
    found = measured(strata(KNOWN, OPEN), "strata", families=(limit,))

    common, crude = [], []
    options = [{*places(person, outcomes_matter=metric != "selection_rate")} for _, person in OPEN]
    for way in product(*options):
        tables = np.array([[groups["A"], groups["B"]] for groups in KNOWN.values()], dtype=float)
        for (name, _), place in zip(OPEN, way, strict=True):
            if place is not None:
                tables[(list(KNOWN).index(name), *place)] += 1
        (a, b), (c, d) = tables.sum(axis=0)
        crude.append(a * d / (b * c))
        common.append(cochran_mantel_haenszel(tables).common_odds_ratio)
    pair = "race=A~race=B"
    within = estimate(found, f"{metric}_common_odds_ratio/{pair}")
    assert within.bounds == pytest.approx((min(common), max(common)))
    assert holds(within.bounds_interval, within.bounds_interval_90)
    assert holds(within.bounds_interval_90, within.bounds)
    assert estimate(found, f"{metric}_odds_ratio/{pair}").bounds == pytest.approx((min(crude), max(crude)))
    assert f"{metric}_common_odds_ratio/race=A@assuming%3Aall-unknown~race=B" in found
    p_value = estimate(found, f"{metric}_cmh_p_value/{pair}")
    assert (p_value.interval, p_value.bounds) == (None, None)


def test_rates_within_circumstances_have_bounds_where_they_are_shown() -> None:
    uneven = {"theft": {"A": (40, 10), "B": (10, 40)}, "fraud": {"A": (10, 40), "B": (40, 10)}}
    found = measured(strata(uneven, (("theft", (UNKNOWN, 1, 0)),)), "strata")

    assert estimate(found, "selection_rate/race=A@charge%20%3D%20theft").bounds == pytest.approx(
        (40 / 50, 41 / 51)
    )
    assert estimate(found, "selection_rate/race=A@charge%20%3D%20fraud").bounds == pytest.approx((0.2, 0.2))


def test_nobody_is_open_in_odds_of_a_sample_because_they_were_not_drawn() -> None:
    not_drawn = (("theft", ("A", 0, None)),)
    found = measured(replace(strata(KNOWN, not_drawn), sampled=True), "strata")

    assert estimate(found, "false_positive_rate_odds_ratio/race=A~race=B").bounds is None


def test_an_odds_ratio_that_cannot_be_estimated_has_no_bounds() -> None:
    found = measured(strata({"theft": {"A": (0, 9), "B": (3, 7)}}, (("theft", (UNKNOWN, 1, 0)),)), "strata")

    for name in ("odds_ratio", "common_odds_ratio"):
        assert found[f"selection_rate_{name}/race=A~race=B"].result == NotEstimable(reason="NE-MODEL")


# Scores.

BINS = (0.2, 0.5, 0.8)
WITHOUT = {"A": (20, 16, 9), "B": (24, 15, 8), UNKNOWN: (1, 1, 1)}
WITH = {"A": (9, 16, 20), "B": (8, 14, 18), UNKNOWN: (1, 0, 2)}


def scored(*, blank: int = 0, unknown: bool = True) -> Tally:
    rows = [
        (group, at, outcome, n)
        for outcome, table in ((0, WITHOUT), (1, WITH))
        for group, people in table.items() if unknown or group != UNKNOWN
        for at, n in enumerate(people)
    ] + ([("A", 0, None, blank)] if blank else [])  # fmt: skip

    def table(*dimension: str) -> ScoreTally:
        cells = tuple(
            ScoreCell(group=(group,) if dimension else (), bin=at, decision=int(at > 0), outcome=outcome, n=n)
            for group, at, outcome, n in rows
        )
        bins = tuple(ScoreBin(low=score, mean=score) for score in BINS)
        reference = ("B",) if dimension else None
        return ScoreTally(
            dimension=dimension, reference=reference, bins=bins, exact=True, limit=0.5, cells=cells
        )

    cells = tuple(
        Cell(group=(group,), decision=int(at > 0), outcome=outcome, n=n, suppressed=False)
        for group, at, outcome, n in rows
    )
    groups = GroupTally(dimension=("race",), reference=("B",), cells=cells)
    whole = replace(
        groups, dimension=(), reference=None, cells=tuple(replace(cell, group=()) for cell in cells)
    )
    return Tally(
        dimensions=(whole, groups), has_outcome=True, refused=(), scores=(table(), table("race")), probability_scores=True
    )  # fmt: skip


def joined() -> Iterator[tuple[list[float], list[int]]]:
    """Scores and outcomes of A with every choice among people of unknown group."""
    open_people = [
        (at, y)
        for y, table in ((0, WITHOUT), (1, WITH))
        for at, n in enumerate(table[UNKNOWN])
        for _ in range(n)
    ]
    for way in product((0, 1), repeat=len(open_people)):
        people = [
            (at, y)
            for y, table in ((0, WITHOUT), (1, WITH))
            for at, n in enumerate(table["A"])
            for _ in range(n)
        ] + [person for person, chosen in zip(open_people, way, strict=True) if chosen]
        yield [BINS[at] for at, _ in people], [y for _, y in people]


def test_what_scores_say_of_a_group_has_the_bounds_of_every_placing() -> None:
    metrics = ("area_under_curve_difference", "calibration_in_the_large")
    families = tuple(
        Family(metric=one, dimension=("race",), compare="reference", level=0.95) for one in metrics
    )
    found = measured(scored(), "scores", families=families)

    every = list(joined())
    areas_ = [float(roc_auc_score(outcomes, scores)) for scores, outcomes in every]
    area = estimate(found, "area_under_curve/race=A")
    assert area.bounds == pytest.approx((min(areas_), max(areas_)))
    assert holds(area.bounds_interval_90, area.bounds)
    gaps = [float(np.mean(outcomes) - np.mean(scores)) for scores, outcomes in every]
    large = estimate(found, "calibration_in_the_large/race=A")
    assert large.bounds == pytest.approx((min(gaps), max(gaps)))
    assert holds(large.bounds_interval, large.bounds_interval_90)
    at_most = estimate(found, "outcome_rate_at_score/race=A@score%200.8")
    assert at_most.bounds == pytest.approx(
        (20 / 30, 22 / 31)
    )  # 20 of 29; one more without, or two with the outcome
    other = estimate(found, "area_under_curve/race=B").bounds
    assert area.bounds is not None
    assert other is not None
    gap = estimate(found, "area_under_curve_difference/race=A~race=B")
    assert gap.bounds == pytest.approx((area.bounds[0] - other[1], area.bounds[1] - other[0]))  # type: ignore[operator]  # the test builds one that is given
    assert holds(gap.bounds_interval, gap.bounds_interval_90)
    for name in ("calibration_slope/race=A", "calibration_slope_difference/race=A~race=B"):
        slope = estimate(found, name)
        assert slope.bounds is not None
        assert slope.value is not None
        assert slope.bounds[0] < slope.value < slope.bounds[1]  # type: ignore[operator]  # the test builds one that is given
        assert holds(slope.bounds_interval_90, slope.bounds)
    assert estimate(found, "calibration_log_odds_difference/race=A~race=B").bounds is None
    assert "area_under_curve_difference/race=A@assuming%3Aunknown-group~race=B" in found
    assert estimate(found, "area_under_curve/everyone").bounds is None


def test_missing_outcomes_move_scores_of_everyone_and_of_the_group() -> None:
    found = measured(scored(blank=2, unknown=False), "scores")

    # everyone: 44 31 17 without and 17 30 38 with the outcome; two at .2 have it or not
    rate, mean = 85 / 177, (61 * 0.2 + 61 * 0.5 + 55 * 0.8) / 177
    assert estimate(found, "calibration_in_the_large/everyone").value == pytest.approx(rate - mean)
    mean = (63 * 0.2 + 61 * 0.5 + 55 * 0.8) / 179
    bounds = estimate(found, "calibration_in_the_large/everyone").bounds
    assert bounds == pytest.approx((85 / 179 - mean, 87 / 179 - mean))
    assert estimate(found, "outcome_rate_at_score/race=A@score%200.2").bounds == pytest.approx(
        (9 / 31, 11 / 31)
    )
    assert estimate(found, "area_under_curve/race=A").bounds is not None


def test_other_limits_and_forced_rates_have_bounds_of_the_sample() -> None:
    found = measured(scored(), "sweep", "impossibility")

    # A from .8 on: 9 of 45 without the outcome; one of the three unknown without it scores .8
    rate = estimate(found, "false_positive_rate/race=A@score%20at%20least%200.8")
    assert rate.bounds == pytest.approx((9 / 47, 10 / 46))
    assert rate.bounds_interval is None
    flagged = estimate(found, "selection_rate/race=A@score%20at%20least%200.8")
    assert flagged.bounds == pytest.approx((29 / 93, 32 / 93))
    # p/(1-p) (1-PPV)/PPV (1-FNR), with everyone's 50 wrongly flagged of 120 and 18 missed of 88; p 45/90 of A
    forced = estimate(found, "implied_false_positive_rate/race=A")
    times = (50 / 70) * (70 / 88)
    assert forced.bounds == pytest.approx((45 / 48 * times, 48 / 45 * times))
    assert holds(forced.bounds_interval, forced.bounds_interval_90)
    missing = measured(scored(blank=2), "sweep", "impossibility")
    assert estimate(missing, "implied_false_positive_rate/race=A").bounds is None
    # flagged from .8 on, A again: the two of unknown outcome score .2, and are not flagged
    rate = estimate(missing, "false_positive_rate/race=A@score%20at%20least%200.8")
    assert rate.bounds == pytest.approx((9 / 49, 10 / 46))


def test_people_followed_to_the_end_have_bounds_as_well() -> None:
    cells = tuple(
        Cell(group=(group,), decision=decision, outcome=0, n=n, suppressed=False)
        for group, counts in {"A": (6, 14), "B": (5, 15), UNKNOWN: (2, 3)}.items()
        for decision, n in zip((1, 0), counts, strict=True)
    )
    table = GroupTally(dimension=("race",), reference=("B",), cells=cells)
    found = measured(
        Tally(dimensions=(EVERYONE,), has_outcome=True, refused=(), followed=(table,)), "follow_up"
    )

    rate = estimate(found, "false_positive_rate/race=A@follow-up%20complete")
    assert rate.bounds == pytest.approx((6 / 23, 8 / 22))
    assert holds(rate.bounds_interval, rate.bounds_interval_90)


def test_where_people_repeat_nothing_of_chance_is_left_beside_bounds() -> None:
    from auditkit.measure.measuring import _dependent  # the step that drops it

    item = measured(areas({"North": (12, 20), "South": (10, 30), UNKNOWN: (2, 3)}), "areas")[
        "selection_rate/area=North"
    ]
    bare = _dependent(item).result

    assert isinstance(bare, Estimate)
    assert bare.bounds is not None
    assert (bare.interval, bare.bounds_interval, bare.bounds_interval_90, bare.reason) == (
        None,
        None,
        None,
        "NE-BLOCKS",
    )
