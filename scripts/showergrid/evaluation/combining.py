"""Combine the answers of several cells: by their mean, or by a model fitted on the validation events alone.

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


def log_odds(probability: np.ndarray) -> np.ndarray:
    """Log-odds ln p / (1 - p), float64, of probabilities."""
    kept = np.clip(probability, EXTREME, 1 - EXTREME)
    return np.log(kept) - np.log1p(-kept)


def combined(how: str, validation: np.ndarray, labels: np.ndarray, answers: np.ndarray, seed: int) -> np.ndarray:
    """One answer (n, classes) float64 of `answers` (n, K, classes), those of K cells for the same events.

    Args:
        how: mean; logistic_regression, on log-odds less their mean over the validation events, divided by their
            standard deviation over the same; or random_forest, on log-odds. Of two classes the first says it all.
        validation: answers (v, K, classes) for the validation events, on which alone a model is fitted.
        labels: (v,) int64 of the validation events.
        answers: (n, K, classes) for the events to classify.
        seed: seed of the random forest.

    Raises:
        InputError: the validation events lack a class.
    """
    classes = answers.shape[2]
    if how == "mean":
        return answers.mean(axis=1)
    if np.unique(labels).size < classes:
        raise InputError("ensemble: the validation events lack a class; give them a larger share of the split")
    if how == "logistic_regression":
        model = make_pipeline(StandardScaler(), LogisticRegression())
    else:
        model = RandomForestClassifier(TREES, min_samples_leaf=SMALLEST_LEAF, random_state=seed)
    # Classes are counted from the last, since the curve of two is that of the greater one
    model.fit(_features(validation), classes - 1 - labels)
    return model.predict_proba(_features(answers))[:, ::-1]


def _features(answers: np.ndarray) -> np.ndarray:
    told = answers[:, :, :1] if answers.shape[2] == 2 else answers
    return log_odds(told).reshape(len(answers), -1)
