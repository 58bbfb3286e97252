"""Tests of whether something is missing equally often, and how well a model can tell."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FEWEST = 5
"""Cells with fewer expected people make the chi-square test unreliable; such areas and groups are put together."""


def p_value_of_equal_shares(counts: pd.DataFrame) -> float:
    """Return how likely shares would differ so much by chance alone, by Pearson's chi-square test.

    Parameters
    ----------
    counts
        Columns `gone` and `n`, one row per area or group. Rows in which fewer than five would be expected are put
        together; where nothing or everything is gone, or one row is left, it is 1.
    """
    from scipy.stats import chi2_contingency

    gone = counts["gone"].to_numpy(dtype=np.float64)
    n = counts["n"].to_numpy(dtype=np.float64)
    if not 0 < gone.sum() < n.sum():
        return 1.0
    rate = gone.sum() / n.sum()
    rare = n * min(rate, 1 - rate) < FEWEST
    table = np.column_stack([gone, n - gone])
    kept = np.vstack([table[~rare], table[rare].sum(axis=0)]) if rare.any() else table
    kept = kept[kept.sum(axis=1) > 0]
    return float(chi2_contingency(kept, correction=False)[1]) if len(kept) > 1 else 1.0


def told_apart(inputs: pd.DataFrame, marks: NDArray[np.bool_]) -> float:
    """Return how well inputs tell marked people from others: cross-validated area under the ROC curve, at least one half.

    A logistic regression in five folds; inputs that are mostly numbers count as numbers, others by their most common
    values. With fewer than 50 people on either side it is one half: chance alone would decide.

    References
    ----------
    scikit-learn user guide: `LogisticRegression`, `cross_val_predict`, `StratifiedKFold`.
    """
    if min(marks.sum(), (~marks).sum()) < 50 or inputs.empty:
        return 0.5
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(_prepared(inputs), LogisticRegression(max_iter=500))
    folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=0)
    chances = cross_val_predict(model, inputs, marks, cv=folds, method="predict_proba")[:, 1]
    return max(0.5, float(roc_auc_score(marks, chances)))


def as_inputs(frame: pd.DataFrame) -> pd.DataFrame:
    """Read columns of text as numbers where nearly all values are numbers."""
    read = {}
    for name in frame.columns:
        numbers = pd.to_numeric(frame[name], errors="coerce").astype("float64")
        known = frame[name].notna()
        mostly = known.any() and float(numbers[known].notna().mean()) >= 0.99
        text = frame[name].astype("object").where(known, "(missing)")
        read[name] = numbers.replace([np.inf, -np.inf], np.nan) if mostly else text
    return pd.DataFrame(read, index=frame.index)


def _prepared(inputs: pd.DataFrame) -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = [name for name in inputs.columns if inputs[name].dtype == "float64"]
    texts = [name for name in inputs.columns if name not in numbers]
    filled = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    known = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=20, sparse_output=False)
    return make_column_transformer((make_pipeline(filled, StandardScaler()), numbers), (known, texts))
