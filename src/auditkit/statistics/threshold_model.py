"""The hierarchical model of the threshold test: its log density, slope and metric, for several points at once.

A point holds, by group, the cut and the log of its spread between areas, the logit share that carries something and
the log shift of what is seen of them; then the log spreads of what areas add to share and shift; then what each area
adds to both, and the cut of each cell.

Chains stick where coordinates depend on each other in a bent way. So effects are written as spread^w v with
v ~ N(0, spread^(1-w)), w near 0 where counts tell much and near 1 where they tell little. And counts hardly tell
which shift a group has, but well what share and cut go with each shift: these are measured from there.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from auditkit.statistics.risk_signal import cell_shares, normal_density, threshold

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]


class Cells(NamedTuple):
    """Counts of the stopped people of each area and group that has any."""

    group: Whole
    area: Whole
    counts: Floats
    """Shape (3, cells): not searched, searched without a hit, searched with a hit."""


class Rates(NamedTuple):
    """What a point says about each cell; each of shape (..., cells)."""

    threshold: Floats
    searched: Floats
    hit: Floats


class _Varying(NamedTuple):
    """Effects that vary around 0."""

    log_spread: Whole
    """Where in a point; so is the next."""
    own: Whole
    member: Floats
    """Shape (effects, spreads): 1 where an effect has a spread."""
    design: Floats
    """Shape (cells, effects): 1 where an effect belongs to a cell."""
    weight: Floats
    """Shape (effects,): w above."""

    def log_spreads(self, x: Floats) -> Floats:
        return np.asarray(x[..., self.log_spread] @ self.member.T, dtype=np.float64)

    def scale(self, x: Floats) -> Floats:
        return np.asarray(np.exp(self.weight * self.log_spreads(x)), dtype=np.float64)

    def effects(self, x: Floats) -> Floats:
        return self.scale(x) * x[..., self.own]

    def precision(self, x: Floats) -> Floats:
        return np.asarray(np.exp(-2 * (1 - self.weight) * self.log_spreads(x)), dtype=np.float64)


class Model:
    """Posterior of cuts and signals, given counts.

    References
    ----------
    Pierson, Corbett-Davies and Goel (2018), as in `risk_signal.cell_shares`, with the hierarchy of Simoiu,
    Corbett-Davies and Goel (2017): a centre and a spread of the thresholds of each group.
    """

    def __init__(self, cells: Cells) -> None:
        self.counts = cells.counts
        self.by_group = np.eye(cells.group.max() + 1)[cells.group]
        by_area = np.eye(cells.area.max() + 1)[cells.area]
        groups, areas, n = self.by_group.shape[1], by_area.shape[1], cells.group.size
        ends = np.cumsum([groups] * 4 + [1, 1, areas, areas, n])
        part = np.split(np.arange(ends[-1]), ends[:-1])
        self.size, self.shared = int(ends[-1]), int(ends[5])
        self.cut, self.share, self.shift = part[0], part[2], part[3]
        self.spreads = np.concatenate([part[1], part[4], part[5]])
        self.centres, self.widths = (
            np.concatenate([self.cut, self.share, self.shift]),
            np.repeat([2.0, 2.0, 1.0], groups),
        )
        missed, hit = self.counts[1:]
        every, searches = np.ones((areas, 1)), missed + hit
        self.varying = (
            _Varying(part[4], part[6], every, by_area, 1 / (1 + searches @ by_area / 50)),
            _Varying(part[5], part[7], every, by_area, np.full(areas, 0.5)),
            _Varying(part[1], part[8], self.by_group, np.eye(n), 1 / (1 + searches / 10)),
        )
        stops = self.counts.sum(axis=0) @ self.by_group
        # Half a person more in each count, so that no share is 0.
        self.missed, self.hit = ((count @ self.by_group + 0.5) / (stops + 1.5) for count in (missed, hit))

    def start(self) -> Floats:
        """Return a point of the usual kind: what is seen tells something, and areas differ a little."""
        x = np.zeros(self.size)
        x[self.shift], x[self.spreads] = 0.5, np.log(0.3)
        return x

    def rates(self, x: Floats) -> Rates:
        """Thresholds and rates of each cell; the point's leading axes stand before the cells."""
        share, shift, cut = self._signals(self._unbent(x)[0])
        _, miss, hit = cell_shares(share, shift, cut).shares
        return Rates(threshold(share, shift, cut), miss + hit, hit / (miss + hit))

    def density(self, x: Floats) -> tuple[Floats, Floats]:
        """Log density, up to a constant, and its slope, at points of shape (points, n)."""
        counts = self.counts[:, None, :]
        # A far point may overflow: its density is then no number, and is refused.
        with np.errstate(all="ignore"):
            z, share_bend, cut_bend = self._unbent(x)
            shares, slopes = cell_shares(*self._signals(z))
            height, slope = self._prior(z)
            height += (counts * np.log(shares)).sum(axis=(0, 2))
            by_cell = (counts / shares * slopes).sum(axis=1)
            for part, block, each in zip(
                (self.share, self.shift, self.cut), self.varying, by_cell, strict=True
            ):
                by_effect = each @ block.design
                slope[:, part] += each @ self.by_group
                slope[:, block.own] += by_effect * block.scale(z)
                slope[:, block.log_spread] += (by_effect * block.weight * block.effects(z)) @ block.member
            slope[:, self.shift] += share_bend * slope[:, self.share] + cut_bend * slope[:, self.cut]
        return np.where(np.isfinite(height), height, -np.inf), np.nan_to_num(slope, posinf=0.0, neginf=0.0)

    def metric(self, x: Floats) -> Floats:
        """Return the expected information at one point, counts and priors together: how sharply each way is known."""
        z, share_bend, cut_bend = self._unbent(x)
        shares, slopes = cell_shares(*self._signals(z))
        stops = self.counts.sum(axis=0)
        known = np.einsum("n,pkn,qkn,kn->pqn", stops, slopes, slopes, 1 / shares)
        rows, prior = np.zeros((3, stops.size, self.size)), np.zeros(self.size)
        prior[self.centres], prior[self.spreads] = 1 / self.widths**2, 2 * np.exp(2 * z[self.spreads])
        for part, block, row in zip((self.share, self.shift, self.cut), self.varying, rows, strict=True):
            row[:, part] = self.by_group
            row[:, block.own] = block.design * block.scale(z)
            row[:, block.log_spread] = (block.design * block.weight * block.effects(z)) @ block.member
            prior[block.own] = block.precision(z)
            prior[block.log_spread] += 2 * (1 - block.weight) ** 2 @ block.member
        weighted = np.einsum("pqn,qnk->pnk", known, rows).reshape(-1, self.size)
        information = rows.reshape(-1, self.size).T @ weighted + np.diag(prior)
        unbend = np.eye(self.size)
        unbend[self.share, self.shift], unbend[self.cut, self.shift] = share_bend, cut_bend
        return np.asarray(unbend.T @ information @ unbend, dtype=np.float64)

    def _prior(self, z: Floats) -> tuple[Floats, Floats]:
        """Log density of the priors and its slope."""
        slope = np.zeros_like(z)
        slope[:, self.centres] = -z[:, self.centres] / self.widths**2
        height = 0.5 * (z * slope).sum(axis=1)
        # Spreads are half-normal; the density of a log spread has the spread itself as a factor.
        square = np.exp(2 * z[:, self.spreads])
        height += (z[:, self.spreads] - 0.5 * square).sum(axis=1)
        slope[:, self.spreads] = 1 - square
        for block in self.varying:
            own, precision, free = z[:, block.own], block.precision(z), 1 - block.weight
            height -= (0.5 * precision * own**2 + free * block.log_spreads(z)).sum(axis=1)
            slope[:, block.own] = -precision * own
            slope[:, block.log_spread] += (free * (precision * own**2 - 1)) @ block.member
        return height, slope

    def _signals(self, z: Floats) -> tuple[Floats, Floats, Floats]:
        """Logit share, log shift and cut of each cell."""
        share, shift, cut = (
            z[..., part] @ self.by_group.T + block.effects(z) @ block.design.T
            for part, block in zip((self.share, self.shift, self.cut), self.varying, strict=True)
        )
        return share, shift, cut

    def _unbent(self, x: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the point with shares and cuts of groups themselves, and how both move with the log shift.

        The share that carries something and the cut of a group agree with its pooled counts where
        clean x P(seen beyond the cut) = missed and carrying x P(seen beyond it, shifted) = hit.
        """
        shift = np.exp(x[..., self.shift])
        cut = -ndtri(self.missed + self.hit) + 0 * shift
        for _ in range(3):  # Newton's rule, on the log of a sum that must be 1: nearly a straight line
            clean, carrying, by_clean, by_carrying = self._pooled(shift, cut)
            cut = cut - np.log(clean + carrying) * (clean + carrying) / (by_clean + by_carrying)
        clean, carrying, by_clean, by_carrying = self._pooled(shift, cut)
        z = x.copy()
        z[..., self.share] += np.log(carrying / clean)
        z[..., self.cut] += cut
        along = by_carrying / (by_clean + by_carrying)
        # Each share moves by what the shift does to it and what the cut then does.
        share_bend = shift * (
            along * by_carrying / carrying - by_carrying / carrying - along * by_clean / clean
        )
        return z, share_bend, shift * along

    def _pooled(self, shift: Floats, cut: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return shares without and with something that pooled counts ask for, and how both rise with the cut."""
        beyond, beyond_shifted = ndtr(-cut), ndtr(shift - cut)
        clean, carrying = self.missed / beyond, self.hit / beyond_shifted
        return (
            clean,
            carrying,
            clean * normal_density(cut) / beyond,
            carrying * normal_density(shift - cut) / beyond_shifted,
        )
