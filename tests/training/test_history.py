"""history.csv: its columns, its numbers to the last digit, the best epoch, and what is refused."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showergrid.core.errors import InputError
from showergrid.training.history import Epoch, best_epoch, read_history, write_history

HEADER = "epoch,lr,train_loss,train_accuracy,val_loss,val_accuracy\n"


def history(*validation: tuple[float, float]) -> list[Epoch]:
    """Epochs with these validation accuracies and losses."""
    return [Epoch(k, 1e-3, 0.5, 0.7, loss, accuracy) for k, (accuracy, loss) in enumerate(validation, start=1)]


def test_file_by_hand(tmp_path):
    path = tmp_path / "history.csv"
    write_history(path, [Epoch(1, 0.001, 0.7, 0.5, 0.69, 0.525), Epoch(2, 0.0007, 1 / 3, 0.75, 2e-9, 1.0)])
    assert (
        path.read_bytes()
        == (HEADER + "1,0.001,0.7,0.5,0.69,0.525\n2,0.0007,0.3333333333333333,0.75,2e-09,1.0\n").encode()
    )


@given(st.lists(st.tuples(*[st.floats(0, 1e6)] * 5), min_size=1, max_size=5))
def test_numbers_read_back_as_they_were(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("history") / "history.csv"
    written = [Epoch(k, *row) for k, row in enumerate(rows, start=1)]
    write_history(path, written)
    assert read_history(path) == written


@pytest.mark.parametrize(
    ("validation", "best"),
    [
        ([(0.5, 0.7)], 1),
        ([(0.5, 0.7), (0.8, 0.9), (0.7, 0.1)], 2),  # the accuracy decides, not the loss
        ([(0.8, 0.5), (0.8, 0.4), (0.8, 0.6)], 2),  # of equal ones the lowest loss
        ([(0.5, 0.7), (0.8, 0.4), (0.8, 0.4)], 2),  # of equal ones of that the earliest
    ],
)
def test_best_epoch_by_hand(validation, best):
    assert best_epoch(history(*validation)) == best


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEADER,
        HEADER + "1,0.001,0.7,0.5,0.69\n",
        HEADER + "1,0.001,0.7,0.5,0.69,0.5,3\n",
        HEADER + "1,0.001,0.7,0.5,0.69,much\n",
        HEADER + "first,0.001,0.7,0.5,0.69,0.5\n",
        HEADER.replace("val_loss", "loss") + "1,0.001,0.7,0.5,0.69,0.5\n",
        "val_loss\n0.5\n",
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path, text):
    path = tmp_path / "history.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=r"history\.csv: ") as refused:
        read_history(path)
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"history\.csv"):
        read_history(tmp_path / "history.csv")


def test_reading_needs_no_network_library():
    # The figures and the tables run in an environment without it.
    modules = "showergrid.training.history, showergrid.evaluation.cell_folder"
    text = f"import sys, {modules}; sys.exit('torch' in sys.modules)"
    scripts = next(path for path in sys.path if path.endswith("scripts"))
    assert subprocess.run([sys.executable, "-c", text], cwd=scripts, check=False).returncode == 0
