"""A city of 10,000 areas, played for a year: seconds and memory of the urn and of a tool that takes the top areas."""

import numpy as np

from auditkit.simulate.arms import Arm, Plan, World
from auditkit.simulate.engine import play
from auditkit.simulate.forecasters import Past, RollingCount
from auditkit.simulate.rules import Rule
from auditkit.statistics.urn import Urn
from auditkit.statistics.urn_runs import simulate

AREAS, ROUNDS, REPLICATES, VISITS = 10_000, 365, 200, 100
REPORTED, DISCOVERY = 0.3, 0.1


def urn() -> None:
    """Play the urn."""
    rng = np.random.default_rng(1)
    rates = rng.gamma(1.0, size=AREAS)
    city = Urn(
        recorded=np.full(AREAS, 20), discovered=DISCOVERY * rates, reported=REPORTED * rates, visits=VISITS
    )
    simulate(city, rounds=ROUNDS, replicates=REPLICATES, rng=rng, keep=[ROUNDS], track=[0])


def top_areas() -> None:
    """Play a count of the last four weeks that takes the top areas."""
    rng = np.random.default_rng(1)
    rates = rng.gamma(1.0, size=AREAS)
    reported, discovered = (rng.poisson(share * rates[:, None], (AREAS, 28)) for share in (REPORTED, 0.01))
    past = Past(
        areas=tuple(map(str, range(AREAS))), periods=tuple(map(str, range(28))), reported=reported,
        discovered=discovered, longitude=None, latitude=None, neighbours=((),) * AREAS, period="day",
    )  # fmt: skip
    world = World(rates=rates, reporting=np.full(AREAS, REPORTED), discovery=np.array([DISCOVERY]))
    tool = Arm(name="tool", make=lambda: RollingCount(28), rule=Rule(kind="top", visits=VISITS))
    play([tool], world, past, Plan(rounds=ROUNDS, replicates=REPLICATES, seed=np.random.SeedSequence(1)))
