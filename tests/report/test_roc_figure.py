"""ROC curves of classes of prongs, against scikit-learn's, with intervals that draw events."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve
from synthetic_cells import places, table_config, write_cell

from showergrid.evaluation.prongs import AnsweredProngs, write_prong_predictions
from showergrid.events.questions import Question
from showergrid.report.figures.roc import roc_of_cells
from showergrid.report.settings.tables import Reported
from showergrid.report.tables.roc import MISTAKEN, RocResults, RocSettings, build, reads
from showergrid.training.answer_file import ProngAnswers

NAMES = ("electron", "muon", "kaon")
ASKED = {
    "name": "particle",
    "of": "prong",
    "column": "kind",
    "classes": [{"name": name, "values": [name]} for name in NAMES],
}
SEEDS = (1, 2)
EVENTS = 150


def answers(seed: int, copies: int) -> AnsweredProngs:
    """Test events of one electron or one muon, each stored `copies` times as prongs; no kaon is among them."""
    label = np.arange(EVENTS) % 2
    logit = np.random.default_rng(seed).normal(size=(EVENTS, 3)) + 1.2 * np.eye(3)[label]
    probability = np.exp(logit) / np.exp(logit).sum(axis=1, keepdims=True)
    event = np.repeat(np.arange(EVENTS), copies)
    own = ProngAnswers(event, np.tile(np.arange(copies), EVENTS), {"particle": probability[event]})
    return AnsweredProngs(own, {"particle": label[event]}, np.full(event.size, "test"), None)


def curves(results, copies: int) -> RocResults:
    for seed in SEEDS:
        folder = write_cell(results, "projection_y", 1000, "simple", seed, 1.0)
        write_prong_predictions(folder / "predictions.prongs.parquet", [Question(**ASKED)], answers(seed, copies))
    told = table_config(question=ASKED, places=places("projection_y", 1000, ["simple"], list(SEEDS)))
    answered = Reported(**{key: told[key] for key in told if key in Reported.model_fields})
    return build(RocSettings(answered=answered, classes=list(NAMES[1:])), results)


@pytest.fixture(scope="module")
def single(tmp_path_factory):
    return curves(tmp_path_factory.mktemp("single"), 1)


def test_curves_are_those_of_scikit_learn(single):
    expected, areas = [], []
    for seed in SEEDS:
        of = answers(seed, 1)
        truth, score = of.labels["particle"] == 1, of.answers.of["particle"][:, 1]
        false, true, _ = roc_curve(truth, score, drop_intermediate=False)
        expected.append([true[false <= share + 1e-9].max() for share in MISTAKEN])
        areas.append(roc_auc_score(truth, score))
    [curve] = single.of("muon")
    value, low, high = np.array([(own.value, own.low, own.high) for own in curve.efficiency]).T
    np.testing.assert_allclose(value, np.mean(expected, axis=0))
    assert curve.area.value == pytest.approx(np.mean(areas))
    assert np.all((low <= value) & (value <= high))
    middle = np.argmin(np.abs(value - 0.5))
    deviation = np.sqrt(0.25 / (EVENTS / 2))  # of a share of 75 muons, at least: the threshold varies too
    assert 2 * 1.96 * deviation * 0.7 < high[middle] - low[middle] < 2 * 1.96 * deviation * 4


def test_prongs_of_one_event_are_drawn_together(single, tmp_path):
    [alone], [copied] = single.of("muon"), curves(tmp_path, 5).of("muon")
    assert copied.area == alone.area
    assert copied.efficiency == alone.efficiency


def test_what_is_read_and_drawn(single, tmp_path):
    assert len(reads(single.settings)["predictions.prongs.parquet"]) == len(SEEDS)
    assert single.of("kaon") == []  # its panel says so
    roc_of_cells(single, tmp_path / "roc.pdf")
    assert (tmp_path / "roc.pdf").read_bytes().startswith(b"%PDF")
