"""What representations declare of their inputs, by the module that makes them."""

from __future__ import annotations

from showergrid.core.plugins import load


def is_made_of_hits(module: str) -> bool:
    """Whether a representation, by the module that makes it, puts hits on a grid."""
    return hasattr(load("representations", module), "ranges")


def has_resolution(module: str) -> bool:
    """Whether it has pixels: those of a grid on which hits are put, or of an image that is drawn."""
    return is_made_of_hits(module) or load("representations", module).KIND == "image"
