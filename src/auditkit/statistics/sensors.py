"""What sensors do to records: they find events that nobody reports, and only where they stand."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SiteRule = Literal["all_records", "reports_only", "sunset", "random_sample"]
SITE_RULES: tuple[SiteRule, ...] = ("all_records", "reports_only", "sunset", "random_sample")
BY_LOT = 0.2
"""Share of sites that `random_sample` gives by lot."""


def covered_ratio(reporting: float, detection: float) -> float:
    """How many times as many events are recorded under sensors as elsewhere, although as many happen.

    Reports and detections are taken as independent.

    Raises
    ------
    ValueError
        If a rate lies outside 0 to 1, or nothing is reported: elsewhere nothing is then recorded.

    References
    ----------
    Methods 6.8 and case F17: [1 - (1 - r)(1 - s)] / r.

    >>> round(covered_ratio(0.2, 0.8), 6)
    4.2
    """
    if not (0 < reporting <= 1 and 0 <= detection <= 1):
        msg = f"expected rates within 0 and 1, and some reports, found {reporting} and {detection}"
        raise ValueError(msg)
    return (1 - (1 - reporting) * (1 - detection)) / reporting


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sites:
    """Areas in which as many events happen, sensors in some of them, and a rule that gives sites by records.

    Raises
    ------
    ValueError
        If covered shares lie outside 0 to 1, there are no more areas than sites, or a number is not above 0.

    References
    ----------
    Methods 6.8: null test of the expansion rule.
    """

    covered: Floats
    """(areas,): covered share of each area."""
    events: float
    """Events of an area per round."""
    reporting: float
    detection: float
    new_sites: int
    """Areas that get sensors, or keep them, each round."""
    rounds: int

    def __post_init__(self) -> None:
        if not np.all((self.covered >= 0) & (self.covered <= 1)) or not 1 <= self.new_sites < len(
            self.covered
        ):
            msg = (
                f"expected shares, and fewer sites than areas, found {self.new_sites} for {len(self.covered)}"
            )
            raise ValueError(msg)
        covered_ratio(self.reporting, self.detection)
        if self.events <= 0 or self.rounds < 1:
            msg = f"expected events and rounds, found {self.events} and {self.rounds}"
            raise ValueError(msg)


class Expanded(NamedTuple):
    """Where the sites of one rule went."""

    to_existing: Floats
    """(replicates,): share of sites given to areas that had sensors at the start."""


def expand(sites: Sites, *, replicates: int, rng: np.random.Generator) -> dict[SiteRule, Expanded]:
    """Give sites by each rule, on the same events; as many events happen in every area.

    `all_records` ranks areas by everything recorded, `reports_only` by what the public reports, `sunset` lets sensors
    lapse unless they are given again, and `random_sample` gives one site in five by lot.

    References
    ----------
    Methods 6.8; common random numbers as in `auditkit.statistics.supervision_runs.play`.
    """
    size = replicates, len(sites.covered)
    had = sites.covered > 0
    cover = {rule: np.broadcast_to(sites.covered, size).copy() for rule in SITE_RULES}
    given = {rule: np.zeros(replicates) for rule in SITE_RULES}
    for _ in range(sites.rounds):
        reported = rng.poisson(sites.events * sites.reporting, size).astype(np.float64)
        unreported = rng.poisson(sites.events * (1 - sites.reporting) * sites.detection, size)
        heard_at, ties, lot = rng.random(size), rng.random(size), rng.random(size)
        for rule in SITE_RULES:
            heard = np.round(unreported * cover[rule] + heard_at - 0.5).clip(0, unreported)
            score = reported if rule == "reports_only" else reported + heard
            by_lot = round(BY_LOT * sites.new_sites) if rule == "random_sample" else 0
            drawn = _best(lot, by_lot)
            chosen = drawn | _best(np.where(drawn, -np.inf, score + ties * 1e-6), sites.new_sites - by_lot)
            given[rule] += (chosen & had).sum(axis=1)
            kept = np.zeros(size) if rule == "sunset" else cover[rule]
            cover[rule] = np.where(chosen, 1.0, kept)
    return {rule: Expanded(given[rule] / (sites.new_sites * sites.rounds)) for rule in SITE_RULES}


def _best(keys: Floats, n: int) -> NDArray[np.bool_]:
    """Mark the n largest of each row."""
    chosen = np.zeros(keys.shape, dtype=bool)
    if n:
        np.put_along_axis(chosen, np.argpartition(-keys, n - 1, axis=1)[:, :n], values=True, axis=1)
    return chosen
