"""Measures of alert systems: by group, what was missed, what alerts cost, who is covered; estimable and not."""

import math

import numpy as np
import pytest

from auditkit.definitions.alerts import TestRates
from auditkit.measure.alert_rates import Setting
from auditkit.measure.alerts import ALERT_MEASURES, action_measures, measure_alerts
from auditkit.measure.known import all_measures
from auditkit.results.alerts import (
    ActionCounts,
    AlertCounts,
    AlertGroups,
    AlertTally,
    Coverage,
    EventCounts,
    HourSums,
)
from auditkit.results.areas import Areas, Floats, ResidentGroup
from auditkit.results.checks import Refusal
from auditkit.results.inputs import InputRecord
from auditkit.results.measurements import Estimate, Family, Measurement, NotEstimable
from auditkit.results.places import PlaceTally, Unmatched
from auditkit.statistics.critical import normal

SOURCE = InputRecord(
    table="coverage", file="s.csv", format="csv", bytes=1, sha256="0", rows=1, columns=("a",)
)
Group = tuple[str, ...]


def counts(
    confirmed: int,
    unfounded: int,
    unconfirmed: int,
    unknown: int,
    *,
    stops: int = 0,
    suppressed: bool = False,
) -> AlertCounts:
    alerts = confirmed + unfounded + unconfirmed + unknown
    return AlertCounts(
        alerts=alerts, confirmed=confirmed, unfounded=unfounded, unconfirmed=unconfirmed, unknown=unknown,
        dispatched=alerts, not_dispatched=0, suppressed=suppressed,
        actions=(ActionCounts(action="stop", yes=stops, no=alerts - stops, unknown=0),),
    )  # fmt: skip


def tally(
    everyone: AlertCounts,
    *,
    race: dict[str, AlertCounts] | None = None,
    reference: str | None = None,
    events: EventCounts | None = None,
    hours: HourSums | None = None,
    hours_declared: bool = False,
    places: PlaceTally | None = None,
    coverage: Coverage | None = None,
    dispositions: bool = True,
    merged: bool = False,
    dispatch: bool = False,
    refused: tuple[Refusal, ...] = (),
) -> AlertTally:
    by_race = tuple(((name,), one) for name, one in sorted((race or {}).items()))
    groups = AlertGroups(dimension=("race",), reference=(reference,) if reference else None, counts=by_race)
    return AlertTally(
        dimensions=(
            AlertGroups(dimension=(), reference=None, counts=(((), everyone),)), *((groups,) if race else ())
        ),
        has_dispositions=dispositions, merged=merged, has_dispatch=dispatch, hours=hours,
        hours_declared=hours_declared or hours is not None, events=events, places=places, coverage=coverage,
        refused=refused,
    )  # fmt: skip


def measured(
    given: AlertTally,
    *,
    minimum_n: int = 1,
    rates: TestRates | None = None,
    families: tuple[Family, ...] = (),
) -> dict[str, Measurement]:
    setting = Setting(
        families={(family.metric, family.dimension): family for family in families}, minimum_n=minimum_n,
        ratio_interval="katz",
    )  # fmt: skip
    found = measure_alerts(given, setting=setting, test_rates=rates, progress=lambda _: None)
    return found.by_id()


def estimate(item: Measurement) -> Estimate:
    assert isinstance(item.result, Estimate)
    return item.result


def reason(item: Measurement) -> str:
    assert isinstance(item.result, NotEstimable)
    return item.result.reason


# What became of alerts

WHOLE = counts(30, 50, 120, 40, stops=12)


@pytest.mark.parametrize(("metric", "x", "m"), [
    ("positive_predictive_value", 30, 200), ("positive_predictive_value_all", 30, 240),
    ("disposition_recorded_rate", 200, 240), ("action_rate_stop", 12, 240), ("dispatch_rate", 240, 240),
])  # fmt: skip
def test_rates_of_alerts_have_the_wilson_interval_of_statsmodels(metric: str, x: int, m: int) -> None:
    from statsmodels.stats.proportion import proportion_confint

    found = estimate(measured(tally(WHOLE, dispatch=True))[f"{metric}/everyone"])

    assert (found.numerator, found.denominator) == (x, m)
    assert found.value == pytest.approx(x / m)
    assert found.interval == pytest.approx(proportion_confint(x, m, method="wilson"))


@pytest.mark.parametrize("metric", ["positive_predictive_value", "positive_predictive_value_all"])
def test_both_shares_of_confirmed_alerts_carry_the_bounds_for_missing_dispositions(metric: str) -> None:
    found = estimate(measured(tally(WHOLE))[f"{metric}/everyone"])

    assert found.bounds == pytest.approx((30 / 240, 70 / 240))


def test_three_dispositions_add_up_and_their_intervals_hold_together() -> None:
    found = measured(tally(WHOLE))

    shares = [
        estimate(found[f"disposition_share/disposition={name}"])
        for name in ("confirmed", "unfounded", "unconfirmed")
    ]
    assert [share.numerator for share in shares] == [30, 50, 120]
    assert sum(share.value or 0 for share in shares) == pytest.approx(1)
    for share in shares:
        assert share.interval is not None
        assert share.interval_family is not None
        assert share.interval_family[0] < share.interval[0] < share.interval[1] < share.interval_family[1]  # type: ignore[operator]  # the test builds one that is given


def test_a_source_that_merges_categories_leaves_confirmed_and_the_rest() -> None:
    found = measured(tally(counts(30, 0, 170, 40), merged=True))

    assert estimate(found["disposition_share/disposition=not%20confirmed"]).numerator == 170
    assert reason(found["disposition_share/disposition=unfounded"]) == "NE-STRUCT"


def test_alerts_without_any_disposition_have_no_share_of_those_recorded() -> None:
    found = measured(tally(counts(0, 0, 0, 40)))

    assert reason(found["positive_predictive_value/everyone"]) == "NE-DENOM"
    assert reason(found["disposition_share/disposition=confirmed"]) == "NE-DENOM"
    assert estimate(found["positive_predictive_value_all/everyone"]).bounds == (0.0, 1.0)


def test_no_alerts_at_all_have_no_rates() -> None:
    found = measured(tally(counts(0, 0, 0, 0)))

    assert reason(found["positive_predictive_value_all/everyone"]) == "NE-DENOM"


def test_records_without_dispositions_have_none_of_their_rates() -> None:
    found = measured(tally(WHOLE, dispositions=False))

    assert not [name for name in found if name.startswith(("positive", "disposition"))]


def test_few_alerts_suppressed_counts_and_refusals_give_their_reason() -> None:
    refusal = Refusal(measures=("positive_predictive_value",), reason="NE-DATA", check="c")

    assert reason(measured(tally(WHOLE), minimum_n=300)["positive_predictive_value/everyone"]) == "NE-SMALL"
    hidden = measured(tally(counts(30, 50, 120, 40, suppressed=True)))
    assert {reason(hidden[f"{name}/everyone"]) for name in ("alerts", "positive_predictive_value")} == {
        "NE-SUPP"
    }
    refused = measured(tally(WHOLE, refused=(refusal,)))
    assert reason(refused["positive_predictive_value/everyone"]) == "NE-DATA"


# Groups of alerts

RACES = {"A": counts(20, 20, 60, 10), "B": counts(10, 30, 60, 30), "(unknown)": counts(0, 0, 20, 0)}
BOTH = counts(30, 50, 140, 40)


def test_groups_are_compared_with_the_reference_by_the_methods_of_people() -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep

    found = measured(tally(BOTH, race=RACES, reference="B"))

    ratio = estimate(found["positive_predictive_value_ratio/race=A~race=B"])
    assert ratio.value == pytest.approx(2.0)
    log = confint_proportions_2indep(20, 100, 10, 100, compare="ratio", method="log")
    assert ratio.interval == pytest.approx(log)
    gap = estimate(found["positive_predictive_value_difference/race=A~race=B"])
    assert gap.interval == pytest.approx(confint_proportions_2indep(20, 100, 10, 100, method="newcomb"))
    assert estimate(found["unknown_group_rate/race"]).numerator == 20
    assert estimate(found["alerts/race=A"]).value == 110


def test_without_a_reference_all_pairs_are_compared() -> None:
    found = measured(tally(BOTH, race=RACES))

    assert "action_rate_stop_ratio/race=A~race=B" in found
    assert "positive_predictive_value_range/race" in found


def test_a_reference_group_without_alerts_leaves_nothing_to_compare() -> None:
    found = measured(tally(BOTH, race={"A": RACES["A"]}, reference="B"))

    assert reason(found["positive_predictive_value_ratio/race=A~race=B"]) == "NE-DENOM"


def test_a_limit_on_each_group_gives_joint_intervals() -> None:
    family = Family(metric="positive_predictive_value", dimension=("race",), compare="each", level=0.95)

    found = estimate(
        measured(tally(BOTH, race=RACES), families=(family,))["positive_predictive_value/race=A"]
    )

    assert found.interval_family is not None
    assert found.interval is not None
    assert found.interval_family[0] < found.interval[0]  # type: ignore[operator]  # the test builds one that is given


def test_a_group_whose_counts_the_source_withheld_makes_the_unknown_share_inestimable() -> None:
    found = measured(tally(BOTH, race={"A": counts(1, 1, 1, 1, suppressed=True)}))

    assert reason(found["unknown_group_rate/race"]) == "NE-SUPP"


def test_no_alerts_in_any_group_leave_no_unknown_share() -> None:
    assert (
        reason(measured(tally(counts(0, 0, 0, 0), race={"A": counts(0, 0, 0, 0)}))["unknown_group_rate/race"])
        == "NE-DENOM"
    )


# Misses and costs


def test_recall_and_misses_divide_the_events_under_sensors() -> None:
    events = EventCounts(alerted=74, missed=26, unknown=3, outside=12, independent=True)

    found = measured(tally(WHOLE, events=events))

    # Wilson limits of 74 of 100: (.74 + .0192 -+ 1.96 root(.74 x .26/100 + .0096/100)) / 1.0384
    assert estimate(found["recall/everyone"]).interval == pytest.approx((0.6463, 0.8160), abs=5e-4)
    assert estimate(found["miss_rate/everyone"]).numerator == 26
    assert estimate(found["events_outside_coverage/everyone"]).value == 12
    assert estimate(found["events_without_answer/everyone"]).value == 3


@pytest.mark.parametrize(
    "events", [None, EventCounts(alerted=9, missed=1, unknown=0, outside=0, independent=False)]
)
def test_without_an_independent_list_misses_are_not_estimable(events: EventCounts | None) -> None:
    assert reason(measured(tally(WHOLE, events=events))["recall/everyone"]) == "NE-TRUTH"


def test_hours_are_divided_by_alerts_and_by_confirmed_events() -> None:
    hours = HourSums(
        alerts=4, confirmed=2, hours=10, squares=30, confirmed_hours=6
    )  # 1, 2, 3, 4; 2 and 4 confirmed

    found = measured(tally(counts(2, 0, 2, 0), hours=hours))

    per_alert, per_event = (
        estimate(found[f"officer_hours_per_{name}/everyone"]) for name in ("alert", "confirmed_event")
    )
    assert (per_alert.value, per_event.value) == (2.5, 5.0)
    error = math.sqrt(5 / 3 / 4) / 2.5
    assert per_alert.interval == pytest.approx(
        tuple(2.5 * math.exp(s * normal(0.95) * error) for s in (-1, 1))
    )


@pytest.mark.parametrize(("hours", "per_alert", "per_event"), [
    (None, "NE-RECORDS", "NE-RECORDS"),
    (HourSums(alerts=4, confirmed=0, hours=10, squares=30, confirmed_hours=0), None, "NE-DENOM"),
    (HourSums(alerts=4, confirmed=1, hours=0, squares=0, confirmed_hours=0), "NE-SMALL", "NE-SMALL"),
])  # fmt: skip
def test_hours_that_cannot_be_divided_give_their_reason(
    hours: HourSums | None, per_alert: str | None, per_event: str | None
) -> None:
    found = measured(tally(counts(1, 0, 3, 0), hours=hours, hours_declared=True))

    for name, expected in (("alert", per_alert), ("confirmed_event", per_event)):
        item = found[f"officer_hours_per_{name}/everyone"]
        assert expected is None or reason(item) == expected


def test_equal_hours_have_a_value_and_no_interval() -> None:
    hours = HourSums(alerts=4, confirmed=1, hours=4, squares=4, confirmed_hours=1)

    found = measured(tally(counts(1, 0, 3, 0), hours=hours, dispositions=False))

    assert (
        estimate(found["officer_hours_per_alert/everyone"]).value,
        estimate(found["officer_hours_per_alert/everyone"]).interval,
    ) == (1.0, None)
    assert "officer_hours_per_confirmed_event/everyone" not in found


# Places


def read_only(*values: float) -> Floats:
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array


def city(*, residents: Floats | None = None, white: Floats | None = None) -> PlaceTally:
    """Four areas in two months: 30, 12, 0 and 0 alerts."""
    flags = np.array([[20.0, 10.0], [5.0, 7.0], [0.0, 0.0], [0.0, 0.0]])
    groups = (
        ResidentGroup(dimension="race", group="Black", residents=read_only(80, 50, 20, 10), reference=False),
        ResidentGroup(
            dimension="race", group="White", residents=read_only(20, 50, 80, 90) if white is None else white, reference=True
        ),
    )  # fmt: skip
    areas = Areas(
        ids=("a", "b", "c", "d"), names=("a", "b", "c", "d"), residents=residents, groups=groups, size_km2=None,
        centroids=None, neighbours=((), (), (), ()), contiguity="none", blocks=np.arange(4), blocks_from="made",
        denominators=(), boundaries=None,
    )  # fmt: skip
    return PlaceTally(
        areas=areas, periods=("2020-01-01", "2020-02-01"), flags=flags, outcomes=None, past=None, baseline_periods=12,
        unmatched=Unmatched(areas=("x",), flags=3.0, outcomes=0.0, without_records=()), refused=(),
    )  # fmt: skip


PEOPLE = read_only(100, 100, 100, 100)
SENSORS = Coverage(
    source=SOURCE, share=read_only(1, 0.4, 0, 0), hours=read_only(1000, 500, 0, 0), unmatched=()
)


def test_alerts_are_divided_by_residents_under_sensors_and_by_hours() -> None:
    from scipy.stats import chi2

    found = measured(tally(WHOLE, places=city(residents=PEOPLE), coverage=SENSORS))

    rate = estimate(found["alert_rate_per_1000_residents/area=b"])
    assert (rate.numerator, rate.denominator) == (12, 40)
    assert rate.value == pytest.approx(12 / 40 * 1000)
    assert rate.interval == pytest.approx((25 * chi2.ppf(0.025, 24) / 2, 25 * chi2.ppf(0.975, 26) / 2))
    assert estimate(found["alert_rate_per_sensor_hour/area=a"]).value == pytest.approx(0.03)
    assert estimate(found["alert_rate_per_1000_residents/everyone"]).value == pytest.approx(42 / 140 * 1000)
    assert estimate(found["alert_rate_per_sensor_hour/everyone"]).value == pytest.approx(42 / 1500)
    assert reason(found["alert_rate_per_1000_residents/area=c"]) == "NE-STRUCT"
    assert estimate(found["unmatched_alerts/everyone"]).value == 3


def test_without_a_map_of_sensors_areas_cannot_be_compared() -> None:
    found = measured(tally(WHOLE, places=city(residents=PEOPLE)))

    assert reason(found["alert_rate_per_1000_residents/everyone"]) == "NE-STRUCT"
    assert "coverage_share/race=Black" not in found
    assert "exposure_ratio/race=Black~race=White" in found


def test_counts_that_the_source_withheld_leave_no_figures_on_areas() -> None:
    found = measured(
        tally(counts(1, 1, 1, 1, suppressed=True), places=city(residents=PEOPLE), coverage=SENSORS)
    )

    assert reason(found["alerts/area=a"]) == "NE-SUPP"
    assert reason(found["alert_rate_per_1000_residents/everyone"]) == "NE-SUPP"
    assert not [name for name in found if name.startswith("exposure")]


def test_covered_areas_without_residents_or_hours_have_no_rate() -> None:
    sensors = Coverage(
        source=SOURCE, share=read_only(1, 1, 0, 0), hours=read_only(1000, 0, 0, 0), unmatched=()
    )

    found = measured(tally(WHOLE, places=city(residents=read_only(0, 100, 100, 100)), coverage=sensors))

    assert reason(found["alert_rate_per_1000_residents/area=a"]) == "NE-DENOM"
    assert reason(found["alert_rate_per_sensor_hour/area=b"]) == "NE-DENOM"


def test_groups_under_sensors_are_compared_with_bounds_and_without_intervals() -> None:
    found = measured(tally(WHOLE, places=city(residents=PEOPLE), coverage=SENSORS))

    black, ratio = (
        estimate(found[name])
        for name in ("coverage_share/race=Black", "coverage_share_ratio/race=Black~race=White")
    )
    # covered: 80 + .4 x 50 of 160 Black, 20 + .4 x 50 of 240 white; in b 40 residents are covered, of 50 and 50
    assert black.value == pytest.approx(100 / 160)
    assert black.interval is None
    assert black.bounds == pytest.approx((80 / 160, 120 / 160))
    assert ratio.value == pytest.approx((100 / 160) / (40 / 240))
    assert ratio.bounds == pytest.approx(((80 / 160) / (60 / 240), (120 / 160) / (20 / 240)))


def test_a_group_without_residents_and_a_group_without_coverage_have_no_comparison() -> None:
    bare = Coverage(source=SOURCE, share=read_only(0, 0, 0, 0), hours=None, unmatched=())

    nobody = measured(
        tally(WHOLE, places=city(residents=PEOPLE, white=read_only(0, 0, 0, 0)), coverage=SENSORS)
    )
    uncovered = measured(tally(WHOLE, places=city(residents=PEOPLE), coverage=bare))
    apart = measured(
        tally(WHOLE, places=city(residents=PEOPLE, white=read_only(0, 0, 80, 90)), coverage=SENSORS)
    )

    assert reason(nobody["coverage_share/race=White"]) == "NE-DENOM"
    assert "coverage_share_ratio/race=Black~race=White" not in nobody
    assert reason(uncovered["coverage_share_ratio/race=Black~race=White"]) == "NE-BOTHZERO"
    assert reason(apart["coverage_share_ratio/race=Black~race=White"]) == "NE-DENOM"
    assert reason(uncovered["mostly_covered_share/race=Black"]) == "NE-DENOM"


def test_without_numbers_of_residents_the_covered_areas_are_still_described() -> None:
    found = measured(tally(WHOLE, places=city(), coverage=SENSORS))

    assert estimate(found["mostly_covered_areas/everyone"]).numerator == 1
    assert estimate(found["alerts_in_mostly_covered_areas/everyone"]).value == pytest.approx(30 / 42)
    assert "mostly_covered_share/race=Black" not in found


# Names


def test_every_measure_that_is_made_can_be_limited() -> None:
    rates = TestRates(
        sensitivity=(0.9, 0.9), false_positive_rate=(0.1, 0.1), prevalence=(0.1, 0.1), source="s"
    )
    events = EventCounts(alerted=74, missed=26, unknown=3, outside=12, independent=True)
    hours = HourSums(alerts=4, confirmed=2, hours=10, squares=30, confirmed_hours=6)

    found = measured(
        tally(
            BOTH,
            race=RACES,
            events=events,
            hours=hours,
            places=city(residents=PEOPLE),
            coverage=SENSORS,
            dispatch=True,
        ),
        rates=rates,
    )

    made = {item.metric for item in found.values()}
    assert made - {*all_measures()} == action_measures(["stop"]) & made
    assert {*ALERT_MEASURES} <= {*all_measures()}
