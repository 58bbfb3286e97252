"""Single areas, and how flags and incidents are spread over them (methods 4.4-4.6)."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from auditkit.measure.place_resampling import Counts, described, plain
from auditkit.results.measurements import Estimate, Measurement, NotEstimable, Result
from auditkit.results.places import PlaceTally
from auditkit.statistics.concentration import gini, mean_overlap
from auditkit.statistics.small_areas import empirical_bayes
from auditkit.statistics.spatial import morans_i

AREA = ("area",)
PERMUTATIONS = 9999
Floats = NDArray[np.float64]


def concentration(tally: PlaceTally, *, rng: np.random.Generator) -> Iterator[Measurement]:
    """Measure concentration, turnover and clustering of flags, beside those of incidents."""
    flags = tally.flags.sum(axis=1)
    spread = {"flag_gini": flags}
    if tally.outcomes is not None:
        spread["incident_gini"] = tally.outcomes.sum(axis=1)
    for metric, counts in spread.items():
        value: Result = NotEstimable(reason="NE-DENOM")
        if counts.sum() > 0:
            yield described(metric, gini(counts), method="gini")
        else:
            yield Measurement(metric=metric, dimension=(), group=(), against=None, result=value)
    flagged = tally.flags > 0
    if len(tally.periods) > 1 and flagged.any():
        yield described("flag_overlap", mean_overlap(flagged), method="mean_jaccard")
    never, always = int((~flagged.any(axis=1)).sum()), int(flagged.all(axis=1).sum())
    areas = len(tally.areas.ids)
    yield described("never_flagged_areas", float(never), method="count", counts=(never, areas))
    yield described("always_flagged_areas", float(always), method="count", counts=(always, areas))
    yield from _clustering(tally, flags, rng=rng)


def _clustering(tally: PlaceTally, flags: Floats, *, rng: np.random.Generator) -> Iterator[Measurement]:
    """Moran's I of flags with row-standardised weights, and its permutation p-value."""
    areas = tally.areas
    linked = np.array([bool(near) for near in areas.neighbours])
    if areas.contiguity == "none" or linked.sum() < 3 or len(set(flags[linked])) == 1:
        return
    found = morans_i(flags, areas.neighbours, standardised=True, permutations=PERMUTATIONS, rng=rng)
    yield described("flag_morans_i", found.value, method="morans_i")
    yield described("flag_morans_i_p_value", found.p_value, method="permutation")


def areas(tally: PlaceTally) -> Iterator[Measurement]:
    """Measure every area: how often it was flagged, its incident rate, and that rate drawn towards the mean."""
    periods = len(tally.periods)
    flagged = (tally.flags > 0).sum(axis=1)
    total = tally.flags.sum(axis=1)
    counted = bool((tally.flags > 1).any())
    for at, name in enumerate(tally.areas.ids):
        times = int(total[at]) if counted else int(flagged[at])
        value = float(total[at]) if counted else float(flagged[at] / periods)
        result = plain(value, "count", counts=(times, None if counted else periods))
        yield _area("flags" if counted else "flagged_share", name, result)
    if tally.outcomes is not None and tally.areas.residents is not None:
        yield from _rates(tally, tally.outcomes.sum(axis=1), tally.areas.residents)


def _area(metric: str, name: str, result: Result) -> Measurement:
    return Measurement(metric=metric, dimension=AREA, group=(("area", name),), against=None, result=result)


def _rates(tally: PlaceTally, outcomes: Floats, residents: Floats) -> Iterator[Measurement]:
    """Incidents per resident: as counted, with an exact Poisson interval, and smoothed by empirical Bayes."""
    sound = np.nan_to_num(residents)
    if not (sound > 0).any() or outcomes[sound > 0].sum() == 0:
        return
    smoothed = empirical_bayes(outcomes, sound).rates
    for at, name in enumerate(tally.areas.ids):
        if sound[at] <= 0:
            yield _area("incident_rate", name, NotEstimable(reason="NE-DENOM"))
            yield _area("incident_rate_smoothed", name, NotEstimable(reason="NE-DENOM"))
            continue
        counts = (round(float(outcomes[at])), round(float(sound[at])))
        yield _area("incident_rate", name, _incident_rate(float(outcomes[at]), float(sound[at]), counts))
        smooth = plain(float(smoothed[at]), "empirical_bayes", counts=counts)
        yield _area("incident_rate_smoothed", name, smooth)


def _incident_rate(count: float, residents: float, counts: Counts) -> Estimate:
    low, high = (limit / residents for limit in _poisson(count, level=0.95))
    low_90, high_90 = (limit / residents for limit in _poisson(count, level=0.90))
    described = plain(count / residents, "poisson_exact", counts=counts)
    return replace(described, interval=(low, high), interval_90=(low_90, high_90))


def _poisson(count: float, *, level: float) -> tuple[float, float]:
    """Exact interval for a Poisson mean (Garwood 1936)."""
    from scipy.special import gammaincinv

    tail = (1 - level) / 2
    low = 0.0 if count == 0 else float(gammaincinv(count, tail))
    return low, float(gammaincinv(count + 1, 1 - tail))
