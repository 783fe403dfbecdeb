"""Jets of particles, by fastjet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from showergrid.sources.pp.generator import Particles


@dataclass(frozen=True)
class Jets:
    """Jets of events: event (J,) int64; pt [GeV], eta and phi [rad] (J,) float64."""

    event: np.ndarray
    pt: np.ndarray
    eta: np.ndarray
    phi: np.ndarray

    def __getitem__(self, chosen: np.ndarray) -> Jets:
        """Those that are chosen, by index or mask."""
        return Jets(self.event[chosen], self.pt[chosen], self.eta[chosen], self.phi[chosen])


def anti_kt(events: list[Particles], radius: float, least: float) -> Jets:
    """Jets above `least` [GeV] of the particles of each event, by anti-kT (Cacciari, Salam, Soyez, arXiv:0802.1189).

    There is at least one event; an event may be empty.
    """
    import awkward as ak
    import fastjet

    momentum = np.concatenate([event.momentum for event in events])
    each = {name: momentum[:, k] for k, name in enumerate(("px", "py", "pz", "E"))}
    particles = ak.unflatten(ak.zip(each, with_name="Momentum4D"), [len(event.pdg) for event in events])
    found = fastjet.ClusterSequence(particles, fastjet.JetDefinition(fastjet.antikt_algorithm, radius))
    jets = found.inclusive_jets(min_pt=least)
    x, y, z = (ak.to_numpy(ak.flatten(jets[name])) for name in ("px", "py", "pz"))
    pt = np.hypot(x, y)
    event = np.repeat(np.arange(len(events)), ak.to_numpy(ak.num(jets)))
    return Jets(event, pt, np.arcsinh(z / np.maximum(pt, 1e-9)), np.arctan2(y, x))
