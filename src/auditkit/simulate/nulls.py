"""The null tests: areas that are all equal, and records shuffled among areas. Whatever lasts there, the tool made.

The same tool is also played without its loop: it sees as many discovered records, but as if visits had been spread
evenly. Memory, rule and volume are the same, so the ratio of the two variances is 1 where the loop adds nothing.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from auditkit.results.feedback import Arm, ArmName, Span
from auditkit.simulate.arms import Played, World
from auditkit.simulate.forecasters import Past
from auditkit.simulate.playing import Player, played_arm
from auditkit.simulate.starts import chance_past, permuted_past
from auditkit.statistics.run_intervals import variance_ratio_over_runs

HISTORIES = 20
"""Histories that chance made, each played by as many runs."""


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


def on_equal_areas(player: Player) -> tuple[tuple[Arm, ...], Span | None]:
    """Play the tool and the tool without its loop on areas that are equal, from histories that chance alone made.

    References
    ----------
    Methods 6.4: homogeneous Poisson data.
    """
    return _on(player, "areas that are all equal", chance_past, ("equal_rates", "equal_rates_corrected"))


def on_permuted_history(player: Player) -> tuple[tuple[Arm, ...], Span | None]:
    """Play both on equal areas that start from shuffled records.

    References
    ----------
    Methods 6.4: permuted history; Chapman, A. et al. (2022), ACM FAccT, 36-45.
    """
    names: tuple[ArmName, ArmName] = ("permuted_history", "permuted_history_corrected")
    return _on(player, "records shuffled among areas", permuted_past, names)


def _on(
    player: Player, title: str, make: Callable[..., Past], names: tuple[ArmName, ArmName]
) -> tuple[tuple[Arm, ...], Span | None]:
    """Play both arms from many histories, each shared by as many runs."""
    tool = player.tool()
    free = replace(tool, name="free", sees="weighted" if player.rule.kind == "draws" else "spread")
    rng = np.random.default_rng(player.seed(f"{title}: histories"))
    pasts = [make(player.loop.past, rng=rng) for _ in range(HISTORIES)]

    def past(index: int) -> Past:
        return pasts[index % HISTORIES]

    played = player.play(
        title, [tool, free], equal_world(player), past=past, replicates=player.choice.replicates,
        slice_size=-(-player.choice.replicates // HISTORIES),
    )  # fmt: skip
    equal = 1 / len(player.loop.used)
    truth = np.full(len(player.loop.used), equal)
    arms = tuple(
        played_arm(name, played[key], loop=player.loop, truth=truth, rounds=player.choice.rounds)
        for name, key in zip(names, ("tool", "free"), strict=True)
    )
    return arms, _ratio(played, equal)


def _ratio(played: dict[str, Played], equal: float) -> Span | None:
    """Divide the scatter around equal shares by that without the loop; None if the latter has none and the former some."""
    tool, free = (played[name].final.astype(np.float64) for name in ("tool", "free"))
    if np.allclose(free, equal):
        return (1.0, 1.0, 1.0) if np.allclose(tool, equal) else None
    return variance_ratio_over_runs(tool, free, around=equal)
