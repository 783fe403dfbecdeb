"""The hit transformer: neither padding nor the order of the hits changes its answers."""

import pytest
import torch
from asked import entries, tasks

from showergrid.training import loop

pytestmark = pytest.mark.usefixtures("one_thread")

MODEL = {"name": "transformer", "module": "transformer"}
SMALL = {"d_model": 8, "nhead": 2, "dim_feedforward": 16, "num_layers": 2, "dropout": 0.3}


def sets(there: list[int], size: int) -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.randn(len(there), size, 6, generator=torch.Generator().manual_seed(1))
    mask = torch.arange(size) < torch.tensor(there)[:, None]
    return x * mask[:, :, None], mask


@pytest.fixture
def network():
    return loop.build({**MODEL, "parameters": SMALL}, entries(10, 6), tasks(3), seed=5).eval()


def test_padding_changes_nothing(network):
    x, mask = sets([10, 4, 1, 0], 10)
    pad = torch.nn.functional.pad
    with torch.no_grad():
        logits, longer = network(x, mask), network(pad(x, (0, 0, 0, 22)), pad(mask, (0, 22)))
        x[1, 4:] = 99.0  # whatever stands in a place where no hit is
        assert logits.shape == (4, 3)
        torch.testing.assert_close(longer, logits, rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(network(x, mask), logits, rtol=1e-5, atol=1e-6)


def test_order_changes_nothing_and_hits_do(network):
    x, mask = sets([10, 7], 10)
    order = torch.randperm(10, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        logits = network(x, mask)
        torch.testing.assert_close(network(x[:, order], mask[:, order]), logits, rtol=1e-5, atol=1e-6)
        x[:, 0, 4] += 1
        assert (network(x, mask) - logits).abs().max() > 1e-4


def test_heads_divide_the_width():
    with pytest.raises(ValueError, match="d_model = 8 cannot be divided among nhead = 3 heads"):
        loop.build({**MODEL, "parameters": {**SMALL, "nhead": 3}}, entries(10, 6), tasks(2), seed=5)
