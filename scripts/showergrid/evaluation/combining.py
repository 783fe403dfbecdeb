"""Combine the scores of several cells: by their mean, or by a model fitted on the validation events alone.

The model cannot be fitted on the training events, whose answers the members have learnt by heart, nor on the test
events, on which the result is measured.
"""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from showergrid.core.errors import InputError

EXTREME = 1e-6  # scores are kept this far from 0 and 1, where log-odds are infinite
TREES = 300
SMALLEST_LEAF = 5  # events, so that a forest of few validation events does not learn them by heart


def log_odds(scores: np.ndarray) -> np.ndarray:
    """Log-odds ln p / (1 - p), (n, K) float64, of scores (n, K)."""
    kept = np.clip(scores, EXTREME, 1 - EXTREME)
    return np.log(kept) - np.log1p(-kept)


def combined(how: str, validation: np.ndarray, labels: np.ndarray, scores: np.ndarray, seed: int) -> np.ndarray:
    """One score (n,) float64 for each row of `scores` (n, K), the scores of K cells for the same events.

    Args:
        how: mean; logistic_regression, on log-odds less their mean over the validation events, divided by their
            standard deviation over the same; or random_forest, on log-odds.
        validation: scores (v, K) of the validation events, on which alone a model is fitted.
        labels: (v,) int64 of the validation events, 0 for the positive class.
        scores: (n, K) of the events to classify.
        seed: seed of the random forest.

    Raises:
        InputError: the validation events are all of one class.
    """
    if how == "mean":
        return scores.mean(axis=1)
    if np.unique(labels).size < 2:
        raise InputError("ensemble: the validation events are all of one class; give them a larger share of the split")
    if how == "logistic_regression":
        model = make_pipeline(StandardScaler(), LogisticRegression())
    else:
        model = RandomForestClassifier(TREES, min_samples_leaf=SMALLEST_LEAF, random_state=seed)
    model.fit(log_odds(validation), labels == 0)
    return model.predict_proba(log_odds(scores))[:, 1]
