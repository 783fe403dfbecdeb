"""What evaluation reads and writes: labels by the order of the classes, answers by the order of the events."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from synthetic_hits import CALIBRATION, hits_of, random_events, write_events

from showergrid.core.errors import InputError
from showergrid.evaluation.predictions import read_predictions, write_predictions
from showergrid.events.questions import Question, labels
from showergrid.events.split import write_split
from showergrid.inputs.input_file import read_images
from showergrid.inputs.making import write_input
from showergrid.inputs.settings import InputSettings, WindowSettings
from showergrid.inputs.window import Share, Window, cut
from showergrid.training.answer_file import Answers, read_answers, write_answers
from showergrid.training.data import events_and_split, labelled
from showergrid.training.model_file import read_model, write_model

PARTICLES = (("electron", 11), ("photon", 22), ("muon", 13))
ELECTRON, PHOTON, MUON = ({"name": name, "values": [code]} for name, code in PARTICLES)
PARTICLE = Question(name="particle", column="pdg", classes=[ELECTRON, PHOTON])
SETS = np.array(["train", "test", "validation", "test"])
VOXELS = {"name": "voxels", "module": "voxels"}
PARAMETERS = {"cube_pool": "max", "log_trans": False, "headroom": 1.0}
WINDOW = {
    "shape": [4, 4, 4],
    "placement": {"x": "centre", "y": "centre", "z": "centre"},
    "margin": {},
    "origin": "first_hit",
}


@pytest.fixture
def files(tmp_path):
    events = write_events(tmp_path / "events.parquet", np.array([22, 11, 11, 22]))
    write_split(tmp_path / "split.parquet", np.arange(4), SETS)
    return events, tmp_path / "split.parquet"


def test_events_of_each_set(files):
    events, split = events_and_split(*files, [PARTICLE])
    assert events["event"].to_pylist() == [0, 1, 2, 3]
    assert {name: chosen.tolist() for name, chosen in split.items()} == {
        "train": [0],
        "validation": [2],
        "test": [1, 3],
    }


@pytest.mark.parametrize("event", [[0, 1, 2], [0, 1, 2, 4], [0, 1, 2, 3, 4]])
def test_a_split_of_other_events_is_refused(files, event):
    write_split(files[1], np.array(event), np.array(["train"] * len(event)))
    with pytest.raises(InputError, match=r"split\.parquet"):
        events_and_split(*files, [PARTICLE])


def test_labels_are_places_in_the_list_of_classes(files, tmp_path):
    settings = InputSettings(representation={**VOXELS, "parameters": PARAMETERS}, resolution=8)
    path = tmp_path / "c8.safetensors"
    write_input(path, [hits_of(random_events(1, 4))], CALIBRATION | {"ranges": {"charge": 1.0}}, settings)
    images, (events, _) = read_images(path), events_and_split(*files, [PARTICLE])
    chosen = np.array([1, 3])
    seen = cut(images, chosen, Window.of(WindowSettings(**WINDOW), images.axes))
    swapped = Question(name="swapped", column="pdg", classes=[PHOTON, ELECTRON])
    muons = Question(name="muons", column="pdg", classes=[MUON, PHOTON])
    labels = labelled(seen, events, [PARTICLE, swapped, muons])
    assert labels.label.tolist() == [[0, 1, -1], [1, 0, 1]]
    assert labels.seen.event.tolist() == [1, 3]


def test_events_without_an_answer_are_left_out(files, tmp_path):
    muons = Question(name="muons", column="pdg", classes=[MUON, PHOTON], other="drop")
    write_split(tmp_path / "split.parquet", np.array([0, 3]), np.array(["train", "test"]))
    events, split = events_and_split(*files, [PARTICLE, muons])
    assert events["event"].to_pylist() == [0, 3]
    assert {name: chosen.tolist() for name, chosen in split.items()} == {"train": [0], "validation": [], "test": [3]}


def test_predictions_have_a_row_an_event(files, tmp_path):
    events, _ = events_and_split(*files, [PARTICLE])
    path = tmp_path / "predictions.parquet"
    score = np.array([0.1, 0.2, 0.3, 1 / 3])
    told = {"particle": np.array([1, 0, 0, 1])}, {"particle": np.stack([score, 1 - score], axis=1)}
    write_predictions(path, events, SETS, [PARTICLE], *told)
    table = pq.read_table(path)
    about = ["event", "energy", "n_hits", "split"]
    assert table.schema.names == [*about, "particle", "particle.electron", "particle.photon"]
    assert table["event"].to_pylist() == [0, 1, 2, 3]
    assert table["particle"].to_pylist() == ["photon", "electron", "electron", "photon"]
    assert table["split"].to_pylist() == SETS.tolist()
    assert table["particle.electron"].to_pylist() == score.tolist()
    test = read_predictions(path, PARTICLE, "test")
    assert (test.event.tolist(), test.labels.tolist(), test.right.tolist()) == ([1, 3], [0, 1], [False, True])
    assert test.probability[:, 0].tolist() == [0.2, 1 / 3]
    with pytest.raises(InputError, match=r"particle 'photon' is none of electron, muon|no column particle.muon"):
        read_predictions(path, Question(name="particle", column="pdg", classes=[ELECTRON, MUON]), "test")


def test_predictions_repeat_what_the_events_have(tmp_path):
    """Of a table whose events have neither an energy nor hits."""
    number = np.arange(4)
    events = pa.table({"event": number, "kind": ["h", "g", "g", "h"], "source": ["a.csv"] * 4, "number": number})
    kind = Question(
        name="kind", column="kind", classes=[{"name": "gamma", "values": ["g"]}, {"name": "hadron", "values": ["h"]}]
    )
    pq.write_table(events, tmp_path / "events.parquet")
    write_split(tmp_path / "split.parquet", number, SETS)
    table, _ = events_and_split(tmp_path / "events.parquet", tmp_path / "split.parquet", [kind])
    label = labels(table, "kind", kind.values)
    path = tmp_path / "predictions.parquet"
    write_predictions(path, table, SETS, [kind], {"kind": label}, {"kind": np.eye(2)[label]})
    assert pq.read_schema(path).names == ["event", "split", "kind", "kind.gamma", "kind.hadron"]
    assert read_predictions(path, kind, "test").right.all()


def test_a_model_comes_back_with_what_it_is_of(tmp_path):
    path = tmp_path / "model.safetensors"
    weights = {"b": torch.rand(2, 3).T, "a": torch.tensor(4)}
    write_model(path, weights, '{"seed": 19}')
    tensors, description = read_model(path)
    assert description == {"seed": 19}
    assert all(torch.equal(tensors[name], weights[name]) for name in ("a", "b"))
    first = path.read_bytes()
    write_model(path, dict(reversed(weights.items())), '{"seed": 19}')
    assert path.read_bytes() == first


@pytest.mark.parametrize("damage", ["cut", "empty", "other"])
def test_a_damaged_model_is_refused(tmp_path, damage):
    path = tmp_path / "model.safetensors"
    write_model(path, {"a": torch.rand(100)}, '{"seed": 19}')
    content = {"cut": path.read_bytes()[:200], "empty": b"", "other": path.read_bytes().replace(b"{\\", b"[\\")}[damage]
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"model\.safetensors") as refused:
        read_model(path)
    assert "\n" not in str(refused.value)


GIVEN = {"a": np.array([[0.1, 0.9], [1 / 3, 2 / 3], [1.0, 0.0]]).T[::-1].T, "b": np.full((3, 4), 0.25)}
ANSWERS = Answers(np.arange(3), GIVEN, Share(np.full(3, 0.5), np.full(3, 0.25)))


def test_answers_come_back_as_they_were(tmp_path):
    write_answers(tmp_path / "answers.safetensors", ANSWERS)
    answers = read_answers(tmp_path / "answers.safetensors", ["b", "a"], np.arange(3))
    assert answers.event.tolist() == [0, 1, 2]
    assert list(answers.of) == ["b", "a"]
    assert answers.of["a"].tolist() == [[0.9, 0.1], [2 / 3, 1 / 3], [0.0, 1.0]]
    assert answers.of["b"].tolist() == [[0.25] * 4] * 3
    assert (answers.share.charge.tolist(), answers.share.hits.tolist()) == ([0.5] * 3, [0.25] * 3)


@pytest.mark.parametrize("damage", ["cut", "empty", "missing", "model", "question", "events"])
def test_damaged_answers_are_refused(tmp_path, damage):
    path = tmp_path / "answers.safetensors"
    write_answers(path, ANSWERS)
    events, asked = np.arange(3), ["a"]
    match damage:
        case "cut":
            path.write_bytes(path.read_bytes()[:-1])
        case "empty":
            path.write_bytes(b"")
        case "missing":
            path.unlink()
        case "model":
            write_model(path, {"a": torch.rand(100)}, '{"seed": 19}')
        case "question":
            asked = ["a", "c"]
        case "events":
            events = np.arange(1, 4)
    with pytest.raises(
        InputError, match=r"answers\.safetensors: (not a file of such answers|holds the answers for other)"
    ) as refused:
        read_answers(path, asked, events)
    assert "\n" not in str(refused.value)
