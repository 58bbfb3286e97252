"""The loop of an alert system: sensors add records where they stand, and new sites follow records.

References
----------
Methods 6.8 and case F17. Areas and coverage come from the tally; what is reported and detected is assumed.
"""

from collections.abc import Callable

import numpy as np

from auditkit.definitions.loops import AlertFeedback, SensorRates
from auditkit.results.alerts import AlertTally
from auditkit.results.measurements import Family
from auditkit.results.other_loops import AlertLoop, Level, SensorScenario, SiteArm
from auditkit.simulate.alert_loops import alert_loop_numbers, part_counts
from auditkit.simulate.played import Floats, mean_interval, of_loop, spanned
from auditkit.statistics.sensors import Expanded, SiteRule, Sites, covered_ratio, expand

ASSUMED, PLAYED = "assumed_detection", "runs_of_the_loop"


def simulate_alerts(
    tally: AlertTally, choice: AlertFeedback, *, rng: np.random.Generator, progress: Callable[[str], None],
    families: tuple[Family, ...] = (),
) -> AlertLoop:  # fmt: skip
    """Work out how far sensors inflate records, and play the choice of new sites through on equal events.

    Parameters
    ----------
    tally
        Alerts by area, and where the sensors are.
    choice
        The [feedback] section; without assumed rates nothing can be estimated.
    rng
        Drives the runs.
    progress
        Called with a few words as each part starts.
    families
        Families that the policy declares, for what is counted and not played.

    References
    ----------
    Methods 6.8.
    """
    rates = {} if choice.truth is None else _rates(choice.truth)
    covered = None if tally.coverage is None else np.nan_to_num(tally.coverage.share)
    progress("where new sites would go if as many events happened everywhere")
    played = {name: _played(tally, covered, choice, rate, rng=rng) for name, rate in rates.items()}
    scenarios = tuple(_scenario(name, rate, played[name]) for name, rate in rates.items())
    numbers = []
    if scenarios:
        ratios = [one.ratio for one in scenarios]
        numbers.append(of_loop("covered_record_ratio", spanned(ratios[1], tuple(ratios), method=ASSUMED)))
    shares = [one.to_existing for one in scenarios if one.to_existing is not None]
    if shares:
        numbers.append(
            of_loop("sites_to_existing", spanned(shares[len(shares) // 2], tuple(shares), method=PLAYED))
        )
    numbers += alert_loop_numbers(
        tally.loops, suppressed=tally.everyone.suppressed, residents=_residents(tally), families=families
    )
    stops, asked = choice.stops, choice.confirmation
    return AlertLoop(
        truth_source=None if choice.truth is None else choice.truth.source, rounds=choice.rounds,
        replicates=choice.replicates, new_sites=choice.new_sites, areas=None if covered is None else len(covered),
        with_sensors=None if covered is None else int((covered > 0).sum()),
        due_share=None if covered is None else float((covered > 0).mean()), scenarios=scenarios,
        arms=_arms(played.get("middle")), numbers=tuple(numbers),
        slow_after=None if asked is None else asked.slow_after, by_lot=asked is not None and asked.by_lot is not None,
        near=None if stops is None else (stops.metres, stops.hours), hot_list=choice.hot_list is not None,
        part_counts=tuple(part_counts(tally.loops).items()),
    )  # fmt: skip


def _residents(tally: AlertTally) -> float | None:
    """Add up who lives in the city; None where nobody says, or not of every area."""
    residents = None if tally.places is None else tally.places.areas.residents
    return None if residents is None or not np.isfinite(residents).all() else float(residents.sum())


def _rates(truth: SensorRates) -> dict[Level, tuple[float, float]]:
    """Return reports and detections of each scenario: sensors add least, in the middle, and most."""
    (low_r, high_r), (low_s, high_s) = truth.reporting_rate, truth.sensor_detection
    middle = float(np.sqrt(low_r * high_r)), float(np.sqrt(low_s * high_s))
    return {"low": (high_r, low_s), "middle": middle, "high": (low_r, high_s)}


def _played(
    tally: AlertTally,
    covered: Floats | None,
    choice: AlertFeedback,
    rate: tuple[float, float],
    *,
    rng: np.random.Generator,
) -> dict[SiteRule, Expanded] | None:
    """Play the choice of sites; None without a map of sensors, without sites to choose, or without any event."""
    if covered is None or choice.new_sites >= len(covered) or not 0 < (covered > 0).mean() < 1:
        return None
    events = choice.events_per_area or _events(tally, covered, detection=rate[1])
    if events is None:
        return None
    sites = Sites(
        covered=covered, events=events, reporting=rate[0], detection=rate[1], new_sites=choice.new_sites,
        rounds=choice.rounds,
    )  # fmt: skip
    return expand(sites, replicates=choice.replicates, rng=rng)


def _events(tally: AlertTally, covered: Floats, *, detection: float) -> float | None:
    """Return events of an area: confirmed alerts, or all of them where nobody says, over what sensors detect there."""
    counts = tally.everyone
    heard = counts.confirmed if tally.has_dispositions else counts.alerts
    found = heard / (float(covered.sum()) * detection)
    return found or None


def _scenario(
    name: Level, rate: tuple[float, float], played: dict[SiteRule, Expanded] | None
) -> SensorScenario:
    own = None if played is None else mean_interval(played["all_records"].to_existing)
    return SensorScenario(
        name=name, reporting_rate=rate[0], sensor_detection=rate[1], ratio=covered_ratio(*rate),
        to_existing=None if own is None else own[0], to_existing_interval=None if own is None else own[1:],
    )  # fmt: skip


def _arms(played: dict[SiteRule, Expanded] | None) -> tuple[SiteArm, ...]:
    if played is None:
        return ()
    own, found = played["all_records"].to_existing, []
    for rule, runs in played.items():
        mean, low, high = mean_interval(runs.to_existing)
        change = None if rule == "all_records" else mean_interval(runs.to_existing - own)
        found.append(SiteArm(rule=rule, to_existing=mean, interval=(low, high), change=change))
    return tuple(found)
