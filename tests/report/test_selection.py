"""The table of selections by thresholds of validation events, against counts by hand."""

import csv
import io

import numpy as np
import pyarrow.parquet as pq
import pytest
from synthetic_cells import table_config, write_study

from showergrid.core.errors import InputError
from showergrid.report.formats import markdown
from showergrid.report.reports import selection as report

SHARES = {"electron": 0.02, "photon": 0.98}


def settings(**selection) -> report.Parameters:
    told = table_config(name="selection", selection=selection)
    return report.Parameters(**{key: told[key] for key in told if key in report.Parameters.model_fields})


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    results = tmp_path_factory.mktemp("results")
    write_study(results)
    return report.build(settings(shares={"beam": SHARES}, energies=[0.0, 1.0, 3.0]), results), results


def predictions(results, split: str, model: str = "complex", seed: int = 19):
    table = pq.read_table(results / f"cells/projection_y/c1000/{model}/seed{seed}/predictions.parquet")
    return table.filter(np.array(table["split"].to_pylist()) == split)


def answers(results, seed: int, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Whether each event is an electron, and its score."""
    table = predictions(results, split, seed=seed)
    return np.array(table["particle"].to_pylist()) == "electron", table["particle.electron"].to_numpy()


def product(electron: np.ndarray, kept: np.ndarray, share: float) -> tuple[float, float]:
    """Efficiency and purity of electrons, which are that share of a beam of the two."""
    efficiency, mistaken = kept[electron].mean(), kept[~electron].mean()
    return efficiency, share * efficiency / (share * efficiency + (1 - share) * mistaken)


@pytest.mark.parametrize(("mixture", "share"), [("equal", 0.5), ("beam", 0.02)])
def test_thresholds_are_of_validation_and_rates_of_test_events(made, mixture, share):
    table, results = made
    expected = []
    for seed in (19, 20, 21):
        electron, score = answers(results, seed, "validation")
        tried = np.unique(score)
        best = max(reversed(tried), key=lambda cut: np.prod(product(electron, score >= cut, share)))
        electron, score = answers(results, seed, "test")
        expected.append((best, *product(electron, score >= best, share)))
    [row] = [
        row
        for row in table.selected
        if (row.place.model, row.place.representation, row.kind, row.mixture)
        == ("complex", "projection_y", "electron", mixture)
    ]
    np.testing.assert_allclose(row.thresholds, [threshold for threshold, _, _ in expected])
    assert row.efficiency.value == pytest.approx(np.mean([efficiency for _, efficiency, _ in expected]))
    assert row.purity.value == pytest.approx(np.mean([purity for _, _, purity in expected]))
    assert row.purity.low < row.purity.value < row.purity.high


def test_bias_counts_answers_by_energy(made):
    table, results = made
    rows = list(csv.DictReader(io.StringIO(report.csv(table))))
    own = [
        row
        for row in rows
        if (row["representation"], row["model"], row["class"], row["quantity"])
        == ("projection_y", "complex", "electron", "called_to_true")
    ]
    ratios = []
    energy = predictions(results, "test", "simple")["energy"].to_numpy()  # invented cells have energies of their own
    for low, high in ((-np.inf, np.inf), (0, 1), (1, 3)):
        of_seeds = []
        for seed in (19, 20, 21):
            electron, score = answers(results, seed, "test")
            inside = (energy >= low) & (energy < high)
            of_seeds.append((score[inside] >= 0.5).sum() / electron[inside].sum())
        ratios.append(np.mean(of_seeds))
    assert [float(row["value"]) for row in own] == pytest.approx(ratios)
    assert [row["energy_to"] for row in own] == ["", "1.0", "3.0"]


def test_what_is_shown(made):
    table, _ = made
    text = markdown.document(report.layout(table))
    assert "beam: electron 0.02, photon 0.98" in text
    assert all(word in text for word in ("equal shares threshold", "beam purity", "0 to 1 GeV", "1 where answers are"))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"shares": {"beam": {"electron": 1.0}}}, "give a share for each of electron, photon"),
        ({"shares": {"beam": {**SHARES, "muon": 1.0}}}, "and no other"),
    ],
)
def test_a_mixture_is_of_the_classes_of_the_question(made, asked, words):
    with pytest.raises(InputError, match=words):
        report.build(settings(**asked), made[1])


@pytest.mark.parametrize(
    ("asked", "words"), [({"shares": {"equal": SHARES}}, "always shown"), ({"energies": [1.0, 1.0]}, "must rise")]
)
def test_wrong_settings_are_refused(asked, words):
    with pytest.raises(ValueError, match=words):
        settings(**asked)
