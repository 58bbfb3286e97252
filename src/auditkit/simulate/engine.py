"""The loop itself: scores become visits, visits and reports become records, records become the next scores.

All arms go on side by side and share their chance: what is reported, what a first visit would find, and where a drawn
visit falls come from one stream. So a difference between two arms is a difference between arms.

One round, in every area: incidents that others report come in, Poisson with mean rate x reporting rate. A visit
discovers Poisson with mean rate x discovery rate, several visits as many times that, never more than happens. Both
streams are independent, as in the published urn; an incident may be recorded twice. With an elasticity e, v visits
multiply what happens in that round by (1 + v) ** e.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from auditkit.simulate.arms import Arm, Plan, Played, World
from auditkit.simulate.forecasters import Past
from auditkit.simulate.slices import Slice

CELLS = 2_000_000
"""Areas times replicates that are held at once."""
USUAL = 100
"""Replicates in a slice where they fit; never a function of how many there are."""


def play(
    arms: Sequence[Arm], world: World, past: Callable[[int], Past] | Past, plan: Plan, *,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, Played]:  # fmt: skip
    """Run every arm many times, with the same chance.

    A replicate's numbers depend on the seed and its position: not on how many replicates, workers or other arms there
    are. Memory is bounded by the size of a slice of replicates, and by what is kept of each run.

    Parameters
    ----------
    arms
        Ways of sending patrols, each with a name of its own.
    world
        What is assumed to be true.
    past
        The whole history; or, for a history that differs between slices, a function of the slice's number.
    plan
        How long, how often, and from which seed.
    progress
        Called with the number of runs that are done.

    References
    ----------
    Methods 6.5 and 6.6; Law, A. M. (2015), Simulation modeling and analysis, chapter 11.2 (common random numbers);
    Ensign et al. (2018), PMLR 81, 160-171 (the loop).
    """
    areas = world.rates.shape[-1]
    size = plan.slice_size or max(1, min(USUAL, CELLS // areas))
    starts = range(0, plan.replicates, size)
    done = 0

    def one(index: int) -> dict[str, Played]:
        nonlocal done
        first = starts[index]
        rows = slice(first, min(first + size, plan.replicates))
        history = past(index) if callable(past) else past
        # the whole slice is played, so that replicates do not depend on how many there are
        whole = world if world.rates.ndim == 1 else world.part(rows)
        length = size if world.rates.ndim == 1 else rows.stop - rows.start
        part = Slice(arms, whole, history, length, plan, index).play()
        done += rows.stop - rows.start
        progress(f"{done:,} of {plan.replicates:,} runs")
        return {name: _first(played, rows.stop - rows.start) for name, played in part.items()}

    if plan.workers == 1:
        parts = [one(index) for index in range(len(starts))]
    else:
        with ThreadPoolExecutor(plan.workers) as pool:
            parts = list(pool.map(one, range(len(starts))))
    return {arm.name: _joined([part[arm.name] for part in parts]) for arm in arms}


def _first(played: Played, count: int) -> Played:
    return Played(
        final=played.final[:count], kept=played.kept, leading=played.leading[:, :count], excess=played.excess[:, :count],
        top=played.top[:, :count], group=None if played.group is None else played.group[:, :count],
        found=played.found[:count], happened=played.happened[:count],
    )  # fmt: skip


def _joined(parts: list[Played]) -> Played:
    groups = [part.group for part in parts if part.group is not None]
    return Played(
        final=np.concatenate([part.final for part in parts]), kept=parts[0].kept,
        leading=np.concatenate([part.leading for part in parts], axis=1),
        excess=np.concatenate([part.excess for part in parts], axis=1),
        top=np.concatenate([part.top for part in parts], axis=1),
        group=np.concatenate(groups, axis=1) if groups else None,
        found=np.concatenate([part.found for part in parts]),
        happened=np.concatenate([part.happened for part in parts]),
    )  # fmt: skip
