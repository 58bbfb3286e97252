"""The register of metrics: rates of one group, from which differences and ratios between groups follow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Rate = Callable[[Any, Any, Any], float]
"""A metric function over weighted cells: outcomes (1 or 0), decisions (1 or 0), counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateMetric:
    """A rate of one group: which cells count, and among which."""

    name: str
    among: tuple[str, ...]
    """Cells of the denominator: tn, fp, fn, tp; or flagged, unflagged where the outcome does not matter."""
    counted: tuple[str, ...]
    """Cells of the numerator."""
    point: Rate
    doc: str

    @property
    def needs_outcome(self) -> bool:
        """Tell whether the metric looks at outcomes."""
        return "flagged" not in self.among


RATES: dict[str, RateMetric] = {}
SUMMARIES: dict[str, str] = {
    "people": "How many people there are.",
    "unknown_group_rate": "Share of people whose group is not known.",
    "group_missing_rate": "Share of people whose group is not known, among flagged and other people, or by outcome.",
    "group_missing_rate_difference": "The same of flagged people, or of people with the outcome, minus the others'.",
    "adverse_impact_ratio": "Lowest favourable rate of any group over the highest (29 CFR 1607.4(D)).",
    "adverse_impact_shortfall": "Fewer adverse decisions that would bring that ratio to four fifths, in people.",
    "adverse_impact_flip_one": "That ratio if one better decision went to the lowest group instead of the highest.",
    "adverse_impact_by_chance": "How often groups of these sizes would fall short of four fifths if all had one rate.",
    "impact_ratio": "Favourable rate of a group over the highest of any group (6 RCNY 5-300).",
    "area_under_curve": "Chance that somebody with the outcome scores above somebody without it.",
    "area_under_curve_difference": "The same of one group minus another's.",
    "outcome_rate_at_score": "Share of people with the outcome among those of one score.",
    "calibration_slope": "How fast the log odds of the outcome rise with the score.",
    "calibration_in_the_large": "Share with the outcome minus the mean predicted probability.",
    "calibration_log_odds_difference": "Log odds of the outcome in one group minus another's, at equal score.",
    "calibration_slope_difference": "How much faster log odds rise with the score in one group than in another.",
    "search_threshold": "How likely somebody must seem to carry something before they are searched (threshold test).",
    "search_threshold_difference": "The same of one group minus the reference group's.",
    "implied_false_positive_rate": "False positive rate forced on a group by everyone's predictive value and false negative rate.",
}
"""Measures that are not rates of one group, each with its meaning."""
COMPARISONS: dict[str, str] = {
    "difference": "group minus other group",
    "ratio": "group over other group",
    "p_value": "test of equal rates",
    "p_value_holm": "the same, adjusted for all pairs of the family",
    "ratio_smallest_detectable": "smallest ratio that this audit would have found 4 times in 5",
    "ratio_sample_needed": "people in each group that finding the policy's `detect_ratio` would take",
}
COUNTED: dict[str, str] = {
    "excess": "people of a group beyond those whom the other group's rate would give it"
}
"""Comparisons of rates whose numerator counts people who are treated worse."""
WITHIN: dict[str, str] = {
    "odds_ratio": "odds of a group over another's, ignoring circumstances",
    "common_odds_ratio": "the same within equal circumstances (Mantel-Haenszel)",
    "cmh_p_value": "test of equal odds within circumstances (Cochran-Mantel-Haenszel)",
    "breslow_day_p_value": "test of whether one odds ratio describes all circumstances",
    "strata_used": "circumstances in which both groups and both decisions occur",
}
"""Comparisons within strata."""
ENTITLED = ("selection_rate", "false_positive_rate", "false_negative_rate")
"""Rates that are also compared as counts of people and within strata."""
SCREENED = ("selection_rate", "false_positive_rate", "false_negative_rate", "positive_predictive_value")
"""Rates that are measured for each area and at other score limits."""


def rests_on(measure: str) -> str:
    """Return the rate whose groups a measure compares."""
    if measure.startswith(("adverse_impact", "impact_ratio")):
        return "favourable_rate"
    return next((name for name in RATES if measure == name or measure.startswith(f"{name}_")), measure)


def rate_metric(*, among: tuple[str, ...], counted: tuple[str, ...]) -> Callable[[Rate], Rate]:
    """Record a rate under its function's name; its point estimate comes from the function itself."""

    def record(point: Rate) -> Rate:
        name = point.__name__
        if name in RATES:
            msg = f"the metric '{name}' is registered twice"
            raise ValueError(msg)
        doc = (point.__doc__ or "").strip()
        RATES[name] = RateMetric(name=name, among=among, counted=counted, point=point, doc=doc)
        return point

    return record
