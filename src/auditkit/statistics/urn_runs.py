"""Runs of the feedback urn, many at a time: how far chance and the loop carry allocation.

The arithmetic is numpy over replicates, in blocks of fixed size with a generator each. Large runs use machine code
where numba is installed, and get the same numbers.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from auditkit.statistics.runaway import leading_excess, leading_share
from auditkit.statistics.urn import Urn, acceptance
from auditkit.statistics.urn_kernel import Kernel, available, kernel, poisson_table

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Numbers = Floats | Counts


class Outcome(NamedTuple):
    """Allocation shares over replicates; a share is a count divided by the sum of counts."""

    final: Floats
    """(replicates, areas): shares after the last round."""
    kept: Counts
    """(kept,): the rounds of the fields below, ascending; round t is the state after t rounds."""
    path: npt.NDArray[np.float32]
    """(kept, replicates, tracked areas): shares on the way."""
    mean: Floats
    """(kept, areas): mean over replicates."""
    sd: Floats
    """(kept, areas): standard deviation between replicates."""
    leading: Floats
    """(kept, replicates): share of the most allocated tenth of areas (of the first area below eleven areas)."""
    found: Counts
    """(replicates,): incidents discovered by visits, kept as records or not."""
    discarded: Counts
    """(replicates,): discovered records that the correction threw away."""
    missed: Counts | None
    """(replicates,): incidents that no visit discovered, reported or not; None without a true rate."""
    excess: Floats | None
    """(kept, replicates): `leading` over the true share of those areas; None without true shares."""


def _points(gaps: Callable[[int], Numbers], *, length: float, expected: float) -> Numbers:
    """Random points on a line of this length, in order, from the gaps between them."""
    parts, reached = [], 0.0
    while reached < length:
        parts.append(reached + gaps(int(1.1 * expected) + 10).cumsum())
        reached = float(parts[-1][-1])
    points = np.concatenate(parts)
    return points[: np.searchsorted(points, length)]


KERNEL_FROM = 100_000_000
"""Replicates times rounds times areas from which machine code pays for being compiled; it changes no number."""
LARGEST = 64
"""Largest mean of finds per visit for which counts come from a table."""
HELD = 4_000_000
"""Random numbers or reported counts that are held at once."""


class _Block:
    """Replicates that share one generator; always the same number of them, so that others do not move them."""

    def __init__(self, urn: Urn, rng: np.random.Generator, *, compiled: Kernel | None) -> None:
        self.urn, self.rng, self.areas, self.compiled = urn, rng, len(urn.recorded), compiled
        self.size = _block_size(self.areas)
        self.counts = np.tile(urn.recorded, (self.size, 1))
        self.flat = self.counts.reshape(-1)  # a view
        self.reports = np.tile(urn.reported, self.size).cumsum()
        self.found = np.zeros(self.size, dtype=np.int64)
        self.discarded = np.zeros(self.size, dtype=np.int64)
        self.expected = np.zeros(self.size)
        self.table = _table(urn)
        self.chunk = max(1, min(64, HELD // (2 * self.size * urn.visits)))
        self.uniforms, self.used = np.empty((self.size, 0, 2, urn.visits)), 0

    def advance(self, rounds: int) -> None:
        """Play so many rounds; the numbers they use are drawn a chunk of rounds at a time."""
        while rounds:
            if self.used == self.uniforms.shape[1]:
                self.uniforms, self.used = self.rng.random((self.size, self.chunk, 2, self.urn.visits)), 0
            here = min(rounds, self.uniforms.shape[1] - self.used)
            if self.compiled is not None and self.table is not None:
                here = min(here, max(1, HELD // self.flat.size))
                self._compiled_rounds(self.compiled, self.table, here)
            else:
                for at in range(self.used, self.used + here):
                    self.play(self.uniforms[:, at])
            self.used += here
            rounds -= here

    def _compiled_rounds(self, compiled: Kernel, table: Floats, rounds: int) -> None:
        arriving = np.zeros((0, rounds, self.areas), dtype=np.int64)
        if self.reports[-1]:
            arriving = np.stack([self._arriving() for _ in range(rounds)], axis=1)
        uniforms = self.uniforms[:, self.used : self.used + rounds]
        compiled(self.counts, np.ascontiguousarray(uniforms), table, arriving, self.found)

    def play(self, uniforms: Floats) -> None:
        """One round. All records of all replicates lie on one line, and a visit or a loss picks a record."""
        urn, rng = self.urn, self.rng
        line = self.flat.cumsum()
        ends = line[self.areas - 1 :: self.areas]
        totals = np.diff(ends, prepend=0)
        picks = (ends - totals)[:, None] + (uniforms[:, 0] * totals[:, None]).astype(np.int64)
        order = np.argsort(picks, axis=1)  # visits are exchangeable, and a sorted search is faster
        cells = np.searchsorted(line, np.take_along_axis(picks, order, axis=1), side="right")
        rates = urn.discovered[cells % self.areas]
        found = gained = self._find(
            cells % self.areas, rates, np.take_along_axis(uniforms[:, 1], order, axis=1)
        )
        if urn.correction != "none":
            least = self.counts.min(axis=1)[:, None]
            gained = rng.binomial(
                found, acceptance(self.flat[cells], least, totals[:, None], rule=urn.correction)
            )
        if urn.decay:
            self._forget(line)
        if self.reports[-1]:
            self.counts += self._arriving()
        np.add.at(self.flat, cells, gained)
        self.found += found.sum(axis=1)
        self.discarded += (found - gained).sum(axis=1)
        self.expected += rates.sum(axis=1)

    def _find(self, areas: Counts, rates: Floats, uniforms: Floats) -> Counts:
        if self.table is None:
            return self.rng.poisson(rates)
        found, number = np.zeros(uniforms.shape, dtype=np.int64), 0
        while (
            more := uniforms > self.table[areas, number]
        ).any():  # the last column is 1, above every number drawn
            found += more
            number += 1
        return found

    def _forget(self, line: Counts) -> None:
        """Lose each record with probability `decay`: draw the lost records, or per area where that is less work."""
        rng, decay, records = self.rng, self.urn.decay, int(line[-1])
        if records * decay < self.flat.size:
            lost = _points(lambda n: rng.geometric(decay, n), length=records + 1, expected=records * decay)
            np.subtract.at(self.flat, np.searchsorted(line, lost - 1, side="right"), 1)
        else:
            self.flat -= rng.binomial(self.flat, decay)
        np.maximum(self.flat, 1, out=self.flat)

    def _arriving(self) -> Counts:
        """Draw the reported records: one by one where most areas get none, else per area."""
        total = float(self.reports[-1])
        if 2 * total >= self.flat.size:
            return self.rng.poisson(self.urn.reported, self.counts.shape)
        points = _points(self.rng.standard_exponential, length=total, expected=total)
        cells = np.searchsorted(self.reports, points, side="right")
        return np.bincount(cells, minlength=self.flat.size).reshape(self.counts.shape)

    def shares(self, replicates: int) -> Floats:
        counts = self.counts[:replicates]
        return np.asarray(counts / counts.sum(axis=1, keepdims=True), dtype=np.float64)

    def missed(self, rounds: int) -> Counts:
        """Found and missed incidents are independent Poisson counts, so that the missed ones need one draw."""
        happening = 0.0 if self.urn.true_rate is None else rounds * float(self.urn.true_rate.sum())
        return self.rng.poisson(np.maximum(0.0, happening - self.expected))


def _block_size(areas: int) -> int:
    """Larger blocks gain no speed, smaller ones pay for calls (measured); never a function of the replicates."""
    return 250 if areas <= 250 else 50


def _table(urn: Urn) -> Floats | None:
    return poisson_table(urn.discovered) if urn.discovered.max() <= LARGEST else None


def _compiled(urn: Urn, work: int) -> Kernel | None:
    """Return machine code where it is installed, pays, and plays this urn: nothing is forgotten, thrown away or missed."""
    plain = (
        urn.decay == 0
        and urn.correction == "none"
        and urn.true_rate is None
        and urn.discovered.max() <= LARGEST
    )
    return kernel() if plain and work >= KERNEL_FROM and available() else None


def simulate(  # noqa: PLR0913  # what to play, and what to keep
    urn: Urn,
    *,
    rounds: int,
    replicates: int,
    rng: np.random.Generator,
    keep: Sequence[int] = (),
    track: Sequence[int] | None = None,
    truth: Floats | None = None,
) -> Outcome:
    """How allocation drifts: independent runs of the urn.

    A replicate's numbers depend on the seed and on its position, not on how many replicates or kept rounds there
    are. Memory is kept x replicates x tracked x 4 bytes, and replicates x areas x 8 bytes.

    Parameters
    ----------
    rng
        Each block of replicates takes one child of it, so that its next use gives other numbers.
    keep
        Rounds, from 1 to `rounds`, whose shares are kept on the way.
    track
        Areas whose shares `path` holds; all if None. With thousands of areas name a few.
    truth
        (areas,): true shares, which `excess` compares with.

    Raises
    ------
    ValueError
        If there is no round, fewer than two replicates, or a kept round outside the run.

    References
    ----------
    Ensign et al. (2018), as in `urn.Urn`.
    """
    kept = np.unique(np.asarray(keep, dtype=np.int64))
    if rounds < 1 or replicates < 2 or np.any((kept < 1) | (kept > rounds)):
        msg = f"expected rounds >= 1, replicates >= 2 and kept rounds within, found {rounds}, {replicates}, {keep}"
        raise ValueError(msg)
    areas, size = len(urn.recorded), _block_size(len(urn.recorded))
    tracked = np.arange(areas) if track is None else np.asarray(track, dtype=np.int64)
    final, counts = np.empty((replicates, areas)), np.empty((3, replicates), dtype=np.int64)
    path = np.empty((kept.size, replicates, tracked.size), dtype=np.float32)
    leading, sums = np.empty((kept.size, replicates)), np.zeros((2, kept.size, areas))
    excess = None if truth is None else np.empty((kept.size, replicates))
    start = urn.recorded / urn.recorded.sum()  # squares are summed around it, which keeps their digits
    compiled = _compiled(urn, replicates * rounds * areas)
    for first, child in zip(range(0, replicates, size), rng.spawn(-(-replicates // size)), strict=True):
        block, part = _Block(urn, child, compiled=compiled), slice(first, min(first + size, replicates))
        used = part.stop - first
        for row, length in enumerate(np.diff(kept, prepend=0)):
            block.advance(int(length))
            shares = block.shares(used)
            path[row, part], leading[row, part] = shares[:, tracked], leading_share(shares)
            if excess is not None and truth is not None:
                excess[row, part] = leading_excess(shares, truth)
            sums[:, row] += (shares - start).sum(axis=0), ((shares - start) ** 2).sum(axis=0)
        block.advance(rounds - int(kept.max(initial=0)))
        final[part] = block.shares(used)
        counts[:, part] = block.found[:used], block.discarded[:used], block.missed(rounds)[:used]
    mean = sums[0] / replicates
    spread = np.sqrt(np.maximum(0.0, sums[1] - replicates * mean**2) / (replicates - 1))
    missed = None if urn.true_rate is None else counts[2]
    return Outcome(final, kept, path, start + mean, spread, leading, counts[0], counts[1], missed, excess)
