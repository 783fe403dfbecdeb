"""Real and foreign events, which stand beside the project; tests of them skip where they are absent."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "shared/data"


def shared_file(name: str) -> Path:
    """The file of that name; skips the test if it is absent."""
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"{name} is not in ../shared/data")
    return path
