"""What several unit tests need."""

import pytest


@pytest.fixture
def one_thread():
    """PyTorch on one thread: networks this small gain nothing from more, and wait for each other on a busy machine."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
