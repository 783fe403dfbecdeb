"""Write rootracker.root beside this file, with ROOT itself and the branches of GENIE's gntpc: pip install root==0.1a12.

uproot cannot write the lists of four numbers of StdHepP4. Its three events are those of test_interaction_files.py.
"""

from __future__ import annotations

from array import array
from pathlib import Path

import ROOT

MUON, PROTON, NEUTRON, NEUTRAL_PION, ELECTRON = 0.105658, 0.938272, 0.939565, 0.134977, 0.000511  # GeV
EVENTS = [  # code, vertex [m], particles: PDG code, status, mother, momentum [GeV], mass [GeV]
    (
        "nu:14;tgt:1000180400;N:2112;proc:Weak[CC],QES;",
        (0.5, -0.25, 1.0, 0),
        [
            (14, 0, -1, (0, 0, 2), 0),
            (1000180400, 0, -1, (0, 0, 0), 37.2155),
            (2112, 11, 1, (0, 0, 0), 0.91),
            (1000180390, 2, 1, (0, 0, 0), 36.29),
            (13, 1, 0, (0.3, 0.4, 1.2), MUON),
            (2212, 14, 2, (-0.3, -0.4, 0.9), PROTON),  # in the nucleus
            (2212, 1, 5, (-0.3, -0.4, 0.8), PROTON),
            (2000000002, 15, 3, (0, 0, 0), 36.29),
        ],
    ),
    (
        "nu:14;tgt:1000180400;N:2212;proc:Weak[NC],RES;res:0;",
        (0, 0, 2.0, 0),
        [
            (14, 0, -1, (0, 0, 3), 0),
            (1000180400, 0, -1, (0, 0, 0), 37.2155),
            (14, 1, 0, (0.6, 0, 1.8), 0),
            (2212, 1, 1, (-0.3, 0, 0.9), PROTON),
            (111, 1, 1, (-0.3, 0.1, 0.2), NEUTRAL_PION),
            (2000000101, 1, 1, (0, 0, 0), 0.03),
        ],
    ),
    (
        "nu:-12;tgt:1000180400;N:2212;proc:Weak[CC],MEC;",
        (-1.0, 0, 3.0, 0),
        [
            (-12, 0, -1, (0, 0, 1), 0),
            (1000180400, 0, -1, (0, 0, 0), 37.2155),
            (-11, 1, 0, (0, 0.3, 0.4), ELECTRON),
            (2112, 1, 1, (0, -0.3, 0.5), NEUTRON),
        ],
    ),
]


def main() -> None:
    """Write the file."""
    file = ROOT.TFile(str(Path(__file__).with_suffix(".root")), "recreate")
    tree = ROOT.TTree("gRooTracker", "GENIE event tree rootracker format")
    code = ROOT.TObjString("")
    tree.Branch("EvtCode", "TObjString", code, 32000, 1)
    weight, vertex, count = array("d", [1.0]), array("d", [0.0] * 4), array("i", [0])
    pdg, status, mother = (array("i", [0] * 8) for _ in range(3))
    momentum = array("d", [0.0] * 32)
    for name, values, leaf in (
        ("EvtWght", weight, "/D"),
        ("EvtVtx", vertex, "[4]/D"),
        ("StdHepN", count, "/I"),
        ("StdHepPdg", pdg, "[StdHepN]/I"),
        ("StdHepStatus", status, "[StdHepN]/I"),
        ("StdHepFm", mother, "[StdHepN]/I"),
        ("StdHepP4", momentum, "[StdHepN][4]/D"),
    ):
        tree.Branch(name, values, name + leaf)
    for text, place, particles in EVENTS:
        code.SetString(text)
        vertex[:] = array("d", place)
        count[0] = len(particles)
        for i, (pdg[i], status[i], mother[i], p, mass) in enumerate(particles):
            momentum[4 * i : 4 * i + 4] = array("d", [*p, (mass**2 + sum(x * x for x in p)) ** 0.5])
        tree.Fill()
    tree.Write()
    file.Close()


if __name__ == "__main__":
    main()
