"""Numbers of the loop of a person tool that need no runs: what supervision alone would make of equal behaviour."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from auditkit.results.measurements import Estimate, Group, Measurement, Result
from auditkit.results.other_loops import Level
from auditkit.results.tally import Counts
from auditkit.simulate.played import missing, of_loop, of_pair, spanned
from auditkit.statistics import discrimination, intervals
from auditkit.statistics.critical import normal
from auditkit.statistics.supervision import allocation_slope, explaining_detection, recorded_ratio

ASSUMED = "assumed_detection"
Pair = tuple[Group, Group]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """Shares of what people do that come to be recorded."""

    supervised: float
    unsupervised: float
    reported: float

    def slope(self, flagged: float) -> float:
        """Part of a gap between groups that one round keeps."""
        return allocation_slope(
            people=1.0, supervised_people=flagged, reported=self.unsupervised,
            discovered=self.supervised - self.unsupervised,
        )  # fmt: skip


def shares(counts: Counts) -> tuple[float | None, float | None]:
    """Share flagged and share with a recorded outcome, each None where it is not known.

    References
    ----------
    Methods 6.7: group sizes, shares flagged and recorded rates are those of the table.
    """
    n = counts.n
    decided, judged = (
        n.get("flagged", 0) + n.get("unflagged", 0),
        sum(n.get(name, 0) for name in ("tn", "fp", "fn", "tp")),
    )
    hidden = counts.suppressed
    flagged = n["flagged"] / decided if decided and not hidden else None
    return flagged, (n["fn"] + n["tp"]) / judged if judged and not hidden else None


def pair_numbers(
    dimension: tuple[str, ...], names: Pair, counts: tuple[Counts, Counts], rates: dict[Level, Detection]
) -> Iterator[Measurement]:
    """Work out what supervision alone makes of two groups that behave alike, and what it would take to explain a gap.

    References
    ----------
    Methods 6.7 and case F14.
    """
    (flagged, recorded), (other, other_recorded) = (shares(one) for one in counts)
    if rates:
        yield of_pair("supervision_recorded_ratio", dimension, names, _recorded(flagged, other, rates))
    if recorded is not None and other_recorded is not None:
        result = _explaining(flagged, other, recorded, other_recorded)
        yield of_pair("supervision_explaining_ratio", dimension, names, result)


def _recorded(flagged: float | None, other: float | None, rates: dict[Level, Detection]) -> Result:
    if flagged is None or other is None:
        return missing("NE-SUPP")
    found = {
        name: recorded_ratio(flagged, other, supervised=rate.supervised, unsupervised=rate.unsupervised)
        for name, rate in rates.items()
    }
    return spanned(found["middle"], (found["low"], found["high"]), method=ASSUMED)


def _explaining(flagged: float | None, other: float | None, recorded: float, other_recorded: float) -> Result:
    if flagged is None or other is None:
        return missing("NE-SUPP")
    if recorded == 0 or other_recorded == 0:
        return missing("NE-DENOM")
    found = explaining_detection(recorded / other_recorded, flagged, other)
    if found is None:
        return missing("NE-STRUCT")
    return Estimate(
        value=found, interval=None, interval_90=None, interval_family=None, method="tipping_point"
    )


def flag_numbers(everyone: Counts, noise: list[float | None]) -> Iterator[Measurement]:
    """Set the flag's own area beside that of a flag by lot, and say what it would take to make them equal.

    References
    ----------
    Methods 6.7 and case F15: a meaningless flag looks as good as this one if supervision finds so many times as much.
    """
    n = everyone.n
    if not any(n[name] for name in ("tn", "fp", "fn", "tp")):
        return
    yield of_loop("flag_area", _flag_area(n))
    if found := [one for one in noise if one is not None]:
        yield of_loop("noise_flag_area", spanned(float(np.median(found)), tuple(found), method=ASSUMED))
    elif noise:
        yield of_loop("noise_flag_area", missing("NE-MODEL"))
    yield of_loop("noise_explaining_ratio", _noise_explaining(everyone))


def _flag_area(n: Mapping[str, int]) -> Result:
    if min(n["fn"] + n["tp"], n["tn"] + n["fp"]) < discrimination.FEWEST:
        return missing("NE-SMALL")
    area = discrimination.area_under_curve([n["fn"], n["tp"]], [n["tn"], n["fp"]])
    if area.variance == 0:
        return missing("NE-MODEL")
    limits = [discrimination.interval(area, critical=normal(level)) for level in (0.95, 0.9)]
    return Estimate(
        value=area.value,
        interval=(limits[0].low, limits[0].high),
        interval_90=(limits[1].low, limits[1].high),
        interval_family=None,
        method="delong",
    )


def _noise_explaining(everyone: Counts) -> Result:
    n = everyone.n
    x, m, y, k = n["tp"], n["tp"] + n["fp"], n["fn"], n["fn"] + n["tn"]
    if 0 in {x, y} or (x, y) == (m, k):
        return missing("NE-DENOM")
    (low, high), (low_90, high_90) = (
        intervals.katz(x, m, y, k, critical=normal(level)) for level in (0.95, 0.9)
    )
    return Estimate(
        value=(x / m) / (y / k), interval=(low, high), interval_90=(low_90, high_90), interval_family=None,
        method="katz",
    )  # fmt: skip


def slope_number(slopes: list[float]) -> Iterator[Measurement]:
    """Say which part of a gap between groups one round keeps, over the scenarios.

    References
    ----------
    Methods 6.7: group allocation.
    """
    if slopes:
        yield of_loop("supervision_slope", spanned(slopes[1], tuple(slopes), method=ASSUMED))
