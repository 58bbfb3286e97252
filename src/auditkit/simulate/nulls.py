"""The null tests: areas that are all equal, and records shuffled among areas. Whatever lasts there, the tool made.

The same tool is also played without its loop: it sees as many discovered records, but as if visits had been spread
evenly. Memory, rule and volume are the same, so the ratio of the two variances is 1 where the loop adds nothing.
"""

from dataclasses import replace

import numpy as np

from auditkit.results.feedback import Arm, Span
from auditkit.simulate.arms import Played, World
from auditkit.simulate.forecasters import Past
from auditkit.simulate.playing import Player, played_arm
from auditkit.simulate.starts import equal_past, permuted_past
from auditkit.statistics.run_intervals import variance_ratio_over_runs

PERMUTATIONS = 20
"""Shuffled histories, each played by as many runs."""


def equal_world(player: Player) -> World:
    """Assume that all areas are equal, with the volume of records of the history.

    References
    ----------
    Methods 6.4.
    """
    loop = player.loop
    areas = len(loop.used)
    reported, discovered = float(loop.reported.mean()), float(loop.discovered_before.sum())
    rate = reported + discovered  # more than all visits of a round discover together
    return World(
        rates=np.full(areas, rate), reporting=np.full(areas, reported / rate),
        discovery=np.array([discovered / player.rule.visits / rate]),
    )  # fmt: skip


def ratio(played: dict[str, Played]) -> Span | None:
    """Divide the variance between runs of the tool by that without its loop; None if the latter is 0 and the former not.

    References
    ----------
    Methods 6.3 (7).
    """
    tool, free = (played[name].final.astype(np.float64) for name in ("tool", "free"))
    if not free.std(axis=0).any():  # every run visits the same areas, with or without a loop
        return None if tool.std(axis=0).any() else (1.0, 1.0, 1.0)
    return variance_ratio_over_runs(tool, free)


def on_equal_areas(player: Player) -> tuple[tuple[Arm, ...], Span | None]:
    """Play the tool and the tool without its loop on equal areas.

    References
    ----------
    Methods 6.4: homogeneous Poisson data.
    """
    tool = player.tool()
    played = player.play(
        "areas that are all equal", [tool, replace(tool, name="free", sees="spread")], equal_world(player),
        past=equal_past(player.loop.past), replicates=player.choice.replicates,
    )  # fmt: skip
    return _described(player, played, "equal_rates", "equal_rates_corrected"), ratio(played)


def on_permuted_history(player: Player) -> tuple[tuple[Arm, ...], Span | None]:
    """Play both on equal areas that start from shuffled records.

    References
    ----------
    Methods 6.4: permuted history; Chapman, A. et al. (2022), ACM FAccT, 36-45.
    """
    tool = player.tool()
    free = replace(tool, name="free", sees="weighted" if player.rule.kind == "draws" else "spread")
    rng = np.random.default_rng(player.seed("permutations"))
    shuffled = [permuted_past(player.loop.past, rng=rng) for _ in range(PERMUTATIONS)]

    def past(index: int) -> Past:
        return shuffled[index % PERMUTATIONS]

    played = player.play(
        "records shuffled among areas", [tool, free], equal_world(player), past=past,
        replicates=player.choice.replicates, slice_size=-(-player.choice.replicates // PERMUTATIONS),
    )  # fmt: skip
    return _described(player, played, "permuted_history", "permuted_history_corrected"), ratio(played)


def _described(player: Player, played: dict[str, Played], own: str, free: str) -> tuple[Arm, ...]:
    areas = len(player.loop.used)
    truth = np.full(areas, 1 / areas)
    return tuple(
        played_arm(name, played[key], loop=player.loop, truth=truth, rounds=player.choice.rounds)  # type: ignore[arg-type]  # names of arms
        for name, key in ((own, "tool"), (free, "free"))
    )
