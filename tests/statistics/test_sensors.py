"""What sensors do to records (methods 6.8, case F17)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditkit.statistics.sensors import SITE_RULES, Sites, covered_ratio, expand


def test_f17_records_under_sensors() -> None:
    assert covered_ratio(0.2, 0.8) == pytest.approx(4.2)


@given(reporting=st.floats(0.01, 1), detection=st.floats(0, 1))
def test_sensors_never_lower_records_and_add_nothing_where_all_is_reported(
    reporting: float, detection: float
) -> None:
    assert covered_ratio(reporting, detection) >= 1 - 1e-12
    assert covered_ratio(1.0, detection) == pytest.approx(1)
    assert covered_ratio(reporting, 0.0) == pytest.approx(1)


def sites(**given: object) -> Sites:
    usual = {
        "covered": np.repeat([1.0, 0.5, 0.0], [4, 4, 32]), "events": 20.0, "reporting": 0.2, "detection": 0.8,
        "new_sites": 5, "rounds": 3,
    }  # fmt: skip
    return Sites(**{**usual, **given})  # type: ignore[arg-type]  # the test gives what the function must take or refuse


def to_existing(made: Sites) -> dict[str, float]:
    found = expand(made, replicates=100, rng=np.random.default_rng(1))
    return {rule: float(runs.to_existing.mean()) for rule, runs in found.items()}


def test_null_sensors_that_detect_nothing_draw_no_sites() -> None:
    # 8 of 40 areas have sensors: .2 by lot; 100 runs of 15 sites put the mean within .03
    assert to_existing(sites(detection=0.0)) == pytest.approx(dict.fromkeys(SITE_RULES, 0.2), abs=0.03)


def test_sites_follow_sensors_unless_sensor_records_are_left_out() -> None:
    found = to_existing(sites())

    assert found["all_records"] > 0.8
    assert found["reports_only"] == pytest.approx(0.2, abs=0.03)
    # one in five by lot: at most .8 + .2 x .2
    assert found["reports_only"] < found["random_sample"] < 0.84
    assert found["sunset"] <= found["all_records"]


def test_one_seed_gives_one_result() -> None:
    assert to_existing(sites()) == to_existing(sites())


@pytest.mark.parametrize(
    "odd",
    [
        {"covered": np.array([2.0, 0.0])},
        {"new_sites": 40},
        {"reporting": 0.0},
        {"events": 0.0},
        {"rounds": 0},
    ],
)
def test_impossible_sites_are_refused(odd: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="expected"):
        sites(**odd)
