"""Measuring a place tool: accuracy beside simple counting, exposure of residents, spread, single areas."""

from collections.abc import Callable, Iterable

import numpy as np

from auditkit.definitions.frontier import Frontier
from auditkit.measure.lawful import lawful_places
from auditkit.measure.place_accuracy import accuracy
from auditkit.measure.place_areas import areas, concentration
from auditkit.measure.place_displacement import displacement
from auditkit.measure.place_exposure import exposure
from auditkit.measure.place_frontier import frontier
from auditkit.measure.place_scales import at_other_scales
from auditkit.measure.resident_reports import REPORT_MEASURES, resident_reports
from auditkit.results.measurements import Family, Measurement, Measurements
from auditkit.results.places import PlaceTally

PLACE_MEASURES = {
    **REPORT_MEASURES,
    "hit_rate": "Share of incidents that fall in flagged areas.",
    "hit_rate_difference": "Hit rate of the tool minus that of a baseline.",
    "paired_test": "P-value of McNemar's exact test of the tool against a baseline on the same incidents.",
    "flagged_area_share": "Share of the city that is flagged.",
    "predictive_accuracy_index": "Hit rate over the flagged share of the city (PAI).",
    "prediction_efficiency_index": "PAI over the PAI of the best possible choice of as many areas (PEI).",
    "exposure": "Flags per period in the area where the average resident of a group lives.",
    "exposure_difference": "Exposure of one group minus another's.",
    "exposure_ratio": "Exposure of one group over another's.",
    "exposure_per_1000_residents": "Flags per period and 1,000 residents where the average resident of a group lives.",
    "exposure_per_1000_residents_difference": "The same of one group minus another's.",
    "exposure_per_1000_residents_ratio": "The same of one group over another's.",
    "resident_share": "Share of a group among residents.",
    "most_targeted_share": "Share of a group among residents of the most flagged areas.",
    "rank_correlation": "Rank correlation of flags with a group's share of residents.",
    "never_flagged_residents": "Share of a group living in areas that are never flagged.",
    "always_flagged_residents": "Share of a group living in areas that are always flagged.",
    "flag_gini": "Concentration of flags on few areas.",
    "incident_gini": "Concentration of incidents on few areas.",
    "flag_overlap": "Mean Jaccard overlap of flagged areas in consecutive periods.",
    "never_flagged_areas": "Areas that are never flagged.",
    "always_flagged_areas": "Areas that are always flagged.",
    "flag_morans_i": "Clustering of flags in neighbouring areas (Moran's I).",
    "flag_morans_i_p_value": "Permutation p-value of that clustering.",
    "flagged_share": "Share of periods in which an area is flagged.",
    "flags": "Flags of an area, where each row is a flag.",
    "incident_rate": "Incidents per resident of an area.",
    "incident_rate_smoothed": "The same, drawn towards the city's mean by empirical Bayes.",
    "displacement_incidents": "Incidents in the areas of a role, before or after.",
    "displacement_e_test": "P-value of incidents before and after differing by chance alone (E-test).",
    "displacement_wdd": "Incidents more or fewer than the comparison areas lead one to expect (WDD).",
    "displacement_wdq": "Change next door over the change in treated areas, both beside comparison areas (WDQ).",
    "displacement_dispersion": "How many times more counts vary from period to period than chance alone.",
    "frontier_areas": "How many areas each choice of the trade-off names.",
    "frontier_periods": "How many later periods the choices of the trade-off are judged on.",
    "frontier_hit_rate": "Share of later incidents in the areas of a choice.",
    "frontier_hit_rate_difference": "The same minus the tool's.",
    "frontier_group_share": "Share of the capped group among those who live, or were stopped, in the areas of a choice.",
    "frontier_group_share_difference": "The same minus the tool's.",
    "feedback_verdict": "What the feedback test says of the tool.",
    "loop_log_odds_amplification": "Log odds of the busiest areas' share of visits after all rounds minus those of what is due.",
    "loop_added_log_odds": "The same minus that of the same tool without its loop: what the loop itself adds.",
    "loop_share_amplification": "Share of visits of the busiest areas in the long run over their share of incidents.",
    "loop_group_amplification": "Visits to areas of a group's residents in the long run over what true rates would put there.",
    "loop_gain": "Factor by which one retraining multiplies a small difference between areas.",
    "loop_spectral_radius": "Largest gain of one retraining over all small differences between areas, where visits rest.",
    "loop_runaway_probability": "Share of runs whose most visited tenth ends above 1.5 times its true share.",
    "loop_lock_in_probability": "Share of runs that have become so for good by the last round.",
    "loop_null_spread": "Deviation between runs of an area's share of visits over an equal share, on areas that are all equal.",
    "loop_null_noise": "Variance between runs on equal areas over that without the loop.",
}
"""Every measure of a place tool, with its meaning."""


PARTS = (
    "accuracy", "exposure", "concentration", "areas", "scales", "displacement", "frontier", "resident_reports",
    "lawful_records",
)  # fmt: skip
"""What can be measured; a tool type names the parts it wants."""


def measure_places(
    tally: PlaceTally,
    *,
    parts: tuple[str, ...] = PARTS,
    asked: Frontier | None = None,
    families: tuple[Family, ...],
    rng: np.random.Generator,
    progress: Callable[[str], None],
) -> Measurements:
    """Measure a place tool from its counts.

    Parameters
    ----------
    tally
        Flags and incidents by area and period.
    parts
        Which of `PARTS` to measure.
    asked
        The [frontier] section; None where the audit file has none.
    families
        Families that the policy declares.
    rng
        Draws permutations; each part has a child of it, so that one part moves no other's numbers.
    progress
        Called with the name of each part as it starts.
    """
    declared = {(family.metric, family.dimension): family for family in families}
    children = dict(zip(PARTS, rng.spawn(len(PARTS)), strict=True))
    measured: dict[str, Callable[[], Iterable[Measurement]]] = {
        "accuracy": lambda: accuracy(tally, families=declared),
        "exposure": lambda: exposure(tally, families=declared),
        "concentration": lambda: concentration(tally, rng=children["concentration"]),
        "areas": lambda: areas(tally),
        "scales": lambda: at_other_scales(tally, families=declared, rng=children["scales"]),
        "displacement": lambda: displacement(tally),
        "frontier": lambda: frontier(tally, asked),
        "lawful_records": lambda: lawful_places(tally, families=declared),
        "resident_reports": lambda: resident_reports(tally, families=declared),
    }
    items: list[Measurement] = []
    for part in parts:
        progress(part)
        items += measured[part]()
    return Measurements(items=tuple(items))
