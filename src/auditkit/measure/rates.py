"""Rates of one group. Point estimates are fairlearn's metric functions on weighted cells.

Each function takes arrays with one element per cell: outcomes (1 or 0), decisions (1 or 0) and the number of people.
A denominator of zero never reaches them: `auditkit.measure.groups` answers `NotEstimable` first. Error rates are
selection rates of those with or without the outcome; fairlearn's functions by their names give the same through a
confusion matrix, two hundred times as slowly.
"""

from collections.abc import Iterable
from typing import Any

from auditkit.measure.registry import rate_metric


def _only(value: int, of: Iterable[int], n: Iterable[float]) -> list[float]:
    """Let only the people weigh of whom something has a value."""
    return [weight if one == value else 0 for one, weight in zip(of, n, strict=True)]


@rate_metric(among=("flagged", "unflagged"), counted=("flagged",))
def selection_rate(outcomes: Any, decisions: Any, n: Any) -> float:
    """Share of people who are flagged.

    References
    ----------
    Methods 3.1; fairlearn.metrics.selection_rate.
    """
    from fairlearn.metrics import selection_rate as rate

    return float(rate(outcomes, decisions, sample_weight=n))


@rate_metric(among=("tn", "fp"), counted=("fp",))
def false_positive_rate(outcomes: Any, decisions: Any, n: Any) -> float:
    """Share of flagged people among those without the outcome.

    References
    ----------
    Methods 3.1; fairlearn.metrics.selection_rate of those without the outcome.
    """
    from fairlearn.metrics import selection_rate as rate

    return float(rate(outcomes, decisions, sample_weight=_only(0, outcomes, n)))


@rate_metric(among=("fn", "tp"), counted=("fn",))
def false_negative_rate(outcomes: Any, decisions: Any, n: Any) -> float:
    """Share of unflagged people among those with the outcome.

    References
    ----------
    Methods 3.1; fairlearn.metrics.selection_rate, of not being flagged, among those with the outcome.
    """
    from fairlearn.metrics import selection_rate as rate

    return float(rate(outcomes, decisions, sample_weight=_only(1, outcomes, n), pos_label=0))


@rate_metric(among=("fp", "tp"), counted=("tp",))
def positive_predictive_value(outcomes: Any, decisions: Any, n: Any) -> float:
    """Share of people with the outcome among the flagged.

    References
    ----------
    Methods 3.1; fairlearn.metrics.mean_prediction of the outcomes of the flagged.
    """
    from fairlearn.metrics import mean_prediction

    return float(mean_prediction(outcomes, outcomes, sample_weight=_only(1, decisions, n)))


@rate_metric(among=("tn", "fn"), counted=("tn",))
def negative_predictive_value(outcomes: Any, decisions: Any, n: Any) -> float:
    """Share of people without the outcome among the unflagged.

    References
    ----------
    Methods 3.1; fairlearn.metrics.selection_rate of those without the outcome, among the unflagged.
    """
    from fairlearn.metrics import selection_rate as rate

    return float(rate(outcomes, outcomes, sample_weight=_only(0, decisions, n), pos_label=0))


@rate_metric(among=("tn", "fp", "fn", "tp"), counted=("fn", "tp"))
def prevalence(outcomes: Any, decisions: Any, n: Any) -> float:  # noqa: ARG001  # one signature for every metric
    """Share of people with the outcome.

    References
    ----------
    Methods 3.1; fairlearn.metrics.mean_prediction of the outcomes.
    """
    from fairlearn.metrics import mean_prediction

    return float(mean_prediction(outcomes, outcomes, sample_weight=n))


@rate_metric(among=("flagged", "unflagged"), counted=("unflagged",))
def favourable_rate(outcomes: Any, decisions: Any, n: Any) -> float:
    """Share of people who get the better decision: not being flagged, where a flag is a burden.

    Where a flag is a benefit, `auditkit.measure.groups.metrics_for` takes the selection rate instead.

    References
    ----------
    Methods 1.3; fairlearn.metrics.selection_rate of the unflagged.
    """
    from fairlearn.metrics import selection_rate as rate

    return float(rate(outcomes, decisions, sample_weight=n, pos_label=0))


@rate_metric(among=("tn", "fp", "fn", "tp"), counted=("fp",))
def false_positive_share(outcomes: Any, decisions: Any, n: Any) -> float:
    """Share of all people who are wrongly flagged; reports write it per 1,000 people.

    References
    ----------
    Methods 3.2: natural frequencies; fairlearn.metrics.mean_prediction of wrong flags.
    """
    from fairlearn.metrics import mean_prediction

    wrong = [int(flag and not happened) for happened, flag in zip(outcomes, decisions, strict=True)]
    return float(mean_prediction(outcomes, wrong, sample_weight=n))


@rate_metric(among=("tn", "fp", "fn", "tp"), counted=("fn",))
def false_negative_share(outcomes: Any, decisions: Any, n: Any) -> float:
    """Share of all people who have the outcome and were not flagged; reports write it per 1,000 people.

    References
    ----------
    Methods 3.2: natural frequencies; fairlearn.metrics.mean_prediction of misses.
    """
    from fairlearn.metrics import mean_prediction

    missed = [int(happened and not flag) for happened, flag in zip(outcomes, decisions, strict=True)]
    return float(mean_prediction(outcomes, missed, sample_weight=n))
