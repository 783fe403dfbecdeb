"""The classes that the networks tell apart."""

from __future__ import annotations

from showergrid.core.settings import Name, Settings


class Class(Settings):
    """One of the classes that the networks tell apart.

    Its place in the list is its label; the first is the positive class.
    """

    name: Name
    pdg: int
