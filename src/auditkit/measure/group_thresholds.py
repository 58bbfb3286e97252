"""A score limit of its own for each group, as fairlearn finds it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ROWS = 100_000
"""Counts are rebuilt as so many rows at most, because the optimiser takes no weights; larger ones are scaled down."""
GRID = 500
TOLERATED = (0.05, 0.1)
"""Gaps between rates that are left on purpose, besides none."""
CONSTRAINTS = {
    "selection_rate": "selection_rate_parity",
    "false_positive_rate": "false_positive_rate_parity",
    "false_negative_rate": "false_negative_rate_parity",
}
AIMS = {
    "accuracy": "accuracy_score",
    "true_positive_rate": "balanced_accuracy_score",
    "positive_predictive_value": "accuracy_score",
}
"""What is maximised. Flagging everyone would catch all outcomes, and flagging almost nobody would err least."""


class GroupRule(NamedTuple):
    """The chance of a flag by group and bin of scores."""

    name: str
    chances: Floats
    """Shape (groups, bins)."""


def group_rules(people: Floats, *, rate: str, utility: str) -> Iterator[GroupRule]:
    """Find limits by group that make a rate equal, or nearly so, and both error rates equal.

    Parameters
    ----------
    people
        Counts by group, bin of scores in ascending order, and outcome; each group has people with either outcome.
    rate
        The rate whose gap is to become smaller.
    utility
        How well a rule serves its need.

    References
    ----------
    Hardt, M., Price, E., Srebro, N. (2016), Equality of opportunity in supervised learning, NeurIPS 29; fairlearn
    user guide, `ThresholdOptimizer`.
    """
    wanted: list[tuple[str, dict[str, Any]]] = [
        ("limits by group, equal rates", {"constraints": CONSTRAINTS[rate]}),
        *(
            (
                f"limits by group, rates at most {100 * gap:g} points apart",
                {"constraints": CONSTRAINTS[rate], "tol": gap},
            )
            for gap in TOLERATED
        ),
        ("limits by group, both error rates equal", {"constraints": "equalized_odds"}),
    ]
    scores, outcomes, groups = _rows(people)
    for name, constraint in wanted:
        yield GroupRule(
            name, _chances(scores, outcomes, groups, people.shape, aim=AIMS[utility], **constraint)
        )


def _rows(people: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Rebuild one row per person from counts."""
    scale = min(1.0, ROWS / max(1.0, float(people.sum())))
    counts = np.rint(people * scale).astype(np.int64)
    groups, bins, outcomes = (axis.ravel() for axis in np.indices(people.shape))
    times = counts.ravel()
    return np.repeat(bins, times), np.repeat(outcomes, times), np.repeat(groups, times)


def _chances(
    scores: NDArray[np.int64],
    outcomes: NDArray[np.int64],
    groups: NDArray[np.int64],
    shape: tuple[int, ...],
    *,
    aim: str,
    **constraint: Any,
) -> Floats:
    from fairlearn.postprocessing import ThresholdOptimizer
    from sklearn.base import BaseEstimator

    class AsItIs(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
        """Hands the score on."""

        def __sklearn_is_fitted__(self) -> bool:  # scikit-learn's own protocol
            return True

        def fit(self, _table: Any, _outcomes: Any) -> "AsItIs":
            return self

        def predict(self, table: Any) -> Any:
            return np.asarray(table)[:, 0]

    optimiser = ThresholdOptimizer(
        estimator=AsItIs(), objective=aim, grid_size=GRID, prefit=True, predict_method="predict", **constraint
    )
    optimiser.fit(scores.reshape(-1, 1), outcomes, sensitive_features=groups)
    every = np.arange(shape[1], dtype=np.float64)
    found = np.zeros(shape[:2])
    for group, rule in optimiser.interpolated_thresholder_.interpolation_dict.items():
        flags = rule.p0 * rule.operation0(every) + rule.p1 * rule.operation1(every)
        ignored = rule.get("p_ignore", 0.0)
        found[int(group)] = ignored * rule.get("prediction_constant", 0.0) + (1 - ignored) * flags
    return found.clip(0.0, 1.0)
