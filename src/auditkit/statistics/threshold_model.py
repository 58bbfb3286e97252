"""The hierarchical model of the threshold test: its log density, slope and metric, for several points at once.

A point holds, by group, the centre of its cuts and the log of their spread between areas, the logit share that
carries something and the log shift of what is seen of them; then the log spread of what areas add to the share, and
the spread of what they add to the shift; then what each area adds to both, and the cut of each cell.

What varies around a centre is written as centre + spread^w v with v ~ N(0, spread^(1-w)). The weight w is near 0
where counts tell much and near 1 where they tell little: otherwise chains stick where a spread is small, or large.
Counts tell little about shifts: there w is 1, and the spread itself is the coordinate, with a sign that means nothing.
Nor do they tell share and shift of a group well apart, but their hit rate: so it stands in the place of the share.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtri

from auditkit.statistics.risk_signal import cell_shares, threshold

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
_CENTRE_WIDTHS = (2.0, 2.0, 1.0)
"""Standard deviation of the priors of cuts, logit shares and log shifts of groups."""


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
    """Effects that vary around a centre."""

    log_spread: Whole
    """Where in a point, one entry per effect; so is the next."""
    own: Whole
    weight: Floats
    """Shape (effects,): w above."""

    def scale(self, x: Floats) -> Floats:
        return np.asarray(np.exp(self.weight * x[..., self.log_spread]), dtype=np.float64)

    def effects(self, x: Floats) -> Floats:
        return self.scale(x) * x[..., self.own]

    def precision(self, x: Floats) -> Floats:
        return np.asarray(np.exp(-2 * (1 - self.weight) * x[..., self.log_spread]), dtype=np.float64)


class Model:
    """Posterior of cuts and signals, given counts.

    References
    ----------
    Pierson, Corbett-Davies and Goel (2018), as in `risk_signal.cell_shares`, with the hierarchy of Simoiu,
    Corbett-Davies and Goel (2017): a centre and a spread of the thresholds of each group.
    """

    def __init__(self, cells: Cells) -> None:
        self.counts = cells.counts
        self.by_group, self.by_area = (
            np.eye(cells.group.max() + 1)[cells.group],
            np.eye(cells.area.max() + 1)[cells.area],
        )
        groups, areas, n = self.by_group.shape[1], self.by_area.shape[1], cells.group.size
        ends = np.cumsum([groups] * 4 + [1, 1, areas, areas, n])
        index = np.arange(int(ends[-1]))
        part = np.split(index, ends[:-1])
        self.size, self.shared = index.size, int(ends[5])
        self.cut, self.cut_spread, self.share, self.shift, self.share_spread, self.shift_spread = part[:6]
        self.area_shift = part[7]
        searches = cells.counts[1:].sum(axis=0)
        self.area_share = _Varying(
            np.repeat(self.share_spread, areas), part[6], 1 / (1 + searches @ self.by_area / 50)
        )
        self.cell_cut = _Varying(self.cut_spread[cells.group], part[8], 1 / (1 + searches / 10))
        self.centres = np.concatenate([self.cut, self.share, self.shift, self.shift_spread])
        self.widths = np.repeat([*_CENTRE_WIDTHS, 1.0], [groups, groups, groups, 1])
        stops, found = self.counts.sum(axis=0) @ self.by_group, searches @ self.by_group
        # What is seen of somebody just searched, if nobody carried anything.
        self.anchor = -ndtri((found + 0.5) / (stops + 1))
        self.log_spreads = np.concatenate([self.cut_spread, self.share_spread])

    def start(self) -> Floats:
        """Return a point of the kind that stops look like: few carry something, and few are searched."""
        x = np.zeros(self.size)
        x[self.cut], x[self.share], x[self.shift] = self.anchor, -1.0, 0.5
        x[self.log_spreads], x[self.shift_spread] = np.log(0.3), 0.2
        return x

    def rates(self, x: Floats) -> Rates:
        """Thresholds and rates of each cell; the point's leading axes stand before the cells."""
        signals = self._signals(self._unbent(x)[0])
        _, miss, hit = cell_shares(*signals).shares
        return Rates(threshold(*signals), miss + hit, hit / (miss + hit))

    def density(self, x: Floats) -> tuple[Floats, Floats]:
        """Log density, up to a constant, and its slope, at points of shape (points, n)."""
        counts = self.counts[:, None, :]
        # A far point may overflow: its density is then no number, and is refused.
        with np.errstate(all="ignore"):
            x, bend = self._unbent(x)
            shares, slopes = cell_shares(*self._signals(x))
            by_cell = (counts / shares * slopes).sum(axis=1)
            height, slope = self._prior(x)
            height += (counts * np.log(shares)).sum(axis=(0, 2))
            for part, each in zip((self.share, self.shift, self.cut), by_cell, strict=True):
                slope[:, part] += each @ self.by_group
            by_area = by_cell[1] @ self.by_area
            slope[:, self.area_shift] += by_area * x[:, self.shift_spread]
            slope[:, self.shift_spread] += (by_area * x[:, self.area_shift]).sum(axis=1, keepdims=True)
            for block, each, member in (
                (self.area_share, by_cell[0] @ self.by_area, np.ones((self.by_area.shape[1], 1))),
                (self.cell_cut, by_cell[2], self.by_group),
            ):
                slope[:, block.own] += each * block.scale(x)
                spreads = self.share_spread if block is self.area_share else self.cut_spread
                slope[:, spreads] += (each * block.weight * block.effects(x)) @ member
            slope[:, self.shift] -= bend * slope[:, self.share]
        return np.where(np.isfinite(height), height, -np.inf), np.nan_to_num(slope, posinf=0.0, neginf=0.0)

    def _unbent(self, x: Floats) -> tuple[Floats, Floats]:
        """Return the point with the shares of groups for their hit rates, and how shares fall with the log shift."""
        shift = np.exp(x[..., self.shift])
        gain = log_ndtr(shift - self.anchor)
        z = x.copy()
        z[..., self.share] -= gain - log_ndtr(-self.anchor)
        return z, shift * np.exp(-0.5 * (shift - self.anchor) ** 2 - gain) / np.sqrt(2 * np.pi)

    def _signals(self, x: Floats) -> tuple[Floats, Floats, Floats]:
        """Logit share, log shift and cut of each cell."""
        return (
            x[..., self.share] @ self.by_group.T + self.area_share.effects(x) @ self.by_area.T,
            x[..., self.shift] @ self.by_group.T
            + (x[..., self.shift_spread] * x[..., self.area_shift]) @ self.by_area.T,
            x[..., self.cut] @ self.by_group.T + self.cell_cut.effects(x),
        )

    def _prior(self, x: Floats) -> tuple[Floats, Floats]:
        """Log density of the priors and its slope."""
        slope = np.zeros_like(x)
        slope[:, self.centres] = -x[:, self.centres] / self.widths**2
        slope[:, self.area_shift] = -x[:, self.area_shift]
        height = 0.5 * (x * slope).sum(axis=1)
        # Spreads are half-normal; the density of a log spread has the spread itself as a factor.
        square = np.exp(2 * x[:, self.log_spreads])
        height += (x[:, self.log_spreads] - 0.5 * square).sum(axis=1)
        slope[:, self.log_spreads] = 1 - square
        for block, spreads, member in (
            (self.area_share, self.share_spread, np.ones((self.by_area.shape[1], 1))),
            (self.cell_cut, self.cut_spread, self.by_group),
        ):
            own, precision, free = x[:, block.own], block.precision(x), 1 - block.weight
            height -= (0.5 * precision * own**2 + free * x[:, block.log_spread]).sum(axis=1)
            slope[:, block.own] -= precision * own
            slope[:, spreads] += (free * (precision * own**2 - 1)) @ member
        return height, slope

    def metric(self, x: Floats) -> Floats:
        """Return the expected information at one point, counts and priors together: how sharply each direction is known."""
        x, bend = self._unbent(x)
        shares, slopes = cell_shares(*self._signals(x))
        stops = self.counts.sum(axis=0)
        known = np.einsum("n,pkn,qkn,kn->pqn", stops, slopes, slopes, 1 / shares)
        rows = np.zeros((3, stops.size, self.size))
        for row, part in zip(rows, (self.share, self.shift, self.cut), strict=True):
            row[:, part] = self.by_group
        prior = np.zeros(self.size)
        prior[self.centres], prior[self.area_shift] = 1 / self.widths**2, 1.0
        prior[self.log_spreads] = 2 * np.exp(2 * x[self.log_spreads])
        rows[1][:, self.area_shift] = self.by_area * x[self.shift_spread]
        # Numbers that the spread of shifts multiplies are as large as their prior, though 0 on average.
        prior[self.shift_spread] += known[1, 1].sum()
        for block, row, design in (
            (self.area_share, rows[0], self.by_area),
            (self.cell_cut, rows[2], np.eye(stops.size)),
        ):
            row[:, block.own] = design * block.scale(x)
            np.add.at(row.T, block.log_spread, (design * block.weight * block.effects(x)).T)
            prior[block.own] = block.precision(x)
            np.add.at(prior, block.log_spread, 2 * (1 - block.weight) ** 2)
        weighted = np.einsum("pqn,qnk->pnk", known, rows).reshape(-1, self.size)
        information = rows.reshape(-1, self.size).T @ weighted + np.diag(prior)
        unbend = np.eye(self.size)
        unbend[self.share, self.shift] = -bend
        return np.asarray(unbend.T @ information @ unbend, dtype=np.float64)
