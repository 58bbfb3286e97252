"""The test on logs of a tool in use: records that police discover, against deployment.

References
----------
Methods 6.9 and cases F18 and F19.
"""

from collections.abc import Callable, Iterator

import numpy as np

from auditkit.definitions.loops import DeploymentTable
from auditkit.results.logs import Grid, LogTally
from auditkit.results.measurements import Estimate, Family, Measurement, Result
from auditkit.results.other_loops import LOOP, LogTest
from auditkit.simulate.played import known, missing, of_loop
from auditkit.statistics import log_test
from auditkit.statistics.log_test import FEWEST, Effect, Logs

VAGUE = 0.5
"""Logs that leave out more than this share of areas and periods say too little."""
Families = tuple[Family, ...]


def examine_logs(tally: LogTally, table: DeploymentTable, *, families: Families) -> LogTest:
    """Make every part of the test that the logs allow, and say of the others why not.

    Parameters
    ----------
    tally
        Deployment and incidents by area and period.
    table
        The [deployment] section.
    families
        Families that the policy declares; their level is that of the joint interval.

    References
    ----------
    Methods 6.9.
    """
    logged = np.isfinite(tally.deployment)
    memory = min(table.memory_periods, len(tally.periods) // 4)
    counts = _cutoff_counts(tally, near=table.near)
    return LogTest(
        flags=tally.flags, areas=len(tally.areas), changing=_changing(tally, lag=table.lag),
        periods=len(tally.periods), first=tally.periods[0] if tally.periods else None,
        last=tally.periods[-1] if tally.periods else None,
        unlogged=1.0 - float(logged.mean()) if logged.size else 1.0, lag=table.lag, memory=memory,
        control_means=None if table.control is None else table.control_means,
        near=None if table.rank is None else table.near, unmatched=tally.unmatched, cutoff_counts=counts,
        numbers=tuple(_numbers(tally, table, memory=memory, counts=counts, families=families)),
    )  # fmt: skip


def _changing(tally: LogTally, *, lag: int) -> int:
    if tally.discovered is None or tally.reported is None:
        spread = np.where(np.isfinite(tally.deployment), tally.deployment, np.nan)
        return int(sum(len({*row[np.isfinite(row)].tolist()}) > 1 for row in spread))
    return int(log_test.changing_areas(_logs(tally), lag=lag).sum())


def _logs(tally: LogTally) -> Logs:
    assert tally.discovered is not None  # noqa: S101  # asked before
    assert tally.reported is not None  # noqa: S101  # for the type checker; the caller looked
    return Logs(tally.deployment, tally.discovered, tally.reported, tally.control, tally.flags)


def _refusal(tally: LogTally, *, lag: int) -> str | None:
    """Say why nothing can be estimated from the panel, if so."""
    if tally.discovered is None or tally.reported is None:
        return "NE-SPLIT"
    logged = np.isfinite(tally.deployment)
    if not logged.size or 1 - logged.mean() > VAGUE:
        return "NE-LOGS"
    return None if _changing(tally, lag=lag) else "NE-CONSTANT"


def _numbers(
    tally: LogTally,
    table: DeploymentTable,
    *,
    memory: int,
    counts: tuple[int, ...] | None,
    families: Families,
) -> Iterator[Measurement]:
    refusal = _refusal(tally, lag=table.lag)
    made: dict[str, Callable[[Logs], Effect]] = {
        "log_deployment_elasticity": lambda logs: log_test.deployment_elasticity(
            logs, lag=table.lag, memory=memory
        ),
        "log_placebo_lead": lambda logs: log_test.placebo_lead(logs, lag=table.lag, memory=memory),
    }
    if tally.control is not None:
        made["log_negative_control"] = lambda logs: log_test.negative_control(
            logs, lag=table.lag, memory=memory
        )
    made["log_retraining_response"] = lambda logs: log_test.retraining_trace(logs, memory=memory)
    made["log_loop_gain"] = lambda logs: log_test.loop_gain(logs, lag=table.lag, memory=memory)
    for metric, make in made.items():
        effect = None if refusal else _made(make, _logs(tally))
        if effect is None:
            yield of_loop(metric, missing(refusal or "NE-MODEL"))
            continue
        yield of_loop(metric, _estimate(effect, _level(metric, families), flags=tally.flags))
        if metric == "log_deployment_elasticity":
            least = known(effect.smallest_detectable, method="power_80")
            few = effect.areas < FEWEST
            yield of_loop("log_smallest_detectable", missing("NE-BLOCKS") if few else least)
    if tally.rank is not None:
        yield of_loop("log_cutoff_comparison", _cutoff(counts, _level("log_cutoff_comparison", families)))


def _made(make: Callable[[Logs], Effect], logs: Logs) -> Effect | None:
    try:
        return make(logs)
    except ValueError:  # the counts do not hold the model; the reason code says so
        return None


def _level(metric: str, families: Families) -> float | None:
    return next(
        (family.level for family in families if (family.metric, family.dimension) == (metric, LOOP)), None
    )


def _estimate(effect: Effect, level: float | None, *, flags: bool) -> Estimate:
    few = effect.areas < FEWEST
    return Estimate(
        value=effect.value, interval=None if few else effect.interval(0.95),
        interval_90=None if few else effect.interval(0.9),
        interval_family=None if few or level is None else effect.interval(level),
        method="panel_flagged" if flags else "panel_log_hours", reason="NE-BLOCKS" if few else None,
    )  # fmt: skip


def _cutoff_counts(tally: LogTally, *, near: int) -> tuple[int, ...] | None:
    """Add up what was discovered and reported just inside and just outside the limit; None without ranks or sources."""
    if tally.rank is None or tally.limit is None or tally.discovered is None or tally.reported is None:
        return None
    beyond = tally.rank - tally.limit
    known_cells = np.isfinite(beyond) & np.isfinite(tally.discovered) & np.isfinite(tally.reported)
    inside = known_cells & (beyond > -near) & (beyond <= 0)
    outside = known_cells & (beyond > 0) & (beyond <= near)

    def total(counts: Grid, where: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> int:
        return round(float(counts[where].sum()))

    return tuple(
        total(counts, where) for where in (inside, outside) for counts in (tally.discovered, tally.reported)
    )


def _cutoff(counts: tuple[int, ...] | None, level: float | None) -> Result:
    if counts is None:
        return missing("NE-SPLIT")
    if 0 in counts:
        return missing("NE-DENOM")
    inside, reported, outside, reported_outside = counts
    found = log_test.ratio_of_ratios(
        discovered_inside=inside, reported_inside=reported, discovered_outside=outside,
        reported_outside=reported_outside,
    )  # fmt: skip
    return Estimate(
        value=found.value, interval=found.interval(0.95), interval_90=found.interval(0.9),
        interval_family=None if level is None else found.interval(level), method="log_ratio_of_ratios",
    )  # fmt: skip
