"""Pixels in place of hits: their truth by charge, the answer of each hit, and a network that learns both."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from short_training import short_training
from synthetic_hits import CALIBRATION, hits_of, write_hits

from showergrid.core.errors import InputError
from showergrid.events.questions import Question
from showergrid.inputs.input_file import read_images
from showergrid.inputs.making import write_input
from showergrid.inputs.packed import Packed, packed
from showergrid.inputs.placed_hits import placed_hits
from showergrid.inputs.settings import InputSettings, Representation
from showergrid.inputs.window import Window
from showergrid.tasks.classes import Classification
from showergrid.training import loop
from showergrid.training.checkpoint import Checkpoint
from showergrid.training.data import Labelled
from showergrid.training.hits import class_of_pixels, hit_answers, with_pixels

pytestmark = pytest.mark.usefixtures("one_thread")

POOLED = {"cube_pool": "mean", "log_trans": False, "headroom": 1.0}
SHOWN = {
    "voxels": ({"module": "voxels", "parameters": POOLED}, ("centre",) * 3),
    "projection": (
        {"module": "projection", "parameters": POOLED | {"axis": "y", "projection_pool": "mean"}},
        ("centre",) * 2,
    ),
}
CLASSES = [{"name": "line", "values": ["line"]}, {"name": "blob", "values": ["blob"]}]
TASKS = [
    Classification(Question(name="flavour", column="kind", classes=CLASSES)),
    Classification(Question(name="kind_of", of="hit", column="kind", classes=CLASSES)),
]


def drawn(count: int, seed: int) -> tuple[list, np.ndarray, np.ndarray]:
    """Events of a line and a blob each, the class of each hit, and which of the two is larger in the event.

    Hits of the first event of four share pixels, as they lie on half a centimetre.
    """
    random = np.random.default_rng(seed)
    events, labels, larger = [], [], []
    for i in range(count):
        long = i % 2
        line = np.column_stack([np.full(24, 1.0), np.full(24, 2.0), np.arange(24)])[: 24 if long else 8]
        blob = np.rint(random.normal([14, 2, 10], 1.2, (8 if long else 24, 3)))
        place = np.concatenate([line, blob]) * (0.5 if i % 4 == 0 else 1)
        order = random.permutation(len(place))
        hits = np.column_stack([place, random.integers(1, 9, len(place))])[order]
        events.append([tuple(hit) for hit in hits.astype(np.float32).astype(float)])
        labels.append((np.arange(len(place)) >= len(line)).astype(np.int64)[order])
        larger.append(1 - long)
    return events, np.concatenate(labels), np.array(larger)


def seen(tmp_path, events: list, of: str, shape: int) -> tuple[Packed, Representation]:
    parameters, placement = SHOWN[of]
    shown = Representation(name=of, **parameters)
    path = tmp_path / f"{of}.safetensors"
    settings = InputSettings(representation=shown, resolution=8)
    write_input(path, [hits_of(events)], CALIBRATION | {"ranges": {"charge": 1.0}}, settings)
    axes = len(placement)
    window = Window((shape,) * axes, placement, ((0, 0),) * axes, "charge_centre")
    return packed(read_images(path), np.arange(len(events)), window, of), shown


def written(tmp_path, events: list, prong: np.ndarray | None = None):
    path = write_hits(tmp_path / "hits.parquet", events)
    if prong is not None:
        pq.write_table(pq.read_table(path).append_column("prong", pa.array(prong, pa.int32())), path)
    return path


@pytest.mark.parametrize("of", ["voxels", "projection"])
def test_hits_stand_in_the_pixels_that_are_made_of_them(tmp_path, of):
    """Hits, summed over the pixel that each is placed in, are the hits and the charge of the input file."""
    events, prong, _ = drawn(6, 1)
    wide, shown = seen(tmp_path, events, of, 80)
    hits = placed_hits(written(tmp_path, events, prong), np.arange(6), shown, CALIBRATION)
    assert np.array_equal(hits.prong, prong)
    assert hits.number.tolist() == [number for event in events for number in range(len(event))]
    pixel = wide.pixel_of(hits.event, hits.place)
    images = read_images(tmp_path / f"{of}.safetensors")
    assert np.array_equal(np.bincount(pixel, minlength=len(images.hits)), images.hits)
    np.testing.assert_allclose(np.bincount(pixel, hits.charge), images.charge)
    narrow, _ = seen(tmp_path, events, of, 7)
    inside = narrow.pixel_of(hits.event, hits.place) >= 0
    assert 0 < inside.sum() < inside.size
    of_event = [np.mean(inside[hits.event == event]) for event in range(6)]
    np.testing.assert_allclose(of_event, narrow.share.hits)
    some = placed_hits(tmp_path / "hits.parquet", np.array([1, 4]), shown, CALIBRATION)
    assert set(some.event) == {1, 4}
    with pytest.raises(InputError, match="has no column prong, by which hits have classes"):
        placed_hits(written(tmp_path, events), np.arange(6), shown, CALIBRATION)


def test_the_class_of_a_pixel_is_that_of_most_charge():
    pixel, label = np.array([0, 0, 0, 1, 1, 3, -1, 4]), np.array([0, 1, 1, 0, 1, -1, 1, 1])
    charge = np.array([3.0, 1, 1.5, 2, 2, 9, 9, 0])
    assert class_of_pixels(pixel, label, charge, 2, 5).tolist() == [0, 0, -1, -1, 1]


def test_a_set_without_a_labelled_pixel_is_refused(tmp_path):
    events, label, larger = drawn(4, 3)
    shown, representation = seen(tmp_path, events, "voxels", 32)
    hits = placed_hits(written(tmp_path, events, label), np.arange(4), representation, CALIBRATION)
    with pytest.raises(InputError, match=r"no hit of a class of .* lies in the windows of a set of 4 events; enlarge"):
        with_pixels(Labelled(shown, larger[:, None]), hits, np.full((label.size, 1), -1), [TASKS[1].question])


def test_the_loop_learns_events_and_pixels_together(tmp_path):
    model = {"module": "sparse_unet", "parameters": {"blocks": [1, 1, 1], "widths": [8, 12, 16]}}
    settings = short_training(4, 5, 0.01)
    parts = []
    for i, count in enumerate((16, 8)):
        folder = tmp_path / str(i)
        folder.mkdir()
        events, label, larger = drawn(count, i)
        label[:: len(label) // 9] = -1  # some hits have no class
        shown, representation = seen(folder, events, "voxels", 32)
        hits = placed_hits(written(folder, events, label), np.arange(count), representation, CALIBRATION)
        told = with_pixels(Labelled(shown, larger[:, None]), hits, label[:, None], [TASKS[1].question])
        assert set(np.unique(told.part_label)) == {-1, 0, 1}
        parts.append(told)
    train, validation = parts
    cpu, built = torch.device("cpu"), loop.build(model, train.seen.inputs, TASKS, 1)
    resume = Checkpoint(tmp_path / "checkpoint", "digest")
    last = loop.train(built, settings, 1, TASKS, train, validation, cpu, resume).history[-1]
    of_events, pixels = loop.answers(built, settings, TASKS, validation.seen, cpu)
    truth = validation.part_label[:, 0]
    told = truth >= 0
    assert pixels.shape == (truth.size, 2)
    assert float((pixels.argmax(1).numpy() == truth)[told].mean()) > 0.95
    assert last.val_accuracy == float((of_events.argmax(1).numpy() == validation.label[:, 0]).mean())
    # the loss is the sum of the mean over events and that over pixels with a class
    losses = []
    for answer, label in ((of_events.numpy(), validation.label[:, 0]), (pixels.numpy()[told], truth[told])):
        p = np.maximum(answer[np.arange(label.size), label], np.finfo(np.float64).eps)
        losses.append(float(np.mean(-np.log(p))))
    assert last.val_loss == pytest.approx(sum(losses), rel=1e-6)

    given = hit_answers(validation.seen, hits, {"kind_of": pixels.numpy()})
    pixel = validation.seen.pixel_of(hits.event, hits.place)
    assert np.array_equal(given.event, hits.event[pixel >= 0])
    assert np.array_equal(given.of["kind_of"], pixels.numpy()[pixel[pixel >= 0]].astype(np.float32))
