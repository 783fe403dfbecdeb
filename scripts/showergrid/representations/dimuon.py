"""A collision as a table of variables of its two leading muons, its jets and its missing transverse momentum (MET)."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field, field_validator

from showergrid.core.errors import InputError
from showergrid.events.muons import MUON_MASS
from showergrid.inputs.collisions import Objects, leading
from showergrid.inputs.variables import Scale, Tables, Variables

KIND = "table"
COUNTED = "variables"
Variable = Literal[
    *("pt1", "eta1", "phi1", "charge1", "pt2", "eta2", "phi2", "charge2"),
    *("delta_phi", "delta_eta", "mass", "pt", "same_sign"),
    *("transverse_mass1", "transverse_mass2", "met", "met_phi"),
    *("jets", "jet_pt1", "jet_pt2"),
]
OF_MET = {"transverse_mass1", "transverse_mass2", "met", "met_phi"}
OF_CHARGE = {"charge1", "charge2", "same_sign"}


class Parameters(Objects):
    """Which variables, and their scale."""

    variables: list[Variable] = Field(
        default=[
            *("pt1", "eta1", "pt2", "eta2", "delta_phi", "delta_eta", "mass", "pt", "same_sign"),
            *("transverse_mass1", "transverse_mass2", "met", "jets", "jet_pt1", "jet_pt2"),
        ],
        min_length=1,
        description="of the leading muon (1), the second one (2), the pair, with MET, and of the jets, in this order",
    )
    scale: Scale = Field(
        default="z_score",
        description="by the training events: z_score: mean 0, standard deviation 1; min_max: from 0 to 1; none",
    )

    @field_validator("variables")
    @classmethod
    def _each_once(cls, names: list[str]) -> list[str]:
        if len(set(names)) < len(names):
            raise ValueError("a variable stands twice")
        return names


def names(parameters: Parameters) -> list[str]:
    """The names of the variables, in their order."""
    return list(parameters.variables)


def reads(parameters: Parameters) -> dict[str, list[str]]:
    """The tables that are read, and their columns: those of MET and charge where a variable needs them."""
    wanted = set(parameters.variables)
    objects = ["kind", "pt", "eta", "phi", *(["charge"] if wanted & OF_CHARGE else [])]
    return {**({"events": ["met", "met_phi"]} if wanted & OF_MET else {}), parameters.collection: objects}


def variables(tables: Tables, parameters: Parameters) -> Variables:
    """The variables of all events; pt, mass and MET in GeV, angles in rad.

    Raises:
        InputError: an event has fewer than two muons.
    """
    muons, _ = leading(tables, parameters.muon_kinds, 2)
    number = np.bincount(tables.row[muons], minlength=tables.event.size)
    if (few := number < 2).any():
        raise InputError(
            f"dimuon: event {tables.event[few.argmax()]} has {number[few.argmax()]} muons, and its variables need two; "
            "let the source select events with two"
        )
    both = {name: values[muons].reshape(-1, 2).T for name, values in tables.of_entry.items()}
    of = {f"{name}{i + 1}": values[i] for name, values in both.items() for i in range(2)}
    of |= _pair(**{name: both[name] for name in ("pt", "eta", "phi")}) | _jets(tables, parameters)
    if "charge" in both:
        of["same_sign"] = (both["charge"][0] * both["charge"][1] > 0).astype(np.float64)
    if tables.of_event:
        met, met_phi = tables.of_event["met"], tables.of_event["met_phi"]
        of |= {"met": met, "met_phi": met_phi}
        for i in range(2):  # as in searches for W: sqrt(2 pT MET (1 - cos delta phi)), of particles without mass
            away = 1 - np.cos(both["phi"][i] - met_phi)
            of[f"transverse_mass{i + 1}"] = np.sqrt(np.maximum(2 * both["pt"][i] * met * away, 0))
    return Variables.of_events(tables.event, {name: of[name] for name in parameters.variables})


def _pair(pt: np.ndarray, eta: np.ndarray, phi: np.ndarray) -> dict[str, np.ndarray]:
    """Variables of two muons (2, E): angles between them, 0 to pi in phi, and their invariant mass and pt [GeV]."""
    momentum = np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)])  # (3, 2, E)
    energy = np.sqrt((momentum**2).sum(axis=0) + MUON_MASS**2).sum(axis=0)
    x, y, z = momentum.sum(axis=1)
    return {
        "delta_phi": np.abs((phi[0] - phi[1] + np.pi) % (2 * np.pi) - np.pi),
        "delta_eta": np.abs(eta[0] - eta[1]),
        "mass": np.sqrt(np.maximum(energy**2 - x**2 - y**2 - z**2, 0)),
        "pt": np.hypot(x, y),
    }


def _jets(tables: Tables, parameters: Parameters) -> dict[str, np.ndarray]:
    """The number of jets of each event, and the pt of the first two [GeV], 0 for one that is not there."""
    jets, rank = leading(tables, parameters.jet_kinds, tables.of_entry["pt"].size)
    pt = np.zeros((2, tables.event.size))
    for i in range(2):
        own = jets[rank == i]
        pt[i, tables.row[own]] = tables.of_entry["pt"][own]
    count = np.bincount(tables.row[jets], minlength=tables.event.size).astype(np.float64)
    return {"jets": count, "jet_pt1": pt[0], "jet_pt2": pt[1]}
