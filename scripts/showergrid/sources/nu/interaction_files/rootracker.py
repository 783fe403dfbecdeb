"""GENIE's rootracker tree, which gntpc writes and edep-sim reads: GENIE Physics and User Manual, arXiv:1510.05494."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import numpy as np

from showergrid.sources.nu.interaction_files.record import LEPTONS, NEUTRINOS, InteractionRecord, first_of_each
from showergrid.sources.nu.interaction_files.trees import branches, entries

TREE = "gRooTracker"
METRE = 100  # cm
INITIAL, FINAL = 0, 1  # status: incoming, leaving the nucleus
MODES = {"QES": "qe", "MEC": "mec", "RES": "res", "DIS": "dis", "COH": "coh", "DFR": "coh"}  # behind proc:Weak[CC],
PARTICLES = ["StdHepPdg", "StdHepStatus", "StdHepFm", "StdHepP4"]


def count(path: Path) -> int:
    """How many interactions a file holds."""
    return entries(path, TREE)


def read(path: Path, first: int, stop: int) -> InteractionRecord:
    """The interactions from `first` to before `stop`; the lepton is the first one whose mother is the neutrino.

    Raises:
        InputError: a branch is missing, or an interaction has no incoming neutrino or no lepton that it becomes.
    """
    columns = branches(path, TREE, ["EvtCode", "EvtVtx", *PARTICLES], ["EvtWght"], first, stop)
    size = ak.to_numpy(ak.num(columns["StdHepPdg"]))
    pdg, status, mother, momentum = (ak.to_numpy(ak.flatten(columns[name], axis=1)) for name in PARTICLES)
    momentum = momentum[:, [3, 0, 1, 2]]  # px, py, pz, energy
    event = np.repeat(np.arange(size.size), size)
    code = np.abs(pdg)
    probe = first_of_each(
        (status == INITIAL) & np.isin(code, NEUTRINOS), event, size.size, "incoming neutrino", path, first
    )
    place = probe - (np.cumsum(size) - size)  # in its event
    made = np.isin(code, LEPTONS) & (mother == place[event])
    lepton = first_of_each(made, event, size.size, "lepton that its neutrino becomes", path, first)
    final = status == FINAL
    return InteractionRecord(
        neutrino=pdg[probe].astype(np.int32),
        lepton=pdg[lepton].astype(np.int32),
        charged=pdg[lepton] % 2 == 1,  # codes of charged leptons are odd
        mode=np.array([_mode(str(text)) for text in columns["EvtCode"].to_list()], dtype=object),
        beam=momentum[probe],
        outgoing=momentum[lepton],
        vertex=METRE * ak.to_numpy(columns["EvtVtx"])[:, :3],
        weight=ak.to_numpy(columns["EvtWght"]) if "EvtWght" in columns else np.ones(size.size),
        event=event[final],
        pdg=pdg[final].astype(np.int32),
        momentum=momentum[final],
    )


def _mode(code: str) -> str:
    """The mode that a text such as nu:14;tgt:1000180400;N:2112;proc:Weak[CC],QES; names."""
    process = code.partition("proc:")[2].partition(";")[0]
    return MODES.get(process.partition(",")[2], "other")
