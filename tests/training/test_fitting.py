"""Models that are fitted as a whole, against the libraries that they use and by hand."""

import itertools
from typing import Any

import numpy as np
import pytest
from asked import tasks
from sklearn.ensemble import RandomForestClassifier
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from xgboost import XGBClassifier

from showergrid.core import plugins
from showergrid.evaluation import answers
from showergrid.inputs import views
from showergrid.inputs.lists import SeenRows
from showergrid.models.cut import best_cut
from showergrid.models.parts.intervals import best_intervals
from showergrid.training import fitting, model_file
from showergrid.training.data import Labelled
from showergrid.training.history import best_epoch

SMALL: dict[str, dict[str, Any]] = {
    "xgboost": {"n_estimators": 12, "rounds": 5},
    "random_forest": {"n_estimators": 7},
    "svm": {},
    "cut": {},
}
COLUMNS = 6
TASKS = tasks(2)


def listed(values: np.ndarray) -> SeenRows:
    """A table with the rows of values (E, F)."""
    return SeenRows("table", np.arange(len(values)), values)


def toy(events: int, seed: int) -> Labelled:
    """Columns of noise, of which the third and the fifth tell something of the class."""
    random = np.random.default_rng(seed)
    label = np.arange(events) % 2
    values = random.normal(size=(events, COLUMNS))
    values[:, 2] += 2.5 * label
    values[:, 4] -= 0.8 * label
    return Labelled(listed(values.astype(np.float32)), label)


TRAINING, VALIDATION, UNSEEN = toy(200, 1), toy(60, 2), toy(1200, 3)


def fit(name: str, seed: int = 19) -> fitting.Fitted:
    module = plugins.load("models", name)
    model = {"parameters": SMALL[name], "training": {"threads": 1}}
    asked = [Labelled(part.seen, part.label[:, None]) for part in (TRAINING, VALIDATION)]
    return fitting.fit(module, model, seed, TASKS, *asked)


def probability(name: str, fitted: fitting.Fitted, images: SeenRows) -> np.ndarray:
    return answers.answer(fitted.best, {"model": {"module": name}}, TASKS, images)["question0"]


@pytest.mark.parametrize("name", SMALL)
def test_answers_survive_the_file_and_history_says_what_was_kept(tmp_path, name):
    fitted = fit(name)
    first, again = (tmp_path / f"{i}.safetensors" for i in range(2))
    model_file.write_model(first, fitted.best, "{}")
    model_file.write_model(again, fit(name).best, "{}")
    assert first.read_bytes() == again.read_bytes()
    score = probability(name, fitted, UNSEEN.seen)
    assert score.shape == (1200, 2)
    assert score.dtype == np.float64
    np.testing.assert_allclose(score.sum(1), 1, rtol=1e-6)
    assert (score.argmax(1) == UNSEEN.label).mean() > 0.82
    again = fitting.Fitted(model_file.read_model(first)[0], [])
    assert probability(name, again, UNSEEN.seen).tobytes() == score.tobytes()
    kept = fitted.history[best_epoch(fitted.history) - 1]
    val = probability(name, fitted, VALIDATION.seen)
    assert kept.val_accuracy == pytest.approx((val.argmax(1) == VALIDATION.label).mean())
    right = np.maximum(val[np.arange(60), VALIDATION.label], np.finfo(np.float32).eps)
    assert kept.val_loss == pytest.approx(-np.log(right).mean(), rel=1e-5)


@pytest.mark.parametrize("name", SMALL)
def test_one_event_has_the_score_that_it_has_among_many(name):
    fitted = fit(name)
    many = probability(name, fitted, UNSEEN.seen)[7]
    values = views.table(UNSEEN.seen)[7:8]
    assert probability(name, fitted, listed(values))[0].tobytes() == many.tobytes()


def test_xgboost_is_that_of_the_library():
    fitted = fit("xgboost")
    assert [row.epoch for row in fitted.history] == [1, 2, 3]  # after 5, 10 and 12 rounds
    rounds = (5, 10, 12)[best_epoch(fitted.history) - 1]
    defaults = (
        plugins.load("models", "xgboost").Parameters().model_dump(exclude={"n_estimators", "rounds", "early_stopping"})
    )
    theirs = XGBClassifier(
        **defaults, n_estimators=rounds, objective="multi:softprob", num_class=2, random_state=19, n_jobs=1
    )
    theirs.fit(views.table(TRAINING.seen), TRAINING.label)
    expected = theirs.predict_proba(views.table(UNSEEN.seen))
    np.testing.assert_allclose(probability("xgboost", fitted, UNSEEN.seen), expected, rtol=1e-6)


def test_random_forest_is_that_of_the_library():
    theirs = RandomForestClassifier(n_estimators=7, min_samples_leaf=2, random_state=19)
    theirs.fit(views.table(TRAINING.seen), TRAINING.label)
    expected = theirs.predict_proba(views.table(UNSEEN.seen))
    score = probability("random_forest", fit("random_forest"), UNSEEN.seen)
    np.testing.assert_allclose(score, expected, rtol=1e-12)
    other = probability("random_forest", fit("random_forest", seed=20), UNSEEN.seen)
    assert not np.allclose(score, other)


def test_svm_is_that_of_the_library():
    values = views.table(TRAINING.seen).astype(float)
    mean, std = values.mean(0), values.std(0)
    machine = LinearSVC(C=0.01, random_state=19).fit((values - mean) / std, TRAINING.label)
    margin = [machine.decision_function((views.table(data.seen) - mean) / std) for data in (VALIDATION, UNSEEN)]
    expected = LogisticRegression().fit(margin[0][:, None], VALIDATION.label).predict_proba(margin[1][:, None])
    np.testing.assert_allclose(probability("svm", fit("svm"), UNSEEN.seen), expected, rtol=1e-9)


@pytest.mark.parametrize(("kernel", "told"), [("rbf", {}), ("poly", {"degree": 2, "coef0": 1})])
def test_a_kernel_is_that_of_the_library_behind_its_nystroem_map(kernel, told):
    """Three classes by the distance from the origin, which no plane tells apart."""
    random = np.random.default_rng(6)
    values = random.normal(size=(900, 4)).astype(np.float32)
    label = np.digitize(np.square(values).sum(1), [2.2, 4.4])
    training, validation, unseen = (listed(values[i::3]) for i in range(3))
    parameters = {"kernel": kernel, "degree": 2, "n_components": 60, "C": 1.0}
    model = {"parameters": parameters, "training": {"threads": 1}}
    asked = [Labelled(seen, label[i::3, None]) for i, seen in enumerate((training, validation))]
    fitted = fitting.fit(plugins.load("models", "svm"), model, 19, tasks(3), *asked)
    score = answers.answer(fitted.best, {"model": {"module": "svm"}}, tasks(3), unseen)["question0"]

    scaler = StandardScaler().fit(values[::3].astype(float))
    parts = [scaler.transform(values[i::3].astype(float)) for i in range(3)]
    lifting = Nystroem(kernel=kernel, gamma=1 / 4, n_components=60, random_state=19, **told).fit(parts[0])
    machine = LinearSVC(C=1.0, random_state=19).fit(lifting.transform(parts[0]), label[::3])
    margins = [machine.decision_function(lifting.transform(part)) for part in parts[1:]]
    expected = LogisticRegression().fit(margins[0], label[1::3]).predict_proba(margins[1])
    np.testing.assert_allclose(score, expected, atol=1e-5)
    assert (score.argmax(1) == label[2::3]).mean() > 0.8
    one = answers.answer(fitted.best, {"model": {"module": "svm"}}, tasks(3), listed(values[2:3]))["question0"]
    assert one.tobytes() == score[:1].tobytes()
    linear = fitting.fit(plugins.load("models", "svm"), model | {"parameters": {}}, 19, tasks(3), *asked)
    assert linear.history[0].val_accuracy < 0.6


def test_an_svm_gives_a_class_that_it_never_saw_no_probability():
    asked = [Labelled(part.seen, 2 * part.label[:, None]) for part in (TRAINING, VALIDATION)]
    model = {"parameters": {}, "training": {"threads": 1}}
    fitted = fitting.fit(plugins.load("models", "svm"), model, 19, tasks(3), *asked)
    score = answers.answer(fitted.best, {"model": {"module": "svm"}}, tasks(3), UNSEEN.seen)["question0"]
    np.testing.assert_array_equal(score[:, [0, 2]], probability("svm", fit("svm"), UNSEEN.seen))
    assert not score[:, 1].any()


def test_xgboost_tells_its_rows_and_stops_early():
    module = plugins.load("models", "xgboost")
    told = []
    asked = [Labelled(part.seen, part.label[:, None]) for part in (TRAINING, VALIDATION)]
    parameters = {"n_estimators": 400, "rounds": 4, "learning_rate": 0.3, "early_stopping": True}
    model = {"parameters": parameters, "training": {"threads": 1}}
    fitted = fitting.fit(module, model, 19, TASKS, *asked, lambda *row: told.append(row))
    accuracies = [row.val_accuracy for row in fitted.history]
    assert told == [(4 * k, accuracy) for k, accuracy in enumerate(accuracies, 1)][: len(told)]
    assert len(told) >= len(accuracies) - 1  # the last row may be of fewer rounds
    # the last 40 rounds, a tenth of all, were no better
    assert 10 < len(accuracies) < 100
    assert max(accuracies[-10:]) <= max(accuracies[:-10])

    def stops(step: int, accuracy: float) -> None:
        raise KeyboardInterrupt(step)

    with pytest.raises(KeyboardInterrupt, match="4"):
        fitting.fit(module, model, 19, TASKS, *asked, stops)


def test_best_cut_by_hand():
    values = np.array([[5.0, 1], [5, 2], [5, 4], [5, 3], [5, 8]])
    assert best_cut(values, np.array([0, 0, 1, 0, 1])) == (1, 3.5, True)
    assert best_cut(values, np.array([1, 1, 0, 1, 0])) == (1, 3.5, False)
    assert best_cut(values, np.array([0, 1, 1, 1, 1])) == (1, 1.5, True)


def test_cut_answers_as_its_threshold():
    column, threshold, upwards = best_cut(views.table(TRAINING.seen).astype(float), TRAINING.label)
    assert (column, upwards) == (2, True)
    score = probability("cut", fit("cut"), UNSEEN.seen)
    above = views.table(UNSEEN.seen)[:, 2] > threshold
    np.testing.assert_array_equal(score.argmax(1), above)


def test_best_intervals_by_hand():
    values, label = np.array([1.0, 2, 3, 4, 5, 6, 7]), np.array([0, 0, 1, 1, 2, 0, 0])
    right, edges = best_intervals(values, label, 3, 3)
    assert (right, edges.tolist()) == (6, [2.5, 4.5])  # the 2 alone is wrong
    assert best_intervals(values, label, 3, 9)[1].tolist() == [2.5, 4.5, 5.5]
    assert best_intervals(values, np.full(7, 1), 3, 5) == (7, pytest.approx([]))


def test_no_other_intervals_are_right_more_often():
    """All places of up to three intervals are tried, values standing several times."""
    random = np.random.default_rng(4)
    for _ in range(20):
        values, label = random.integers(0, 7, 15).astype(float), random.integers(0, 3, 15)
        most = 0
        for edges in itertools.combinations_with_replacement(np.arange(-0.5, 7), 2):
            inside = np.digitize(values, edges)
            most = max(most, sum(np.bincount(label[inside == i], minlength=3).max() for i in range(3)))
        right, edges = best_intervals(values, label, 3, 3)
        inside = np.digitize(values, edges)
        assert right == most == sum(np.bincount(label[inside == i]).max() for i in range(len(edges) + 1))


def test_a_cut_tells_several_classes_apart():
    random = np.random.default_rng(8)
    label = np.arange(600) % 3
    values = random.normal(size=(600, 3)).astype(np.float32)
    values[:, 1] += np.where(label == 1, 0, np.where(random.random(600) < 0.5, 9, -9) * (label == 2) + 4 * (label == 0))
    data = Labelled(listed(values), label[:, None])
    model = {"parameters": {}, "training": {"threads": 1}}
    fitted = fitting.fit(plugins.load("models", "cut"), model, 19, tasks(3), data, data)
    score = answers.answer(fitted.best, {"model": {"module": "cut"}}, tasks(3), data.seen)["question0"]
    assert int(fitted.best["question0.column"]) == 1
    assert len(fitted.best["question0.edges"]) >= 3  # the last class lies on both sides
    np.testing.assert_allclose(score.sum(1), 1)
    assert score.min() > 0
    assert (score.argmax(1) == label).mean() > 0.95
    assert fitted.history[0].train_accuracy == pytest.approx((score.argmax(1) == label).mean())


@pytest.mark.parametrize("name", ["xgboost", "random_forest", "svm"])
def test_each_question_is_fitted_by_itself(name):
    """A second question of three classes, of which the fifth column tells something, leaves the first as it is."""
    kinds = [np.digitize(views.table(part.seen)[:, 5], [-0.5, 0.5]) for part in (TRAINING, VALIDATION, UNSEEN)]
    asked = [
        Labelled(part.seen, np.column_stack([part.label, kind]))
        for part, kind in zip((TRAINING, VALIDATION), kinds, strict=False)
    ]
    model = {"parameters": SMALL[name], "training": {"threads": 1}}
    fitted = fitting.fit(plugins.load("models", name), model, 19, tasks(2, 3), *asked)
    both = answers.answer(fitted.best, {"model": {"module": name}}, tasks(2, 3), UNSEEN.seen)
    assert both["question0"].tobytes() == probability(name, fit(name), UNSEEN.seen).tobytes()
    assert both["question1"].shape == (1200, 3)
    assert (both["question1"].argmax(1) == kinds[2]).mean() > 0.6
    assert fitted.history == fit(name).history
