"""Groups compared within circumstances, and areas compared with all others."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from auditkit.measure.choices import Measuring
from auditkit.measure.measuring import measure
from auditkit.results.checks import Refusal
from auditkit.results.finer_tallies import StratumCell, StratumTally
from auditkit.results.measurements import Estimate, Family, Measurement, NotEstimable
from auditkit.results.tally import Cell, GroupTally, Tally

EVERYONE = GroupTally(dimension=(), reference=None, cells=())
Counts = tuple[int, int]
"""Flagged and not flagged."""


def estimate(found: dict[str, Measurement], name: str) -> Estimate:
    result = found[name].result
    assert isinstance(result, Estimate), result
    return result


def measured(
    tally: Tally, *metrics: str, minimum_n: int = 1, families: tuple[Family, ...] = ()
) -> dict[str, Measurement]:
    measuring = Measuring(orientation="burden", families=families, minimum_n=minimum_n, ratio_interval="katz")
    return measure(tally, metrics=metrics, measuring=measuring, progress=lambda _words: None).by_id()


# Circumstances.


def within(
    strata: dict[str, dict[str, Counts]], *, reference: str | None = "W", outcome: int | None = None
) -> Tally:
    cells = tuple(
        StratumCell(stratum=(name,), group=(group,), decision=decision, outcome=outcome, n=n)
        for name, groups in strata.items()
        for group, counts in groups.items()
        for decision, n in zip((1, 0), counts, strict=True)
    )
    against = None if reference is None else (reference,)
    table = StratumTally(dimension=("race",), reference=against, names=("charge",), cells=cells)
    return Tally(dimensions=(EVERYONE,), has_outcome=outcome is not None, refused=(), strata=(table,))


CHARGES = {"theft": {"B": (30, 20), "W": (40, 60)}, "fraud": {"B": (5, 45), "W": (10, 190)}}


def test_within_circumstances_the_numbers_are_those_of_statsmodels() -> None:
    found = measured(within(CHARGES), "strata")

    table = StratifiedTable([np.array([groups["B"], groups["W"]]) for groups in CHARGES.values()])
    common = estimate(found, "selection_rate_common_odds_ratio/race=B~race=W")
    assert common.value == pytest.approx(table.oddsratio_pooled)
    assert common.interval == pytest.approx(table.oddsratio_pooled_confint())
    p_value = estimate(found, "selection_rate_cmh_p_value/race=B~race=W").value
    assert p_value == pytest.approx(table.test_null_odds(correction=True).pvalue)
    even = estimate(found, "selection_rate_breslow_day_p_value/race=B~race=W").value
    assert even == pytest.approx(table.test_equal_odds(adjust=True).pvalue)
    # Without regard to charges: 35 x 250 / (65 x 50), Woolf's error sqrt(1/35 + 1/65 + 1/50 + 1/250)
    crude = estimate(found, "selection_rate_odds_ratio/race=B~race=W")
    error = (1 / 35 + 1 / 65 + 1 / 50 + 1 / 250) ** 0.5
    assert crude.value == pytest.approx(35 * 250 / (65 * 50))
    assert crude.interval is not None
    assert crude.interval[1] == pytest.approx(35 * 250 / (65 * 50) * np.exp(norm.ppf(0.975) * error))
    used = estimate(found, "selection_rate_strata_used/race=B~race=W")
    assert (used.numerator, used.denominator) == (2, 2)


def test_where_one_ratio_does_not_describe_all_circumstances_they_are_shown() -> None:
    uneven = {"theft": {"B": (40, 10), "W": (10, 40)}, "fraud": {"B": (10, 40), "W": (40, 10)}}

    assert not [item for item in measured(within(CHARGES), "strata").values() if item.stratum]
    found = measured(within(uneven), "strata")
    rate = estimate(found, "selection_rate/race=B@charge%20%3D%20theft")
    assert (rate.numerator, rate.denominator) == (40, 50)


def test_more_than_40_circumstances_are_not_shown_one_by_one() -> None:
    many = {
        f"charge {at:02}": {"B": (40, 10), "W": (10, 40)} if at % 2 else {"B": (10, 40), "W": (40, 10)}
        for at in range(41)
    }

    found = measured(within(many), "strata")

    assert (estimate(found, "selection_rate_breslow_day_p_value/race=B~race=W").value or 0) < 0.05
    assert not [item for item in found.values() if item.stratum]


def test_groups_that_never_share_circumstances_cannot_be_compared_within_them() -> None:
    found = measured(within({"theft": {"B": (30, 20)}, "fraud": {"W": (10, 190)}}), "strata")

    for name in ("common_odds_ratio", "cmh_p_value", "breslow_day_p_value"):
        assert found[f"selection_rate_{name}/race=B~race=W"].result == NotEstimable(reason="NE-STRATA")
    assert estimate(found, "selection_rate_strata_used/race=B~race=W").value == 0
    assert estimate(found, "selection_rate_odds_ratio/race=B~race=W").value == pytest.approx(
        30 * 190 / (20 * 10)
    )


def test_an_odds_ratio_of_zero_is_no_lack_of_circumstances() -> None:
    found = measured(within({"theft": {"B": (0, 50), "W": (40, 60)}}), "strata")

    for name in ("odds_ratio", "common_odds_ratio", "cmh_p_value"):
        assert found[f"selection_rate_{name}/race=B~race=W"].result == NotEstimable(reason="NE-MODEL")
    assert found["selection_rate_breslow_day_p_value/race=B~race=W"].result == NotEstimable(
        reason="NE-STRATA"
    )


@pytest.mark.parametrize(("reference", "reason"), [("W", "NE-SMALL"), ("X", "NE-DENOM")])
def test_small_and_absent_groups_are_not_compared(reference: str, reason: str) -> None:
    found = measured(
        within({"theft": {"B": (3, 2), "W": (40, 60)}}, reference=reference), "strata", minimum_n=10
    )

    results = {
        item.result
        for item in found.values()
        if item.against == (("race", reference),) and item.group == (("race", "B"),)
    }
    assert results == {NotEstimable(reason=reason)}


def test_without_a_reference_every_pair_is_compared_jointly() -> None:
    three = {name: groups | {"O": (12, 30)} for name, groups in CHARGES.items()}

    found = measured(within(three, reference=None), "strata")

    names = [name for name in found if "common_odds_ratio" in name]
    assert [name.partition("/")[2] for name in names] == ["race=B~race=O", "race=B~race=W", "race=O~race=W"]
    assert estimate(found, names[0]).interval_family is not None


def test_error_rates_are_compared_among_people_with_the_same_outcome() -> None:
    with_outcome = within(CHARGES, outcome=1)

    found = measured(with_outcome, "strata")

    # Missed are those not flagged: the odds ratio is the inverse.
    flagged, missed = (
        estimate(found, f"{metric}_common_odds_ratio/race=B~race=W").value
        for metric in ("selection_rate", "false_negative_rate")
    )
    assert missed == pytest.approx(1 / (flagged or 0))
    assert not [name for name in found if name.startswith("false_positive_rate")]


def test_a_refused_rate_is_not_compared_within_circumstances() -> None:
    refused = (Refusal(check="check", reason="NE-TRUTH", measures=("false_negative_rate",)),)

    found = measured(replace(within(CHARGES, outcome=1), refused=refused), "strata")

    assert not [name for name in found if name.startswith("false_negative_rate")]


# Areas.


def areas(counts: dict[str, tuple[int, int]], *, outcome: int | None = None, sampled: bool = False) -> Tally:
    """Count flagged people, of all, by area."""
    cells = tuple(
        Cell(group=(area,), decision=decision, outcome=outcome, n=n, suppressed=False)
        for area, (flagged, of) in counts.items()
        for decision, n in ((1, flagged), (0, of - flagged))
    )
    table = GroupTally(dimension=("area",), reference=None, cells=cells)
    return Tally(
        dimensions=(EVERYONE,), has_outcome=outcome is not None, refused=(), areas=table, sampled=sampled
    )


CITY = {"North": (60, 200), "South": (30, 200), "West": (35, 200), "(unknown)": (5, 100)}


def test_each_area_is_compared_with_everyone_who_is_not_in_it() -> None:
    found = measured(areas(CITY), "areas")

    # Elsewhere than in the north: 30 + 35 + 5 = 70 of 500.
    result = estimate(found, "selection_rate_difference/area=North~area=%28elsewhere%29")
    assert result.value == pytest.approx(60 / 200 - 70 / 500)
    assert result.interval == pytest.approx(
        confint_proportions_2indep(60, 200, 70, 500, method="newcomb", compare="diff")
    )
    assert result.interval_family is None
    ratio = estimate(found, "selection_rate_ratio/area=North~area=%28elsewhere%29")
    assert ratio.value == pytest.approx(60 / 200 / (70 / 500))
    assert estimate(found, "selection_rate/area=%28unknown%29").value == 0.05
    assert not [name for name in found if name.startswith("selection_rate_ratio/area=%28unknown")]


def test_tests_of_areas_are_adjusted_for_false_discoveries() -> None:
    found = measured(areas(CITY), "areas")

    pairs = {"North": (60, 70, 500), "South": (30, 100, 500), "West": (35, 95, 500)}
    raw = [proportions_ztest([x, y], [200, n])[1] for x, y, n in pairs.values()]
    adjusted = multipletests(raw, method="fdr_bh")[1]
    for at, area in enumerate(pairs):
        pair = f"area={area}~area=%28elsewhere%29"
        assert estimate(found, f"selection_rate_p_value/{pair}").value == pytest.approx(raw[at])
        assert estimate(found, f"selection_rate_p_value_bh/{pair}").value == pytest.approx(adjusted[at])


def test_a_declared_limit_makes_the_intervals_of_areas_hold_jointly() -> None:
    families = (Family(metric="selection_rate_ratio", dimension=("area",), compare="reference", level=0.95),)

    found = measured(areas(CITY), "areas", families=families)

    result = estimate(found, "selection_rate_ratio/area=North~area=%28elsewhere%29")
    expected = confint_proportions_2indep(60, 200, 70, 500, method="log", compare="ratio", alpha=0.05 / 3)
    assert result.interval_family == pytest.approx(expected)


def test_small_areas_and_an_area_that_is_all_of_the_city_are_not_compared() -> None:
    small = measured(areas({"North": (3, 5), "South": (30, 200)}), "areas", minimum_n=10)
    whole = measured(areas({"North": (3, 50)}), "areas")

    pair = "area=North~area=%28elsewhere%29"
    assert small[f"selection_rate_difference/{pair}"].result == NotEstimable(reason="NE-SMALL")
    assert whole[f"selection_rate_p_value_bh/{pair}"].result == NotEstimable(reason="NE-DENOM")


def test_error_rates_of_areas_need_outcomes_that_are_not_refused() -> None:
    refused = (Refusal(check="check", reason="NE-TRUTH", measures=("false_negative_rate",)),)

    assert not [name for name in measured(areas(CITY), "areas") if name.startswith("false_negative_rate")]
    found = measured(replace(areas(CITY, outcome=1), refused=refused), "areas")
    assert found["false_negative_rate/area=North"].result == NotEstimable(reason="NE-TRUTH")
    assert found["false_positive_rate/area=North"].result == NotEstimable(reason="NE-DENOM")


def test_areas_without_people_or_of_samples_are_not_measured() -> None:
    for tally in (areas(CITY, sampled=True), replace(areas(CITY), areas=None), areas({})):
        assert {item.metric for item in measured(tally, "areas").values()} <= {"people"}
