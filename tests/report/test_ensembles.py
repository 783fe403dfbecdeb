"""Ensembles: the events that they learn from, their answers, and their comparison with the members."""

import csv
import io
import itertools

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from asked import PARTICLE
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from synthetic_cells import BOOTSTRAP, write_cell

from showergrid.core.errors import InputError
from showergrid.evaluation.combining import combined, log_odds
from showergrid.report.formats import latex, markdown
from showergrid.report.reports import ensemble as report
from showergrid.report.reports.ensemble import EnsembleResults, Parameters, layout
from showergrid.report.settings.ensembles import Combination, Ensemble
from showergrid.report.tables.combined_answers import combined_answers

WAYS = ["mean", "logistic_regression", "random_forest"]
CELLS = [("simple", 19, 0.9), ("simple", 20, 0.8), ("complex", 19, 0.7)]


SEEDS = {"simple": [19, 20], "complex": [19]}


def combination() -> Combination:
    cells = [f"cells/projection_y/c1000/{model}/seed{seed}" for model, seed, _ in CELLS]
    return Combination(question=PARTICLE, cells=cells, combine=WAYS, seed=3)


def ensemble() -> Parameters:
    place = {"representation": "projection_y", "resolution": 1000, "status": "run", "settings": None}
    return Parameters(
        name="all",
        combine=WAYS,
        places=[{**place, "model": model, "seeds": seeds} for model, seeds in SEEDS.items()],
        question=PARTICLE,
        bootstrap=BOOTSTRAP,
        comparison={"alpha": 0.05},
        order="axis",
        origin="first_hit",
        published_ensembles="Published elsewhere: .797.",
    )


def predict(results) -> pa.Table:
    return combined_answers(combination(), results)


def build(results) -> EnsembleResults:
    """The table, from the file of combined scores that it reads."""
    (results / "ensembles").mkdir(exist_ok=True)
    pq.write_table(predict(results), results / "ensembles/all.predictions.parquet")
    return report.build(ensemble(), results)


@pytest.fixture
def results(tmp_path):
    for model, seed, skill in CELLS:
        write_cell(tmp_path, "projection_y", 1000, model, seed, skill)
    return tmp_path


def files(results):
    return [results / f"cells/projection_y/c1000/{model}/seed{seed}/predictions.parquet" for model, seed, _ in CELLS]


def test_what_comes_out_is_what_scikit_learn_gives(results):
    predictions = predict(results)
    tables = [pq.read_table(path).to_pydict() for path in files(results)]
    scores = np.array([table["particle.electron"] for table in tables]).T
    odds = np.log(scores / (1 - scores))
    split, electron = np.array(tables[0]["split"]), np.array(tables[0]["particle"]) == "electron"
    fitted = split == "validation"
    even = (odds - odds[fitted].mean(0)) / odds[fitted].std(0)
    expected = {
        "mean": scores.mean(1),
        "logistic_regression": LogisticRegression().fit(even[fitted], electron[fitted]).predict_proba(even)[:, 1],
        "random_forest": RandomForestClassifier(300, min_samples_leaf=5, random_state=3)
        .fit(odds[fitted], electron[fitted])
        .predict_proba(odds)[:, 1],
    }
    for way, score in expected.items():
        np.testing.assert_allclose(predictions[f"particle.electron.{way}"].to_numpy(), score, rtol=1e-9)
        np.testing.assert_allclose(predictions[f"particle.photon.{way}"].to_numpy(), 1 - score, rtol=1e-9)
    tested, built = split == "test", build(results)
    for row in built.combined:
        right = np.mean((expected[row.how] >= 0.5)[tested] == electron[tested])
        assert row.accuracy.value == pytest.approx(right)
        simple = np.mean([np.mean((scores[tested, k] >= 0.5) == electron[tested]) for k in (0, 1)])
        assert row.difference.value == pytest.approx(right - simple)
    assert built.best == "projection_y/c1000/simple"
    assert built.combined[0].accuracy.value > max(
        member.estimates["test_accuracy"].value for member in built.members.values()
    )
    assert predictions.column_names == [
        "event",
        "energy",
        "n_hits",
        "split",
        "particle",
        *(f"particle.{kind}.{way}" for way in WAYS for kind in ("electron", "photon")),
    ]


@pytest.mark.parametrize("part", ["test", "train"])
def test_only_validation_events_are_learnt_from(results, part):
    """Shuffling the labels and scores of the other events leaves the answers to the validation events as they are."""
    before = predict(results)
    for path in files(results):
        table = pq.read_table(path)
        rows = np.flatnonzero(np.array(table["split"].to_pylist()) == part)
        order = np.arange(table.num_rows)
        order[rows] = np.random.default_rng(5).permutation(rows)
        for name in ("particle", "particle.electron", "particle.photon"):
            at = table.schema.get_field_index(name)
            table = table.set_column(at, table.schema.field(name), table[name].take(pa.array(order)))
        pq.write_table(table, path)
    after = predict(results)
    kept = np.array(before["split"].to_pylist()) == "validation"
    assert before["particle"] != after["particle"]
    for way in WAYS:
        earlier, later = (table[f"particle.electron.{way}"].to_numpy() for table in (before, after))
        assert np.array_equal(earlier[kept], later[kept])
        assert not np.array_equal(earlier, later)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["mean", "logistic_regression"]))
def test_the_order_of_members_does_not_matter(seed, how):
    rng = np.random.default_rng(seed)
    classes = 2 + seed % 2
    validation, scores = (rng.dirichlet(np.ones(classes), (n, 3)) for n in (20, 9))
    labels = np.arange(20) % classes
    answers = [
        combined(how, validation[:, order], labels, scores[:, order], 1)
        for order in map(list, itertools.permutations(range(3)))
    ]
    for answer in answers:
        np.testing.assert_allclose(answer, answers[0], atol=1e-4)
        assert ((answer >= 0) & (answer <= 1)).all()
        np.testing.assert_allclose(answer.sum(axis=1), 1)


def test_hesitant_cells_are_combined_as_well():
    """Scores that hardly differ, as after a short training, still tell the classes apart."""
    scores = 0.5 + 1e-5 * np.array([[1.0, 1.2], [-1.0, -0.9]] * 10)
    both = np.stack([scores, 1 - scores], axis=2)
    answers = combined("logistic_regression", both, np.arange(20) % 2, both, 1)[:, 0]
    assert (answers[::2] > 0.7).all()
    assert (answers[1::2] < 0.3).all()


@pytest.mark.parametrize("how", ["logistic_regression", "random_forest"])
def test_three_classes_are_combined_in_their_order(how):
    rng = np.random.default_rng(1)
    labels = np.arange(90) % 3
    lean = np.exp(rng.normal(size=(90, 2, 3)) + 2 * np.eye(3)[labels][:, None])
    answers = lean / lean.sum(axis=2, keepdims=True)
    given = combined(how, answers, labels, answers, 1)
    assert np.mean(given.argmax(axis=1) == labels) > 0.9
    np.testing.assert_allclose(given.sum(axis=1), 1)


def test_certain_scores_have_an_end():
    assert np.isfinite(log_odds(np.array([[0.0, 1.0, 0.5]]))).all()
    assert log_odds(np.array([[0.5]])) == 0


def test_one_class_among_the_validation_events_is_refused():
    with pytest.raises(InputError, match="lack a class"):
        combined("random_forest", np.ones((3, 2, 2)) / 2, np.zeros(3, int), np.ones((4, 2, 2)), 1)


def test_tables(results):
    built = build(results)
    rows = list(csv.DictReader(io.StringIO(report.csv(built))))
    assert [(row["kind"], row["name"], row["cells"]) for row in rows] == [
        *(("combined", way, "3") for way in WAYS),
        ("member", "projection_y/c1000/simple", "2"),
        ("member", "projection_y/c1000/complex", "1"),
    ]
    assert float(rows[0]["test_accuracy_low"]) < float(rows[0]["test_accuracy"]) < float(rows[0]["test_accuracy_high"])
    assert rows[0]["difference"]
    assert not rows[3]["difference"]
    text = markdown.document(layout(built))
    assert "Published elsewhere: .797." in text
    assert "100 validation events alone" in text
    assert "logistic regression" in latex.document(layout(built))


def test_cells_of_another_split_are_refused(results):
    path = files(results)[1]
    table = pq.read_table(path)
    names = table["split"].to_pylist()
    names[0], names[150] = names[150], names[0]
    at = table.schema.get_field_index("split")
    pq.write_table(table.set_column(at, table.schema.field("split"), pa.array(names)), path)
    with pytest.raises(InputError, match=r"seed20.*split are not those"):
        predict(results)


def test_missing_scores_are_named(results):
    with pytest.raises(InputError, match=r"ensembles/all\.predictions\.parquet: is missing"):
        report.build(ensemble(), results)


def test_two_runs_give_the_same_bytes(results, tmp_path):
    texts = []
    for name in ("one", "other"):
        pq.write_table(predict(results), tmp_path / name)
        texts.append((report.csv(build(results)), (tmp_path / name).read_bytes()))
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"of": [("simple", [19])]}, "one cell alone"),
        ({"of": [("simple", [19, 19])]}, "seeds: a value stands twice"),
        ({"of": [("simple", [19]), ("simple", [20])]}, "of: a value stands twice"),
        ({"combine": ["mean", "mean"]}, "combine: a value stands twice"),
        ({"combine": ["median"]}, "mean"),
    ],
)
def test_what_is_no_ensemble_is_refused(changes, words):
    given = {"name": "all", "of": [("simple", [19]), ("complex", [20])], "combine": ["mean"], "seed": 1, **changes}
    of = [{"representation": "projection_y", "resolution": 9, "model": model, "seeds": s} for model, s in given["of"]]
    with pytest.raises(ValueError, match=words):
        Ensemble(**{**given, "of": of})


def test_events_without_energy_or_hits_are_combined_too(results):
    """As those of a table are: predictions repeat of the events what they have."""
    whole = predict(results)
    for file in files(results):
        pq.write_table(pq.read_table(file).drop_columns(["energy", "n_hits"]), file)
    assert predict(results).equals(whole.drop_columns(["energy", "n_hits"]))
