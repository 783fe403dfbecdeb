"""Pythia 8 without settings, wherever its package has its data."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def quiet_pythia() -> Any:
    """A Pythia that prints nothing and is not initialised."""
    import pythia8mc

    data = Path(pythia8mc.__file__).with_name("share") / "Pythia8/xmldoc"
    if data.is_dir():  # in an image, where Pythia does not look for it
        os.environ["PYTHIA8DATA"] = str(data)
    made = pythia8mc.Pythia("", False)
    made.readString("Print:quiet = on")
    return made
