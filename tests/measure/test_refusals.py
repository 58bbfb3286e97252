"""What a blocking check refuses is not measured for places and alerts either."""

from auditkit.measure.by_kind import without_refused
from auditkit.results.checks import Refusal
from auditkit.results.measurements import Estimate, Measurement, Measurements, NotEstimable

ONE = Estimate(value=1.0, interval=None, interval_90=None, interval_family=None, method="count")


def named(metric: str) -> Measurement:
    return Measurement(metric=metric, dimension=(), group=(), against=None, result=ONE)


def test_a_refused_measure_and_its_comparisons_carry_the_reason_and_others_stay() -> None:
    names = ("exposure", "exposure_ratio", "exposure_per_1000_residents", "hit_rate")
    refused = (Refusal(measures=("exposure",), reason="NE-DATA", check="alert-geocoding"),)

    found = without_refused(Measurements(items=tuple(map(named, names))), refused)

    gone = NotEstimable(reason="NE-DATA")
    assert [item.result for item in found.items] == [gone, gone, ONE, ONE]


def test_without_refusals_nothing_changes() -> None:
    measured = Measurements(items=(named("exposure"),))

    assert without_refused(measured, ()) is measured
