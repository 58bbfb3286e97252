"""Verdicts: a number lies within a limit, or outside it, or nobody can tell.

References
----------
Schuirmann, D. J. (1987), A comparison of the two one-sided tests procedure and the power approach for assessing the
equivalence of average bioavailability, J. Pharmacokinetics and Biopharmaceutics 15, 657-680 (methods 3.7).
"""

from dataclasses import replace

from auditkit.definitions.policy import Limit
from auditkit.results.findings import Note, Verdict
from auditkit.results.measurements import Bounds, Estimate, Measurement, Withheld

INFINITY = float("inf")
Range = tuple[float, float]


def allowed(limit: Limit, *, mirrored: bool) -> Range:
    """Return the range a limit allows.

    Between two groups neither of which is the reference, a limit holds in both directions: a ratio of at most 1.25
    also means at least 1/1.25, a difference of at most 0.1 also means at least -0.1.
    """
    low = -INFINITY if limit.at_least is None else float(limit.at_least)
    high = INFINITY if limit.at_most is None else float(limit.at_most)
    if not mirrored:
        return low, high
    if limit.measure.endswith("_ratio"):
        return max(low, 1 / high if high > 0 else INFINITY), min(high, 1 / low if low > 0 else INFINITY)
    return max(low, -high), min(high, -low)


def verdict(
    measurement: Measurement, limit: Limit, *, membership_unknown: bool, directed: bool = True
) -> Verdict:
    """Judge one number.

    `does_not_meet`: its 95 % interval, joint over the family, lies wholly outside. `meets`: its 90 % interval lies
    wholly inside, and so do the bounds for what is unknown, with the 90 % range that chance adds at the worst case.
    Everything else is `cannot_tell`. A number that rests on no sample, such as the share of residents under sensors,
    has bounds alone, and they decide; so do those of a number under an assumption, with what chance adds to them.

    Parameters
    ----------
    measurement
        The number.
    limit
        The limit.
    membership_unknown
        Whether somebody's group is unknown in this dimension; a number without bounds is then never shown to meet a
        limit.
    directed
        Whether a pair has a direction, towards a reference; otherwise the limit holds in both.
    """
    result = measurement.result
    if not isinstance(result, Estimate):
        return "cannot_tell"
    mirrored = equality(measurement) is not None and (limit.compare == "all_pairs" or not directed)
    permitted = allowed(limit, mirrored=mirrored)
    if limit.judged_by == "value":
        return _by_value(result, permitted, membership_unknown=membership_unknown)
    return _by_interval(result, permitted, membership_unknown=membership_unknown)


def _by_interval(result: Estimate, permitted: Range, *, membership_unknown: bool) -> Verdict:
    if result.interval is None:
        return _by_bounds(result, permitted)
    below, above = _open(result.interval_family or result.interval)
    if above < permitted[0] or below > permitted[1]:
        return "does_not_meet"
    inside = _within(result.interval_90, permitted)
    supported = _supported(result, permitted, membership_unknown=membership_unknown)
    return "meets" if inside and supported and result.reason is None else "cannot_tell"


def _supported(result: Estimate, permitted: Range, *, membership_unknown: bool) -> bool:
    """Tell whether the worst cases lie within the limit too; where there are none, whether everybody is known."""
    if result.bounds is None:
        return not membership_unknown
    wide = _within(result.bounds_interval_90 or result.bounds, permitted)
    return wide and _within(result.bounds, permitted)


def _by_bounds(result: Estimate, permitted: Range) -> Verdict:
    """Judge a number by its worst cases alone, where it has some; chance is added where it plays a part."""
    if result.bounds is None or result.reason is not None:
        return "cannot_tell"
    below, above = _open(result.bounds_interval or result.bounds)
    if above < permitted[0] or below > permitted[1]:
        return "does_not_meet"
    return "meets" if _supported(result, permitted, membership_unknown=False) else "cannot_tell"


def _by_value(result: Estimate, permitted: Range, *, membership_unknown: bool) -> Verdict:
    """Compare the number alone; a number that people of unknown group could move is never shown to meet a limit."""
    if result.value is None:
        return _by_bounds(replace(result, bounds_interval=None, bounds_interval_90=None), permitted)
    if not permitted[0] <= result.value <= permitted[1]:
        return "does_not_meet"
    supported = not membership_unknown if result.bounds is None else _within(result.bounds, permitted)
    return "meets" if supported and result.reason is None else "cannot_tell"


def note(measurement: Measurement, status: Verdict) -> Note | None:
    """Say whether a gap was shown to exist, where the limit is not broken (methods 3.7), or that a number is withheld."""
    result = measurement.result
    if isinstance(result, Withheld):
        return "withheld"
    equal = equality(measurement)
    if equal is None or not isinstance(result, Estimate) or result.interval is None:
        return None
    low, high = _open(result.interval_family or result.interval)
    if low <= equal <= high:
        return None
    notes: dict[Verdict, Note] = {"meets": "small_difference", "cannot_tell": "unclear_difference"}
    return notes.get(status)


def equality(measurement: Measurement) -> float | None:
    """Return the value of a comparison that means no gap; None for what compares no two groups."""
    if measurement.against is None:
        return None
    if measurement.metric.endswith("_ratio"):
        return 1.0
    return 0.0 if measurement.metric.endswith(("_difference", "_excess")) else None


def _open(bounds: Bounds) -> Range:
    low, high = bounds
    return -INFINITY if low is None else low, INFINITY if high is None else high


def _within(bounds: Bounds | None, permitted: Range) -> bool:
    if bounds is None:
        return False
    low, high = _open(bounds)
    return permitted[0] <= low and high <= permitted[1]
