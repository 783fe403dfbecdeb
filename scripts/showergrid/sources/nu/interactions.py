"""Interactions of neutrinos with argon as a generator leaves them: what struck what, and what left the nucleus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

MODES = ("qe", "delta", "dis")  # quasi-elastic (of neutral currents elastic), the Delta(1232), deep inelastic


@dataclass(frozen=True)
class FinalStates:
    """E interactions and the N particles that leave them, from whatever generator.

    neutrino (E,) int32: PDG code; charged (E,) bool: whether the current is charged; mode (E,) text; energy (E,) of the
    neutrino [GeV]; q2 (E,) [GeV2]; w (E,): mass of the hadrons at the vertex [GeV]; inelasticity (E,).

    event (N,) int64: index of the interaction of each particle, ascending; pdg (N,) int32; momentum (N, 4): energy,
    px, py, pz [GeV].
    """

    neutrino: np.ndarray
    charged: np.ndarray
    mode: np.ndarray
    energy: np.ndarray
    q2: np.ndarray
    w: np.ndarray
    inelasticity: np.ndarray
    event: np.ndarray
    pdg: np.ndarray
    momentum: np.ndarray

    def __getitem__(self, rows: np.ndarray) -> FinalStates:
        """The interactions `rows` (n,), ascending."""
        particles = np.isin(self.event, rows)
        names = ("neutrino", "charged", "mode", "energy", "q2", "w", "inelasticity")
        return FinalStates(
            **{name: getattr(self, name)[rows] for name in names},
            event=np.searchsorted(rows, self.event[particles]),
            pdg=self.pdg[particles],
            momentum=self.momentum[particles],
        )


def joined(parts: Sequence[tuple[np.ndarray, FinalStates]]) -> FinalStates:
    """The interactions of all parts, those of each at its rows (n,), ascending, which together are all rows once."""
    rows = np.concatenate([own for own, _ in parts])
    order = np.argsort(rows)
    together = {
        own.name: np.concatenate([getattr(states, own.name) for _, states in parts]) for own in fields(FinalStates)
    }
    event = np.concatenate([own[states.event] for own, states in parts])
    of_particles = np.argsort(event, kind="stable")
    particles = {"event": event} | {name: together[name] for name in ("pdg", "momentum")}
    return FinalStates(
        **{name: values[order] for name, values in together.items() if name not in particles},
        **{name: values[of_particles] for name, values in particles.items()},
    )


@dataclass(frozen=True)
class PlacedInteractions:
    """E interactions at their places: flavour (E,) text: the sample; states; vertex (E, 3) [cm]; source (E,) text and
    number (E,) int64: where they are from.
    """

    flavour: np.ndarray
    states: FinalStates
    vertex: np.ndarray
    source: np.ndarray
    number: np.ndarray

    def __getitem__(self, rows: np.ndarray) -> PlacedInteractions:
        """The interactions `rows` (n,), ascending."""
        return PlacedInteractions(*(getattr(self, own.name)[rows] for own in fields(self)))


@dataclass(frozen=True)
class NeutrinoInteractions:
    """E interactions and the N particles that leave their nuclei; the neutrinos fly along z.

    neutrino (E,) int32: PDG code; charged (E,) bool: whether the current is charged; mode (E,) int8: index in MODES;
    nucleon (E,) int32: PDG code of the nucleon that was struck; energy (E,) of the neutrino [GeV]; q2 (E,) [GeV2];
    w (E,): mass of the hadrons at the vertex [GeV]; inelasticity (E,): 1 - energy of the outgoing lepton / energy.

    residual (E, 4): energy and momentum of the nucleus that stays behind, excitation included [GeV]; residual_z and
    residual_a (E,) int32: its protons and nucleons.

    event (N,) int64: index of the interaction of each particle, ascending; pdg (N,) int32; momentum (N, 4): energy,
    px, py, pz [GeV]. The outgoing lepton comes first, of neutral currents the neutrino.
    """

    neutrino: np.ndarray
    charged: np.ndarray
    mode: np.ndarray
    nucleon: np.ndarray
    energy: np.ndarray
    q2: np.ndarray
    w: np.ndarray
    inelasticity: np.ndarray
    residual: np.ndarray
    residual_z: np.ndarray
    residual_a: np.ndarray
    event: np.ndarray
    pdg: np.ndarray
    momentum: np.ndarray

    @property
    def final_states(self) -> FinalStates:
        """What a detector sees of them, and its truth."""
        shared = {own.name: getattr(self, own.name) for own in fields(FinalStates)}
        return FinalStates(**shared | {"mode": np.array(MODES)[self.mode]})
