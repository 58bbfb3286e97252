"""The feedback test of a place tool: what happens when it is retrained on records that its own patrols produce.

Reported records arrive wherever incidents happen; discovered ones only where the tool sent somebody. The true rate of
an area is its reported records over an assumed reporting rate, and every figure is conditional on that assumption.
`proportional` is the urn of methods 6.1, which is also solved; every other allocator is played, and read off its runs.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import numpy as np

from auditkit.definitions.places import FeedbackChoice
from auditkit.definitions.records import Decision
from auditkit.results.feedback import Feedback
from auditkit.results.phrases import phrase
from auditkit.results.places import PlaceTally
from auditkit.simulate.forecasters import ALLOCATORS, Factory, Forecaster, Paced, RerunError, Surrogate
from auditkit.simulate.loop_areas import loop_areas, loop_groups
from auditkit.simulate.loop_measures import loop_measures, not_rerun
from auditkit.simulate.played_drift import drift_of_others
from auditkit.simulate.playing import Player
from auditkit.simulate.reading import Loop, read_loop, rule_of, submission
from auditkit.simulate.urn_drift import drift_of_urn
from auditkit.statistics.retraining import rank_stability

SURE = 0.7
"""A stand-in that repeats less than this of the submitted decisions is no stand-in (design, section 5)."""
UNKNOWN = phrase("this version of auditkit does not know the allocator '{}'")
UNLIKE = phrase(
    "no stand-in repeats the submitted decisions: the best, '{}', shares {:.0%} of their flags, and 70% is needed"
)
NEEDS = (phrase("a tool that can be retrained here, or a simple rule that repeats its decisions"),)


def simulate_places(  # noqa: PLR0913  # what the pipeline knows of the audit
    tally: PlaceTally, choice: FeedbackChoice, *, rng: np.random.Generator, progress: Callable[[str], None],
    decision: Decision | None = None, period: str | None = None, forecaster: Factory | None = None,
) -> Feedback | None:  # fmt: skip
    """Run the loop; None where the history does not tell how records came about, or has them in fewer than two areas.

    Parameters
    ----------
    tally
        Flags and past counts by area; the past is split into reported and discovered.
    choice
        The [feedback] section.
    rng
        Drives the runs.
    progress
        Called with a few words as each part starts.
    decision
        The decision rule of the audit file.
    period
        What one round is.
    forecaster
        Makes a forecaster of the caller's own, instead of the allocator that `choice` names.

    References
    ----------
    Methods 6.1 to 6.6; Ensign et al. (2018), as in `auditkit.statistics.urn.Urn`.
    """
    loop = read_loop(tally, period=period)
    if loop is None:
        return None
    factory = forecaster or ALLOCATORS.get(choice.allocator)
    if factory is None:
        return _failed(choice, UNKNOWN.format(choice.allocator))
    first: Forecaster | None = None
    try:
        first = factory(submission(tally, loop, choice))
        if isinstance(first, Surrogate) and first.overlap < SURE:
            because = UNLIKE.format(first.repeats, first.overlap)
        else:
            return _played(tally, loop, choice, first, decision, rng=rng, progress=progress)
    except RerunError as error:
        because = str(error)
    return _failed(choice, because, first)


def _stands_in(first: Forecaster | None) -> tuple[float | None, str | None]:
    """Return how far a stand-in repeats the submitted decisions, and which allocator it is."""
    return (float(first.overlap), first.repeats) if isinstance(first, Surrogate) else (None, None)


def _failed(choice: FeedbackChoice, because: str, first: Forecaster | None = None) -> Feedback:
    overlap, repeats = _stands_in(first)
    return Feedback(
        status="not_checked", because=because, needs=NEEDS, reason="NE-RERUN", allocator=choice.allocator,
        overlap=overlap, repeats=repeats, measurements=not_rerun(),
    )  # fmt: skip


def _played(  # noqa: PLR0913  # gathered in one place
    tally: PlaceTally, loop: Loop, choice: FeedbackChoice, first: Forecaster, decision: Decision | None, *,
    rng: np.random.Generator, progress: Callable[[str], None],
) -> Feedback:  # fmt: skip
    rule = rule_of(loop, choice, decision)
    loop = replace(loop, busiest=rule.busiest(len(loop.used)))
    player = Player(
        loop=loop, choice=choice, rule=rule, make=lambda: deepcopy(first), rng=rng,
        progress=progress, pace=first.pace if isinstance(first, Paced) else None, urn=choice.allocator == "proportional" and choice.window is None,
    )  # fmt: skip
    drift = drift_of_urn(player) if player.urn else drift_of_others(player)
    truth, limit = choice.truth, drift.limit
    stability, stands_in = None, _stands_in(first)
    if truth is not None and loop.reports and len(loop.top) < len(loop.used):
        low, high = truth.reporting_rate
        stability = rank_stability(
            loop.rates, top=len(loop.top), lowest=low, highest=high, draws=1000, rng=rng.spawn(1)[0]
        )
    found = Feedback(
        status="measured", because="", needs=(), allocator=choice.allocator, correction=choice.correction,
        visits=player.rule.visits, truth_source=None if truth is None else truth.source, scenarios=drift.scenarios,
        arms=drift.arms, null_variance_ratio=None if drift.null[0] is None else drift.null[0][0],
        null=drift.null,
        areas=loop_areas(tally, loop, limit, hot=None if stability is None else stability.chance, known=truth is not None),
        groups=() if limit is None else loop_groups(tally, loop, limit, due=rule.due(loop.rates)), left_out=len(tally.areas.ids) - len(loop.used),
        overlap=stands_in[0], repeats=stands_in[1], rounds=choice.rounds, period=loop.past.period,
        log_odds=drift.log_odds, added=drift.added, parameters=drift.parameters, gain=drift.gain, head_start_left=drift.head_start_left,
        radius=drift.radius, radius_periods=drift.radius_periods,
        points=drift.points, starts=drift.starts, layers=drift.layers, deterrence=drift.deterrence, ladder=drift.ladder,
        ladder_short=drift.short, program_minutes=choice.program_minutes,
        lock_in=drift.lock_in,
        rank_overlap=None if stability is None else (stability.overlap, stability.low),
    )  # fmt: skip
    return loop_measures(found)
