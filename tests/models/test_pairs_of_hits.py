"""Networks that look at pairs of hits: neighbours, order, padding, repetition to the byte, and their pairs by hand."""

import pytest
import torch
from asked import entries, tasks
from torch import Tensor, nn
from torch.nn import functional

from showergrid.core.errors import InputError
from showergrid.models.parts.edge_convolution import EdgeConvolution, nearest
from showergrid.training import loop

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = {
    "edgeconv": {"neighbours": 3, "widths": [8, 12]},
    "pair_attention": {"d_model": 8, "nhead": 2, "dim_feedforward": 16, "num_layers": 2, "pair_neurons": 5},
}


def sets(there: list[int], size: int) -> tuple[Tensor, Tensor]:
    x = torch.randn(len(there), size, 6, generator=torch.Generator().manual_seed(1))
    mask = torch.arange(size) < torch.tensor(there)[:, None]
    return x * mask[:, :, None], mask


def network(name: str, **changes) -> nn.Module:
    model = {"name": name, "module": name, "parameters": SMALL[name] | changes}
    return loop.build(model, entries(10, 6), tasks(3), seed=5)


@pytest.mark.parametrize("name", SMALL)
def test_padding_changes_nothing(name):
    x, mask = sets([10, 4, 1, 0], 10)
    pad, made = functional.pad, network(name).eval()
    with torch.no_grad():
        logits, longer = made(x, mask), made(pad(x, (0, 0, 0, 22)), pad(mask, (0, 22)))
        x[1, 4:] = 99.0  # whatever stands in a place where no hit is
        assert logits.shape == (4, 3)
        assert logits.isfinite().all()
        torch.testing.assert_close(longer, logits, rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(made(x, mask), logits, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", SMALL)
def test_order_changes_nothing_and_hits_do(name):
    x, mask = sets([10, 7], 10)
    order = torch.randperm(10, generator=torch.Generator().manual_seed(2))
    made = network(name).eval()
    with torch.no_grad():
        logits = made(x, mask)
        torch.testing.assert_close(made(x[:, order], mask[:, order]), logits, rtol=1e-5, atol=1e-6)
        for variable in range(5):
            changed = x.clone()
            changed[:, 0, variable] += 1
            assert (made(changed, mask) - logits).abs().max() > 1e-5


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_gradients_repeat_to_the_byte_with_one_thread_and_with_two(name, precision):
    x = sets([10, 4], 10)[0].repeat(16, 8, 1)  # each hit eight times, so that many are equally near
    mask = x[:, :, 0] != 0
    before = torch.get_deterministic_debug_mode()
    torch.set_deterministic_debug_mode("error")
    gradients = []
    try:
        for threads in (1, 1, 2, 2):
            torch.set_num_threads(threads)
            made = network(name)
            with torch.autocast("cpu", torch.bfloat16, enabled=precision == torch.bfloat16):
                given = made(x, mask)
            functional.cross_entropy(given.float(), torch.arange(len(x)) % 3).backward()
            gradients.append([tensor.grad for tensor in made.parameters()])
    finally:
        torch.set_deterministic_debug_mode(before)
    first, second, third, fourth = gradients
    assert all(own.isfinite().all() for own in first)
    for pair in ((first, second), (third, fourth)):
        assert all(torch.equal(*own) for own in zip(*pair, strict=True))


def test_neighbours_are_sorted_and_of_equally_near_ones_the_first_wins():
    near = torch.tensor([[[0.0], [2.0], [1.0], [-1.0], [0.5]], [[3.0], [3.0], [3.0], [9.0], [8.0]]])
    mask = torch.tensor([[True, True, True, True, False], [True, True, True, True, True]])
    index, there = nearest(near, mask, 3)
    assert index.tolist() == [
        [[0, 2, 3], [1, 2, 0], [2, 0, 1], [3, 0, 2], [0, 2, 1]],
        [[0, 1, 2], [0, 1, 2], [0, 1, 2], [3, 4, 0], [4, 3, 0]],
    ]
    assert there.all()
    index, there = nearest(near[:1], mask[:1], 9)
    assert index[0, 0].tolist() == [0, 2, 3, 1, 4]
    assert there[0, 0].tolist() == [True, True, True, True, False]


def test_an_edge_convolution_is_the_largest_value_of_a_network_of_the_edges():
    torch.manual_seed(3)
    made = EdgeConvolution(4, 7, neighbours=3)
    x = torch.randn(2, 6, 4)
    given = made(x, x[:, :, :2], torch.ones(2, 6, dtype=torch.bool))
    expected = torch.empty_like(given)
    for n in range(2):
        for i in range(6):
            apart = (x[n, :, :2] - x[n, i, :2]).square().sum(dim=1)
            edges = [
                made.edge(made.own(x[n, i]) + made.difference(x[n, j] - x[n, i])) for j in apart.argsort()[:3].tolist()
            ]
            expected[n, i] = torch.stack(edges).amax(dim=0)
    torch.testing.assert_close(given, expected)


def test_pairs_are_of_their_distance_and_differences():
    made = network("pair_attention")
    x, _ = sets([10], 10)
    pairs = made.pairs(x)
    assert pairs.shape == (1, 2, 10, 10)
    difference, distance = x[0, 7] - x[0, 2], (x[0, 7, :3] - x[0, 2, :3]).norm().log()
    by_hand = made.bias(made.difference(difference) + made.distance(distance[None]))
    torch.testing.assert_close(pairs[0, :, 2, 7], by_hand)


@pytest.mark.parametrize("name", SMALL)
def test_a_place_that_is_no_variable_is_refused(name):
    with pytest.raises(InputError, match="places: 6 is none of the 6 variables"):
        network(name, places=[0, 6])
