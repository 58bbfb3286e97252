"""Who reports, and how long an answer takes, by area and by who lives there (methods 1.2, 4.3).

What is said of groups is about the areas where their residents live, never about single residents. Reports have a bias
of their own: they show who reports.
"""

from collections.abc import Iterator

import numpy as np

from auditkit.measure.place_exposure import Burden, Families, by_group
from auditkit.measure.place_resampling import described, lay_out_blocks, plain
from auditkit.results.areas import Floats
from auditkit.results.measurements import Estimate, Measurement, NotEstimable, Result
from auditkit.results.places import PlaceTally
from auditkit.results.resident_reports import ReportTally, Waits
from auditkit.statistics.medians import median
from auditkit.statistics.poisson import exact_poisson

AREA, PER = ("area",), 1000.0
RATE, MEDIAN, WAIT = "reports_per_1000_residents", "answer_minutes_median", "answer_minutes"
REPORT_MEASURES = {
    "resident_reports": "Reports by residents in known areas.",
    "unmatched_reports": "Reports whose area the table of areas lacks.",
    RATE: "Reports per 1,000 residents of an area, or where the average resident of a group lives.",
    f"{RATE}_difference": "The same of one group minus another's.",
    f"{RATE}_ratio": "The same of one group over another's.",
    MEDIAN: "Median minutes from report to answer in an area.",
    WAIT: "Mean minutes to an answer where the average resident of a group lives; long ones count as the cap.",
    f"{WAIT}_difference": "The same of one group minus another's.",
    f"{WAIT}_ratio": "The same of one group over another's.",
}
"""Every measure of reports by residents, with its meaning."""


def resident_reports(tally: PlaceTally, *, families: Families) -> Iterator[Measurement]:
    """Measure reports per resident and minutes to an answer, by area and by group of residents.

    References
    ----------
    Garwood 1936 for rates of areas; Thompson 1936 for medians; blocks of areas for groups (methods 4.8).
    """
    reports = tally.reports
    if reports is None:
        return
    whole = int(reports.counts.sum())
    yield described("resident_reports", float(whole), method="count", counts=(whole, None))
    yield described(
        "unmatched_reports", float(reports.unmatched), method="count", counts=(reports.unmatched, None)
    )
    yield from _areas(tally, reports)
    blocks = lay_out_blocks(tally, periods=1)
    for dimension in dict.fromkeys(group.dimension for group in tally.areas.groups):
        groups = [group for group in tally.areas.groups if group.dimension == dimension]
        for burden in _burdens(tally, reports):
            yield from by_group(burden, groups, blocks, families)


def _burdens(tally: PlaceTally, reports: ReportTally) -> Iterator[Burden]:
    residents = tally.areas.residents
    if residents is not None:
        lived_in = np.where(residents > 0, residents, np.nan)
        yield Burden(metric=RATE, per_area=PER * reports.counts / lived_in)
    if reports.waits is not None:
        yield Burden(metric=WAIT, per_area=np.array([_mean(waits) for waits in reports.waits]))


def _mean(waits: Waits) -> float:
    n = sum(times for _, times in waits)
    return sum(minutes * times for minutes, times in waits) / n if n else np.nan


def _areas(tally: PlaceTally, reports: ReportTally) -> Iterator[Measurement]:
    residents = tally.areas.residents
    for at, name in enumerate(tally.areas.ids):
        if residents is not None:
            yield _area(RATE, name, _rate(reports.counts, residents, at))
        if reports.waits is not None:
            yield _area(MEDIAN, name, _median(reports.waits[at], cap=reports.cap))


def _area(metric: str, name: str, result: Result) -> Measurement:
    return Measurement(metric=metric, dimension=AREA, group=(("area", name),), against=None, result=result)


def _rate(counts: Floats, residents: Floats, at: int) -> Result:
    people = float(np.nan_to_num(residents[at]))
    if people <= 0:
        return NotEstimable(reason="NE-DENOM")
    n = int(counts[at])
    (low, high), (low_90, high_90) = (
        tuple(PER * limit / people for limit in exact_poisson(n, level=level)) for level in (0.95, 0.90)
    )
    return Estimate(
        value=PER * n / people, interval=(low, high), interval_90=(low_90, high_90), interval_family=None,
        method="poisson_exact", numerator=n, denominator=round(people),
    )  # fmt: skip


def _median(waits: Waits, *, cap: int) -> Result:
    if not waits:
        return NotEstimable(reason="NE-DENOM")
    minutes, times = zip(*waits, strict=True)
    wide, narrow = (median(minutes, times, level=level) for level in (0.95, 0.90))
    n = sum(times)
    if wide.value >= cap:  # at least half took longer than anybody looked
        return NotEstimable(reason="NE-CENSOR")
    if wide.low is None or narrow.low is None:
        return plain(wide.value, "median", counts=(n, None))

    def upper(limit: float | None) -> float | None:
        return None if limit is None or limit >= cap else limit

    return Estimate(
        value=wide.value, interval=(wide.low, upper(wide.high)), interval_90=(narrow.low, upper(narrow.high)),
        interval_family=None, method="order_statistics", numerator=n,
    )  # fmt: skip
