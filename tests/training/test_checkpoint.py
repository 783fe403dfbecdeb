"""A checkpoint belongs to one training, and a file that is not whole is as good as none."""

import pytest
import torch

from showergrid.training.checkpoint import Checkpoint

STATE = {
    "network": {"weight": torch.arange(6.0).reshape(2, 3)},
    "optimiser": {"state": {0: {"step": torch.tensor(3.0)}}, "param_groups": [{"lr": 1e-3, "betas": (0.9, 0.999)}]},
    "history": [{"epoch": 1, "lr": 1e-3}],
    "learnt_at": None,
}


@pytest.fixture
def kept(tmp_path) -> Checkpoint:
    checkpoint = Checkpoint(tmp_path / "cell/checkpoint.pt", "digest")
    checkpoint.write(STATE)
    return checkpoint


def test_state_comes_back(kept):
    state = kept.read()
    assert torch.equal(state.pop("network")["weight"], STATE["network"]["weight"])
    assert torch.equal(state["optimiser"].pop("state")[0]["step"], torch.tensor(3.0))
    assert state["optimiser"]["param_groups"] == STATE["optimiser"]["param_groups"]
    assert (state["history"], state["learnt_at"]) == (STATE["history"], None)


def test_the_last_state_is_kept(kept):
    kept.write({**STATE, "learnt_at": 4})
    assert kept.read()["learnt_at"] == 4
    assert [path.name for path in kept.path.parent.iterdir()] == ["checkpoint.pt"]


def test_there_is_none(tmp_path):
    assert Checkpoint(tmp_path / "checkpoint.pt", "digest").read() is None


def test_that_of_another_training_is_ignored(kept):
    assert Checkpoint(kept.path, "another").read() is None


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 0.999])
def test_a_damaged_one_is_ignored(kept, share):
    content = kept.path.read_bytes()
    kept.path.write_bytes(content[: int(share * len(content))])
    assert kept.read() is None


@pytest.mark.parametrize("content", [{"state": 1}, [1, 2], {"digest": "digest"}])
def test_something_else_is_ignored(kept, content):
    torch.save(content, kept.path)
    assert kept.read() is None


def test_one_that_runs_code_is_ignored(kept):
    torch.save({"digest": "digest", "state": {"network": torch.nn.Linear(1, 1)}}, kept.path)
    assert kept.read() is None


def test_a_failure_while_writing_leaves_the_one_before(kept):
    with pytest.raises(Exception, match="pickle"):
        kept.write({"network": lambda: None})
    assert [path.name for path in kept.path.parent.iterdir()] == ["checkpoint.pt"]
    assert kept.read()["history"] == STATE["history"]


def test_nothing_is_left_once_it_is_removed(kept):
    (kept.path.parent / ".partial-checkpoint.pt").write_bytes(b"of a killed run")
    kept.remove()
    assert list(kept.path.parent.iterdir()) == []
    kept.remove()
