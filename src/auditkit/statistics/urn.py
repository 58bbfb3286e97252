"""The feedback urn over several areas: patrol goes where records are, and records come from where patrol goes.

Every round one visit (or several, drawn independently) goes to area i with probability p_i = n_i / sum(n), where n
holds the recorded counts. The visited area gains Poisson(discovered_i) discovered records, and every area gains
Poisson(reported_j) reported ones. With two areas and d discovered, r reported, these are the entries
a = d_A + r_A, b = r_B, c = r_A, d = d_B + r_B of the published urn. With decay, each count first loses
Binomial(n, decay) records and is then kept at 1 or more.

Under `"importance"` a discovered record is kept with probability min(p) / p_i: on average every area then gains
discovered records in proportion to its rate, wherever patrol went. `"two_area_rule"` is the published
(1 - p_i) / max(1 - p_j). It agrees for two areas and fails for more; it is here to show that, never to be used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64] | npt.NDArray[np.int64]
Correction = Literal["none", "importance", "two_area_rule"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Urn:
    """What an urn starts from and the rates at which it grows; arrays of shape (areas,), nothing missing.

    Raises
    ------
    ValueError
        If there are fewer than two areas, shapes differ, a value is negative or infinite, counts are not whole or
        all 0, `decay` is outside [0, 1), `visits` is below 1, a count is 0 under the importance correction (which
        would then keep nothing), or one round of visits could discover more than happens.

    References
    ----------
    Ensign, D., Friedler, S. A., Neville, S., Scheidegger, C., Venkatasubramanian, S. (2018), Runaway feedback loops
    in predictive policing, PMLR 81, 160-171.
    """

    recorded: Counts
    """Records at the start."""
    discovered: Floats
    """Records that one visit discovers, on average."""
    reported: Floats
    """Records that arrive each round without a visit, on average."""
    true_rate: Floats | None = None
    """Incidents that happen each round, on average; only to count the missed ones."""
    correction: Correction = "none"
    """Which discovered records are kept."""
    decay: float = 0.0
    """Share of records forgotten each round."""
    visits: int = 1
    """Visits per round."""

    def __post_init__(self) -> None:
        rates = [self.recorded, self.discovered, self.reported]
        rates += [] if self.true_rate is None else [self.true_rate]
        if (
            len({np.shape(values) for values in rates}) > 1
            or np.ndim(self.recorded) != 1
            or len(self.recorded) < 2
        ):
            msg = f"expected one value per area and two areas, found shapes {[np.shape(values) for values in rates]}"
            raise ValueError(msg)
        if not all(np.all(np.isfinite(values) & (values >= 0)) for values in rates):
            msg = "expected finite rates and counts of 0 or more"
            raise ValueError(msg)
        self._check_settings()
        for name, kind in (("recorded", np.int64), ("discovered", np.float64), ("reported", np.float64)):
            values = np.array(getattr(self, name), dtype=kind)
            values.setflags(write=False)
            object.__setattr__(self, name, values)

    def _check_settings(self) -> None:
        if np.any(self.recorded != np.floor(self.recorded)) or not np.any(self.recorded):
            msg = "expected whole counts that are not all 0"
            raise ValueError(msg)
        if not 0 <= self.decay < 1 or self.visits < 1:
            msg = f"expected 0 <= decay < 1 and visits >= 1, found {self.decay} and {self.visits}"
            raise ValueError(msg)
        if self.correction == "importance" and np.min(self.recorded) == 0:
            msg = "with an area of 0 records the importance correction keeps nothing; start every area at 1 or more"
            raise ValueError(msg)
        if self.true_rate is not None and np.any(self.discovered * self.visits > self.true_rate):
            msg = "one round of visits must not discover more than happens: visits x discovered <= true_rate"
            raise ValueError(msg)


class MeanField(NamedTuple):
    """Shares of the urn without chance."""

    final: Floats
    """(areas,): after the last step."""
    path: Floats
    """(kept, areas): after the kept steps."""


class Polya(NamedTuple):
    """Distribution of the limit shares when areas are equal: early chance stays for ever."""

    parameters: Floats
    """(areas,): of the Dirichlet distribution; of the Beta distribution with two areas."""
    mean: Floats
    """(areas,): the shares at the start."""
    sd: Floats
    """(areas,)"""


def acceptance(here: Numbers, least: Numbers, total: Numbers, *, rule: Correction) -> Floats:
    """Probability of keeping a discovered record, from the counts of the visited area, of the smallest and of all.

    References
    ----------
    Ensign et al. (2018), as in `Urn`, for two areas; for more, thinning in inverse proportion to the
    probability of a visit: Horvitz, D. G., Thompson, D. J. (1952), A generalization of sampling without replacement
    from a finite universe, JASA 47, 663-685.

    >>> here, least, total = np.array(6), np.array(2), np.array(12)  # of three areas
    >>> float(acceptance(here, least, total, rule="importance").round(4))
    0.3333
    >>> float(acceptance(here, least, total, rule="two_area_rule").round(4))
    0.6
    """
    if rule == "importance":
        return np.asarray(least / here, dtype=np.float64)
    if rule == "two_area_rule":
        return np.asarray((total - here) / (total - least), dtype=np.float64)
    return np.ones(np.shape(here))


def mean_field(urn: Urn, *, steps: int, keep: Sequence[int] = ()) -> MeanField:
    """Path of the urn when every draw takes its expected value; one step is one round.

    Parameters
    ----------
    keep
        Steps, from 1 to `steps`, whose shares are kept, in ascending order.

    Raises
    ------
    ValueError
        If there is no step, or a kept step outside the run.

    References
    ----------
    Ensign et al. (2018), as in `Urn`; Benaim, M. (1999), Dynamics of stochastic approximation algorithms,
    Seminaire de probabilites 33, 1-68 (why runs follow it).

    >>> urn = Urn(recorded=np.array([1, 1]), discovered=np.array([3.0, 2.0]), reported=np.zeros(2))
    >>> mean_field(urn, steps=1).final.round(4).tolist()  # 1 + 3/2 and 1 + 2/2
    [0.5556, 0.4444]
    """
    kept = sorted(set(keep))
    if steps < 1 or (kept and not 1 <= kept[0] <= kept[-1] <= steps):
        msg = f"expected steps >= 1 and kept steps within, found {steps} and {keep}"
        raise ValueError(msg)
    counts, rates, wanted = urn.recorded.astype(np.float64), urn.discovered * urn.visits, set(kept)
    path = np.empty((len(kept), counts.size))
    row = 0
    for step in range(1, steps + 1):
        total = counts.sum()
        gained = counts * rates / total
        if urn.correction != "none":
            gained *= acceptance(counts, counts.min(), total, rule=urn.correction)
        if urn.decay:
            counts = np.maximum(counts * (1 - urn.decay), 1)
        counts = counts + gained + urn.reported
        if step in wanted:
            path[row] = counts / counts.sum()
            row += 1
    return MeanField(counts / counts.sum(), path)


def polya_limit(recorded: Floats, *, increment: float) -> Polya:
    """Limit shares when all areas are equal and each round adds `increment` to one: history never washes out.

    Raises
    ------
    ValueError
        If a count or the increment is not above 0.

    References
    ----------
    Blackwell, D., MacQueen, J. B. (1973), Ferguson distributions via Polya urn schemes, Annals of Statistics 1,
    353-355.

    >>> limit = polya_limit(np.array([609.0, 379.0]), increment=1)
    >>> float(limit.mean[0].round(4)), float(limit.sd[0].round(4))
    (0.6164, 0.0155)
    """
    if not np.all(recorded > 0) or increment <= 0:
        msg = "expected counts and an increment above 0"
        raise ValueError(msg)
    parameters = recorded / increment
    total = float(parameters.sum())
    mean = parameters / total
    return Polya(parameters, mean, np.sqrt(mean * (1 - mean) / (total + 1)))
