"""Forecasters that let a record raise more than the next count: over the map, or for a while.

A kernel density spreads records over the areas around; a self-exciting process lets each record raise later rates.
"""

import numpy as np

from auditkit.simulate.forecasters import Floats, Forecaster, Ints, Past, Submission, allocator
from auditkit.statistics.self_exciting import Process, first_guess, fit, next_rate
from auditkit.statistics.smoothing import gaussian_weights, nearest_distance, neighbour_weights, planar_km

REMEMBERED = 104
"""Periods that the self-exciting process is fitted on."""
REFITTED_EVERY = 4
"""Rounds after which its parameters are estimated again; its rates follow the records every round."""
FIRST_ITERATIONS, WARM_ITERATIONS = 100, 3


def centres(past: Past) -> Floats | None:
    """Place the centres of areas on a plane, in kilometres; None where one is not known, or most lie in one place.

    References
    ----------
    As `auditkit.statistics.smoothing.planar_km`.
    """
    if past.longitude is None or past.latitude is None:
        return None
    if not (np.isfinite(past.longitude).all() and np.isfinite(past.latitude).all()):
        return None
    points = planar_km(past.longitude, past.latitude)
    return points if nearest_distance(points) > 0 else None


class KernelDensity:
    """Scores areas by the records around them, weighted by a Gaussian of the distance between centres.

    Where centres are not known, an area's own records and the mean of its neighbours' weigh one half each.

    References
    ----------
    Chainey, S., Tompson, L., Uhlig, S. (2008), Security Journal 21, 4-28, as in
    `auditkit.statistics.smoothing.gaussian_weights`.
    """

    name = "kernel_density"

    def __init__(self, *, bandwidth_km: float | None = None) -> None:
        self.bandwidth_km = bandwidth_km
        self.weights: Floats = np.empty((0, 0))
        self.records: Floats = np.empty((0, 0))

    def start(self, past: Past, *, replicates: int, seed: int) -> None:  # noqa: ARG002  # nothing is drawn
        """Weigh the areas, and add up the past."""
        counts = (past.reported + past.discovered).sum(axis=1)
        self.records = np.tile(counts, (replicates, 1)).astype(np.float64)
        points = centres(past)
        if points is None:
            self.weights = neighbour_weights(past.neighbours)
        else:
            self.weights = gaussian_weights(points, bandwidth=self.bandwidth_km or nearest_distance(points))

    def scores(self, round: int, reported: Ints, discovered: Ints) -> Floats:  # noqa: A002, ARG002  # the protocol's own word; not needed here
        """Add the new records, and smooth all of them."""
        self.records += reported
        self.records += discovered
        return self.records @ self.weights.T


class SelfExciting:
    """Scores areas by the expected records of the next period under the self-exciting process.

    The first fit starts from nothing and is common to all replicates. Later fits start from the one before.

    References
    ----------
    Mohler, G. et al. (2015), JASA 110, 1399-1411; Lum, K. and Isaac, W. (2016), Significance 13(5), 14-19, as in
    `auditkit.statistics.self_exciting.fit`.
    """

    name = "self_exciting"

    def __init__(self, *, remembered: int = REMEMBERED, refitted_every: int = REFITTED_EVERY) -> None:
        self.remembered, self.refitted_every = remembered, refitted_every
        self.replicates = 0
        self.counts: Ints = np.empty((0, 0, 0), dtype=np.int64)
        self.process: Process | None = None

    def start(self, past: Past, *, replicates: int, seed: int) -> None:  # noqa: ARG002  # nothing is drawn
        """Take the last periods of the past; they are the same for every replicate."""
        counts = (past.reported + past.discovered).T[-self.remembered :]
        self.replicates, self.process = replicates, None
        self.counts = np.array(counts[:, None, :], dtype=np.int64)

    def scores(self, round: int, reported: Ints, discovered: Ints) -> Floats:  # noqa: A002  # the protocol's own word
        """Add the period to what is remembered, fit again if it is time, and forecast."""
        new = np.asarray(reported + discovered, dtype=np.int64)[None]
        if self.process is None:
            one = np.concatenate([self.counts, new[:, :1]])[-self.remembered :]
            alone = fit(one, start=first_guess(one), iterations=FIRST_ITERATIONS, tolerance=1e-4).process
            self.process = Process(*(np.repeat(values, self.replicates, axis=0) for values in alone))
            self.counts = np.repeat(self.counts, self.replicates, axis=1)
        self.counts = np.concatenate([self.counts, new])[-self.remembered :]
        if round % self.refitted_every == 0:
            self.process = fit(self.counts, start=self.process, iterations=WARM_ITERATIONS).process
        return next_rate(self.counts, self.process)


@allocator("kernel_density")
def _kernel_density(_: Submission) -> Forecaster:
    return KernelDensity()


@allocator("self_exciting")
def _self_exciting(_: Submission) -> Forecaster:
    return SelfExciting()
