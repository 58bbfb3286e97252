"""A forecaster that anyone can read: next week's stops in a neighbourhood from its stops in earlier weeks.

It is a Poisson regression on the logarithm of three counts: last week, the mean of the last four weeks and the mean of
the last thirteen. It knows nothing else about a neighbourhood. It forecasts what police will record, not crime.
"""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import PoissonRegressor

WINDOWS = (1, 4, 13)
"""Weeks over which earlier stops are averaged."""


def features(weekly: pd.DataFrame) -> Any:
    """Return one row per neighbourhood: log of one plus the mean stops of the last 1, 4 and 13 weeks."""
    return np.log1p(np.column_stack([weekly.iloc[:, -window:].mean(axis=1) for window in WINDOWS]))


def fit(weekly: pd.DataFrame) -> PoissonRegressor:
    """Fit on neighbourhoods by weeks, once every week that has thirteen weeks before it."""
    first = max(WINDOWS)
    inputs = [features(weekly.iloc[:, :week]) for week in range(first, weekly.shape[1])]
    targets = [weekly.iloc[:, week].to_numpy() for week in range(first, weekly.shape[1])]
    return PoissonRegressor(alpha=1e-3, max_iter=500).fit(np.vstack(inputs), np.concatenate(targets))


def forecast(model: PoissonRegressor, weekly: pd.DataFrame) -> Any:
    """Forecast next week's stops in each neighbourhood."""
    return model.predict(features(weekly))
