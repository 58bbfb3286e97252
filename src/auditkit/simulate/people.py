"""The loop of a person tool: supervision finds more of what people do, and the next score learns from that.

References
----------
Methods 6.7 and cases F14 to F16. Shares flagged and recorded outcomes come from the tally; what is detected is assumed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from auditkit.definitions.loops import DetectionRates, PersonFeedback
from auditkit.results.measurements import Group, Measurement
from auditkit.results.other_loops import DetectionScenario, Level, PersonArm, PersonLoop
from auditkit.results.tally import Counts, GroupTally, Tally, counts_by_group, is_known
from auditkit.simulate.people_numbers import Detection, flag_numbers, pair_numbers, shares, slope_number
from auditkit.simulate.played import LEVELS, known, mean_interval, of_loop, of_pair, spanned
from auditkit.statistics.supervision import NoiseScore, bistable, noise_score, recorded_share, two_tracks
from auditkit.statistics.supervision_runs import Played, Rule, Tracks, play

PEOPLE, APART = 600, 1 / 3
"""People of a run at most; and by how much the two halves of them differ from the mean where people differ."""
PLAYED = "runs_of_the_loop"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """What the loop starts from."""

    flagged: float
    """Share supervised at a time."""
    people: int
    recorded: float | None
    """Share of people with a recorded outcome."""
    choice: PersonFeedback


def simulate_people(
    tally: Tally, choice: PersonFeedback, *, rng: np.random.Generator, progress: Callable[[str], None]
) -> PersonLoop | None:
    """Play supervision through; None where nobody, or everybody, is flagged.

    Parameters
    ----------
    tally
        People by group, decision and outcome.
    choice
        The [feedback] section; without assumed rates only tipping points are worked out.
    rng
        Drives the runs.
    progress
        Called with a few words as each part starts.

    References
    ----------
    Methods 6.7.
    """
    everyone = _everyone(tally)
    flagged, recorded = shares(everyone)
    if flagged is None or not 0 < flagged < 1 or everyone.suppressed:
        return None
    people = everyone.n["flagged"] + everyone.n["unflagged"]
    units = min(choice.supervised or everyone.n["flagged"], people - 1)
    setting = _Setting(flagged=units / people, people=people, recorded=recorded, choice=choice)
    rates = {} if choice.truth is None else detection(choice.truth)
    progress("supervision, records, priors and the next score")
    played = {name: _played(setting, rate, apart=0.0, rng=rng) for name, rate in rates.items()}
    apart = _played(setting, rates["middle"], apart=APART, rng=rng) if rates else None
    scenarios = tuple(_scenario(name, rate, setting, played[name]) for name, rate in rates.items())
    numbers = [*flag_numbers(everyone, [one.noise_area for one in scenarios])]
    numbers += slope_number([one.slope for one in scenarios])
    if stayed := [one.stayed for one in scenarios if one.stayed is not None]:
        numbers.append(
            of_loop("supervision_stayed", spanned(stayed[len(stayed) // 2], tuple(stayed), method=PLAYED))
        )
    for dimension in tally.dimensions[1:]:
        numbers += _pairs(dimension, rates, stayed)
    arms = () if not played or apart is None or played["middle"] is None else _arms(played["middle"], apart)
    return PersonLoop(
        truth_source=None if choice.truth is None else choice.truth.source, rounds=choice.rounds,
        replicates=choice.replicates, made_people=min(people, PEOPLE), memory_rounds=choice.memory_rounds,
        cut=choice.cut, scenarios=scenarios, arms=arms, numbers=tuple(numbers),
    )  # fmt: skip


def detection(truth: DetectionRates) -> dict[Level, Detection]:
    """Return the rates of each scenario: supervision weighs least, in the middle, and most.

    References
    ----------
    Methods 6.6: scenarios stand side by side and are never averaged.
    """
    (low_d1, high_d1), (low_d0, high_d0) = truth.supervised, truth.unsupervised
    low_r, high_r = truth.reported or truth.unsupervised
    ends = {
        "low": (low_d1, high_d0, high_r), "high": (high_d1, low_d0, low_r),
        "middle": tuple(float(np.sqrt(a * b)) for a, b in ((low_d1, high_d1), (low_d0, high_d0), (low_r, high_r))),
    }  # fmt: skip
    return {
        name: Detection(supervised=max(d1, d0), unsupervised=d0, reported=min(r, d0))
        for name, (d1, d0, r) in ((name, ends[name]) for name in LEVELS)
    }


def _everyone(tally: Tally) -> Counts:
    return counts_by_group(tally.dimensions[0]).get((), Counts(n={}, suppressed=frozenset()))


def _incidents(setting: _Setting, rate: Detection) -> float | None:
    """Return what a person does per round: declared, or as much as the recorded outcomes need."""
    if setting.choice.incidents_per_round is not None or setting.recorded is None:
        return setting.choice.incidents_per_round
    found = setting.recorded / recorded_share(
        setting.flagged, supervised=rate.supervised, unsupervised=rate.unsupervised
    )
    return found or None


def _played(
    setting: _Setting, rate: Detection, *, apart: float, rng: np.random.Generator
) -> dict[Rule, Played] | None:
    incidents, people = _incidents(setting, rate), min(setting.people, PEOPLE)
    if incidents is None or people < 2:
        return None
    tracks = Tracks(
        people=people, supervised=min(max(1, round(setting.flagged * people)), people - 1), incidents=incidents,
        apart=apart, detected=(rate.unsupervised, rate.supervised), reported=rate.reported,
        rounds=setting.choice.rounds, memory=setting.choice.memory_rounds,
    )  # fmt: skip
    return play(tracks, replicates=setting.choice.replicates, rng=rng)


def _scenario(
    name: Level, rate: Detection, setting: _Setting, played: dict[Rule, Played] | None
) -> DetectionScenario:
    rates = {"supervised": rate.supervised, "unsupervised": rate.unsupervised}
    noise = _noise(setting, rates)
    cut, incidents = setting.choice.cut, _incidents(setting, rate)
    stayed = None if played is None else mean_interval(played["all_records"].stayed[:, -1])
    return DetectionScenario(
        name=name, **rates, reported=rate.reported, occurs=None if noise is None else noise[0],
        noise_area=None if noise is None else noise[1].area,
        noise_flagged=None if noise is None else noise[1].flagged,
        noise_unflagged=None if noise is None else noise[1].unflagged,
        slope=rate.slope(setting.flagged), two_tracks=None if cut is None else two_tracks(cut, **rates),
        bistable=None if cut is None or incidents is None else bistable(incidents, cut=cut, **rates),
        stayed=None if stayed is None else stayed[0], stayed_interval=None if stayed is None else stayed[1:],
    )  # fmt: skip


def _noise(setting: _Setting, rates: dict[str, float]) -> tuple[float, NoiseScore] | None:
    """Judge a flag by lot by records that supervision made; None where the assumed rates cannot give the records."""
    if not setting.recorded:
        return None
    occurs = setting.recorded / recorded_share(setting.flagged, **rates)
    if occurs > 1 or occurs * max(rates.values()) >= 1:
        return None
    return occurs, noise_score(setting.flagged, occurs, **rates)


def _arms(equal: dict[Rule, Played], apart: dict[Rule, Played]) -> tuple[PersonArm, ...]:
    own, own_reached = equal["all_records"].stayed[:, -1], apart["all_records"].reached
    found = []
    for rule, played in equal.items():
        last, reached = played.stayed[:, -1], apart[rule].reached
        mean, low, high = mean_interval(last)
        itself = rule == "all_records"
        found.append(
            PersonArm(
                rule=rule, path=tuple(float(x) for x in played.stayed.mean(axis=0)), stayed=mean,
                stayed_interval=(low, high), stayed_change=None if itself else mean_interval(last - own),
                reached=float(reached.mean()),
                reached_change=None if itself else mean_interval(reached - own_reached),
            )
        )  # fmt: skip
    return tuple(found)


def _pairs(
    dimension: GroupTally, rates: dict[Level, Detection], stayed: list[float]
) -> Iterator[Measurement]:
    """Compare each group with the reference group or, without one, with every other."""
    counts = {group: count for group, count in counts_by_group(dimension).items() if is_known(group)}
    reference = dimension.reference
    pairs = (
        [(group, reference) for group in counts if group != reference and reference in counts]
        if reference is not None
        else [*combinations(counts, 2)]
    )
    for group, other in pairs:
        names = _named(dimension, group), _named(dimension, other)
        yield from pair_numbers(dimension.dimension, names, (counts[group], counts[other]), rates)
        flagged = [shares(counts[one])[0] for one in (group, other)]
        if stayed and flagged[0] is not None and flagged[1] is not None:
            gap = flagged[0] - flagged[1]
            ends = tuple(gap * one for one in stayed)
            lasting = known(gap * stayed[len(stayed) // 2], method=PLAYED, bounds=(min(ends), max(ends)))
            yield of_pair("supervision_lasting_difference", dimension.dimension, names, lasting)


def _named(dimension: GroupTally, group: tuple[str, ...]) -> Group:
    return tuple(zip(dimension.dimension, group, strict=True))
