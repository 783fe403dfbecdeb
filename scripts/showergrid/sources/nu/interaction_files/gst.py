"""GENIE's summary tree gst, which gntpc writes: GENIE Physics and User Manual, arXiv:1510.05494."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import numpy as np

from showergrid.core.errors import InputError
from showergrid.sources.nu.interaction_files.record import InteractionRecord
from showergrid.sources.nu.interaction_files.trees import branches, entries

TREE = "gst"
METRE = 100  # cm
TAU = 15
MODES = {"qel": "qe", "mec": "mec", "res": "res", "dis": "dis", "coh": "coh", "dfr": "coh"}  # branch: mode
BEAM, LEPTON, HADRONS = ([f"{name}{of}" for name in ("E", "px", "py", "pz")] for of in "vlf")
VERTEX = ["vtxx", "vtxy", "vtxz"]


def count(path: Path) -> int:
    """How many interactions a file holds."""
    return entries(path, TREE)


def read(path: Path, first: int, stop: int) -> InteractionRecord:
    """The interactions from `first` to before `stop`.

    A tau is left out of what leaves the nucleus: its decay products are among the hadrons of this tree.

    Raises:
        InputError: a branch is missing, or an interaction is neither of the charged nor of the neutral current.
    """
    wanted = ["neu", "fspl", "cc", "nc", "qel", "res", "dis", *BEAM, *LEPTON, "pdgf", *HADRONS, *VERTEX]
    columns = branches(path, TREE, wanted, ["mec", "coh", "dfr", "wght"], first, stop)
    single = {name: ak.to_numpy(column) for name, column in columns.items() if column.ndim == 1}
    if np.any(other := ~single["cc"] & ~single["nc"]):
        raise InputError(f"{path}: event {first + np.argmax(other)} is no weak interaction of a neutrino; leave it out")
    known = [name for name in MODES if name in single]
    events, lepton = single["neu"].size, single["fspl"].astype(np.int32)
    outgoing = np.stack([single[name] for name in LEPTON], axis=1)
    own = np.flatnonzero(np.abs(lepton) != TAU)
    event = np.repeat(np.arange(events), ak.to_numpy(ak.num(columns["pdgf"])))
    hadrons = np.stack([ak.to_numpy(ak.flatten(columns[name])) for name in HADRONS], axis=1)
    events_of = np.concatenate([own, event])
    order = np.argsort(events_of, kind="stable")
    return InteractionRecord(
        neutrino=single["neu"].astype(np.int32),
        lepton=lepton,
        charged=single["cc"],
        mode=np.select([single[name] for name in known], [MODES[name] for name in known], "other"),
        beam=np.stack([single[name] for name in BEAM], axis=1),
        outgoing=outgoing,
        vertex=METRE * np.stack([single[name] for name in VERTEX], axis=1),
        weight=single.get("wght", np.ones(events)),
        event=events_of[order],
        pdg=np.concatenate([lepton[own], ak.to_numpy(ak.flatten(columns["pdgf"]))])[order].astype(np.int32),
        momentum=np.concatenate([outgoing[own], hadrons])[order],
    )
