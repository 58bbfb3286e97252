"""What kind of number a measure is, and which rate it is about: the sentence that reports it follows from both."""

from functools import cache

SPECIAL = {
    "people": ("people", "count"),
    "adverse_impact_ratio": ("favourable_rate", "lowest_to_highest"),
    "adverse_impact_flip_one": ("favourable_rate", "flip_one"),
    "adverse_impact_shortfall": ("favourable_rate", "shortfall"),
    "adverse_impact_by_chance": ("favourable_rate", "by_chance"),
    "impact_ratio": ("favourable_rate", "to_highest"),
    "calibration_log_odds_difference": ("outcome_rate_at_score", "equal_score"),
    "calibration_slope_difference": ("calibration_slope", "plain"),
    "calibration_slope": ("calibration_slope", "plain"),
    "calibration_in_the_large": ("calibration_in_the_large", "plain"),
    "area_under_curve": ("area_under_curve", "plain"),
    "area_under_curve_difference": ("area_under_curve", "plain"),
}
SUFFIXES = {
    "_common_odds_ratio": "common_odds",
    "_odds_ratio": "odds",
    "_ratio_smallest_detectable": "plain",
    "_difference_smallest_detectable": "plain",
    "_ratio_sample_needed": "count",
    "_strata_used": "count",
    "_breslow_day_p_value": "p_value",
    "_cmh_p_value": "p_value",
    "_p_value_holm": "p_value",
    "_p_value_bh": "p_value",
    "_p_value": "p_value",
    "_excess": "people",
    "_ratio": "ratio",
    "_difference": "difference",
    "_range": "range",
}
"""Longer endings first, since the shorter ones end some of them."""
COUNTED = ("count", "shortfall", "people")
"""Kinds that count people."""


@cache
def base(measure: str) -> tuple[str, str]:
    """Split a measure into the rate it is about and the kind of number.

    >>> base("false_positive_rate_ratio"), base("favourable_rate_p_value_holm"), base("prevalence")
    (('false_positive_rate', 'ratio'), ('favourable_rate', 'p_value'), ('prevalence', 'rate'))
    """
    if measure in SPECIAL:
        return SPECIAL[measure]
    for suffix, kind in SUFFIXES.items():
        if measure.endswith(suffix):
            return measure.removesuffix(suffix), kind
    return measure, "rate"


def in_points(metric: str) -> bool:
    """Tell whether a number is a gap between two shares, which people read in percentage points."""
    gap = metric.endswith(("_difference", "_range", "_difference_smallest_detectable"))
    return gap and not metric.startswith(("exposure", "calibration", "area_under_curve"))
