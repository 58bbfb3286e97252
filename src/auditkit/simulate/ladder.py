"""The mitigation ladder: other ways of sending as many patrols, played with the same chance as the tool."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from auditkit.results.feedback import Deterrence, Layer, Remedy, Span, Step
from auditkit.simulate.arms import Arm, Played
from auditkit.simulate.playing import Player
from auditkit.simulate.reading import Loop
from auditkit.simulate.rules import Rule
from auditkit.statistics.amplification import between_run_spread
from auditkit.statistics.run_intervals import log_odds_over_runs, mean_over_runs

Floats = NDArray[np.float64]
EXPLORED: dict[Remedy, float] = {"explore_05": 0.05, "explore_10": 0.1, "explore_20": 0.2}
"""Share of visits that go anywhere."""
CAP = 2.0
"""An area may have this many times an equal share of visits."""
FAIR = 0.5
"""Under `fair`, chances of discovery differ between areas by this share of what they differ by under the tool."""
ELASTICITIES = (0.0, -0.1, -0.3)
BY_COMMAND: tuple[Remedy, ...] = (
    "random",
    "status_quo",
    "tool",
    "not_retrained",
    "reported_only",
    "explore_10",
)
"""Steps that are played where the vendor's program has no time for more."""


def ladder(player: Player) -> list[Arm]:
    """List every step of the ladder as an arm of the loop.

    A rule that always takes the top areas gives the others no chance, and nothing can be weighted by a chance of 0. So
    under such a rule the weighted arm also sends one visit in ten anywhere.

    References
    ----------
    Methods 6.5; Ensign et al. (2018), PMLR 81, 160-171 (weights); Elzayn et al. (2019), ACM FAT*, 170-179 (fair chances
    of discovery); Russo, D. et al. (2018), A tutorial on Thompson sampling, Foundations and Trends in ML 11, 1-96.
    """
    loop, rule, tool = player.loop, player.rule, player.tool()
    areas = len(loop.used)
    before = loop.discovered_before
    count = min(rule.visits, int((before > 0).sum())) if rule.kind != "draws" else rule.visits
    lots = Rule(kind="draws" if rule.kind == "draws" else "top", visits=rule.visits)
    arms: dict[Remedy, Arm] = {
        "random": Arm(name="random", make=None, rule=lots, fixed=np.full(areas, 1 / areas)),
        "status_quo": Arm(
            name="status_quo", make=None, rule=replace(lots, visits=count), fixed=before / before.sum()
        ),
        "tool": tool,
        "not_retrained": replace(tool, name="not_retrained", retrained=False),
        "reported_only": replace(tool, name="reported_only", sees="reported"),
        "weighted": replace(tool, name="weighted", sees="weighted", explore=0.0 if rule.kind == "draws" else 0.1),
        **{name: replace(tool, name=name, explore=share) for name, share in EXPLORED.items()},
        "capped": replace(tool, name="capped", most=CAP / areas),
        "thompson": Arm(name="thompson", make=None, rule=replace(lots, kind="top"), thompson=True),
        "fair": replace(tool, name="fair", explore=1 - FAIR),
        "rescaled": replace(tool, name="rescaled", sees="rescaled"),
    }  # fmt: skip
    kept = tuple(arms) if player.short is None else BY_COMMAND
    if not loop.reports:  # nothing is reported, so nothing can be learnt from reports
        kept = tuple(name for name in kept if name not in {"reported_only", "rescaled"})
    return [arms[name] for name in kept]


def steps(played: dict[str, Played], arms: list[Arm], loop: Loop, *, due: float) -> tuple[Step, ...]:
    """Describe each step beside the tool, with paired intervals; all are held against what is due under the tool's rule.

    References
    ----------
    Methods 6.5: detected and missed incidents per arm, and paired differences.
    """
    return tuple(_step(arm, played[arm.name], played["tool"], loop, due=due) for arm in arms)


def top_shares(played: Played, loop: Loop) -> Floats:
    """Give the final share of visits of the busiest areas, run by run.

    References
    ----------
    Methods 6.3 (1).
    """
    return np.asarray(played.final[:, loop.top].sum(axis=1), dtype=np.float64)


def _step(arm: Arm, played: Played, tool: Played, loop: Loop, *, due: float) -> Step:
    shares, base = top_shares(played, loop), top_shares(tool, loop)
    found = mean_over_runs(played.found)
    own = arm.name == "tool"
    name: Remedy = arm.name  # type: ignore[assignment]  # arms of the ladder are named after its steps
    return Step(
        name=name, replicates=len(shares), top_share=mean_over_runs(shares),
        log_odds=_odds(shares, due), spread=between_run_spread(played.final.astype(np.float64)).root_mean_square,
        found=found, missed=float(played.happened.mean()) - found.value,
        found_difference=None if own else mean_over_runs(played.found - tool.found),
        top_share_difference=None if own else mean_over_runs(shares - base),
    )  # fmt: skip


def _odds(shares: Floats, due: float) -> Span | None:
    return log_odds_over_runs(shares, truth=due) if 0 < due < 1 else None


def deterred(player: Player) -> list[Arm]:
    """List the tool under each elasticity of what happens to patrols.

    References
    ----------
    Methods 6.6: elasticities 0, -.1, -.3, each printed.
    """
    return [
        replace(player.tool(), name=f"elasticity {value:g}", elasticity=value)
        for value in ELASTICITIES
        if value
    ]


def deterrence(
    played: dict[str, Played], arms: list[Arm], loop: Loop, *, due: float
) -> tuple[Deterrence, ...]:
    """Describe the tool under each elasticity, 0 among them.

    References
    ----------
    Methods 6.6.
    """
    usual = float(played["tool"].happened.mean())
    found = []
    for value, name in [(0.0, "tool"), *((arm.elasticity, arm.name) for arm in arms)]:
        one = played[name]
        shares = top_shares(one, loop)
        found.append(
            Deterrence(
                elasticity=value, top_share=mean_over_runs(shares), log_odds=_odds(shares, due),
                found=mean_over_runs(one.found), prevented=usual - float(one.happened.mean()),
            )
        )  # fmt: skip
    return tuple(found)


def elastic_layers(answers: tuple[Deterrence, ...]) -> tuple[Layer, ...]:
    """Put each elasticity beside the other scenarios; they are never averaged.

    References
    ----------
    Methods 6.6: the sign of the loop can reverse where patrol lowers what is recorded.
    """
    return tuple(
        Layer(
            kind="scenario", name=f"elasticity {one.elasticity:g}", log_odds=None if one.log_odds is None else one.log_odds[0],
            low=None if one.log_odds is None else one.log_odds[1], high=None if one.log_odds is None else one.log_odds[2],
        )
        for one in answers
    )  # fmt: skip
