"""What a policy may limit of the loop, as measurements beside all others."""

from dataclasses import replace

from auditkit.results.feedback import Feedback, Span
from auditkit.results.measurements import Bounds, Estimate, Measurement, NotEstimable, Result

TOOL = "as submitted"
RUNS = "Monte Carlo over runs"
NEEDED = 100
"""Runs below which a runaway probability is not estimated."""
ALWAYS = (
    ("loop_log_odds_amplification", TOOL), ("loop_added_log_odds", TOOL), ("loop_share_amplification", TOOL), ("loop_runaway_probability", TOOL),
    ("loop_gain", TOOL), ("loop_spectral_radius", TOOL), ("loop_lock_in_probability", TOOL), ("loop_null_spread", "equal areas"),
    ("loop_null_noise", "equal areas"), ("loop_null_noise", "shuffled records"),
)  # fmt: skip
"""Measures and what they are of."""


def not_rerun() -> tuple[Measurement, ...]:
    """Say of every measure of the loop that the tool cannot be run again.

    References
    ----------
    Methods 1.6 and 6.3.
    """
    return tuple(_item(metric, of, NotEstimable(reason="NE-RERUN")) for metric, of in ALWAYS)


def loop_measures(feedback: Feedback) -> Feedback:
    """Add what policies may limit.

    References
    ----------
    Methods 6.3 (1), (2), (5), (6) and (7); without an assumed truth only 6.4 remains (NE-TRUTH).
    """
    known: dict[tuple[str, str], Result] = _of_equal_areas(feedback)
    if feedback.scenarios:
        known |= _of_the_tool(feedback)
    items = [
        _item(metric, of, known.get((metric, of), NotEstimable(reason="NE-TRUTH"))) for metric, of in ALWAYS
    ]
    groups = tuple(
        Measurement(
            metric="loop_group_amplification", dimension=(one.dimension,), group=((one.dimension, one.group),),
            against=None, result=_estimate(one.amplification, method="visits in the end over true rates"),
        )
        for one in feedback.groups
    )  # fmt: skip
    return replace(feedback, measurements=(*items, *groups))


def _item(metric: str, of: str, result: Result) -> Measurement:
    return Measurement(metric=metric, dimension=("loop",), group=(("loop", of),), against=None, result=result)


def _estimate(
    value: float | None, *, method: str, interval: Bounds | None = None, bounds: Bounds | None = None,
    interval_90: Bounds | None = None,
) -> Estimate:  # fmt: skip
    """Make an estimate without counts: runs are not people, and nothing of them is withheld."""
    return Estimate(
        value=value,
        interval=interval,
        interval_90=interval_90,
        interval_family=None,
        method=method,
        bounds=bounds,
    )


def _spanned(span: Span | None, *, method: str = RUNS, bounds: Bounds | None = None) -> Result:
    if span is None:
        return NotEstimable(reason="NE-MODEL")
    # the 95 % interval stands for the 90 % one too: it is wider, so nothing passes that should not
    return _estimate(span[0], method=method, interval=span[1:], interval_90=span[1:], bounds=bounds)


def _of_equal_areas(feedback: Feedback) -> dict[tuple[str, str], Result]:
    found: dict[tuple[str, str], Result] = {}
    for of, span in zip(("equal areas", "shuffled records"), feedback.null, strict=True):
        found["loop_null_noise", of] = _spanned(span)
    arm = next(arm for arm in feedback.arms if arm.name == "equal_rates")
    found["loop_null_spread", "equal areas"] = _estimate(
        arm.spread * (len(feedback.areas) - feedback.left_out),
        method="deviation between runs over an equal share",
    )
    return found


def _of_the_tool(feedback: Feedback) -> dict[tuple[str, str], Result]:
    own = next(arm for arm in feedback.arms if arm.name == "as_submitted")
    middle = next(one for one in feedback.scenarios if one.name == "middle")
    odds = [one.log_odds for one in feedback.scenarios]
    limits = [*(value for value in odds if value is not None), *(feedback.parameters or ())]
    whole = None in odds or not limits
    runaway: Result = NotEstimable(reason="NE-SMALL")
    if own.replicates >= NEEDED:
        interval = own.concentrated_interval
        runaway = _estimate(
            own.concentrated / own.replicates, method="wilson", interval=interval, interval_90=interval
        )
    share = None if middle.top_limit is None else middle.top_limit / middle.top_true
    locked = None if feedback.lock_in is None else feedback.lock_in.probability[-1]
    return {
        ("loop_log_odds_amplification", TOOL): _spanned(
            feedback.log_odds, bounds=None if whole else (min(limits), max(limits))
        ),
        ("loop_added_log_odds", TOOL): _spanned(feedback.added),
        ("loop_share_amplification", TOOL): NotEstimable(reason="NE-MODEL") if share is None else _estimate(
            share, method="share of visits at rest over true share"
        ),
        ("loop_runaway_probability", TOOL): runaway,
        ("loop_gain", TOOL): _solved_gain(feedback)
        if feedback.points
        else _spanned(feedback.gain, method="pairs of runs, one with a head start"),
        ("loop_spectral_radius", TOOL): _solved_gain(feedback)
        if feedback.points
        else _spanned(feedback.radius, method="finite differences over pairs of runs"),
        ("loop_lock_in_probability", TOOL): NotEstimable(reason="NE-MODEL") if locked is None else _estimate(
            locked, method="Kaplan-Meier"
        ),
    }  # fmt: skip


def _solved_gain(feedback: Feedback) -> Result:
    """Take the gain at the stable resting point, with its limits over the scenarios."""
    stable = [point for point in feedback.points if point.stability == "stable"]
    middle = next((point.gain for point in stable if point.scenario == "middle"), None)
    if middle is None:
        return NotEstimable(reason="NE-MODEL")
    gains = [point.gain for point in stable]
    return _estimate(middle, method="slope of one retraining at rest", bounds=(min(gains), max(gains)))
