"""The tables of neutrino interactions: events with their truth, hits and prongs."""

from __future__ import annotations

import pyarrow as pa

from showergrid.events.hits import ANY_EVENTS, HITS

EVENTS = pa.schema(
    [
        ANY_EVENTS.field("event"),
        pa.field("flavour", pa.string(), nullable=False),  # name of the sample
        pa.field("neutrino", pa.int32(), nullable=False),  # PDG code
        pa.field("current", pa.string(), nullable=False),  # cc or nc
        pa.field("mode", pa.string(), nullable=False),
        pa.field("energy", pa.float32(), nullable=False),  # GeV, of the neutrino
        pa.field("inelasticity", pa.float32(), nullable=False),
        pa.field("q2", pa.float32(), nullable=False),  # GeV2
        pa.field("w", pa.float32(), nullable=False),  # GeV
        pa.field("lepton_energy", pa.float32(), nullable=False),  # GeV, of the outgoing lepton, of nc the neutrino
        pa.field("vertex_x", pa.float32(), nullable=False),  # cm
        pa.field("vertex_y", pa.float32(), nullable=False),  # cm
        pa.field("vertex_z", pa.float32(), nullable=False),  # cm
        pa.field("from_centre_x", pa.float32(), nullable=False),  # cm, the vertex less the mean of the hits by charge
        pa.field("from_centre_y", pa.float32(), nullable=False),  # cm
        pa.field("from_centre_z", pa.float32(), nullable=False),  # cm
        pa.field("protons", pa.int32(), nullable=False),  # that leave the nucleus above a threshold, as the next three
        pa.field("charged_pions", pa.int32(), nullable=False),
        pa.field("neutral_pions", pa.int32(), nullable=False),
        pa.field("neutrons", pa.int32(), nullable=False),
        pa.field("visible", pa.float32(), nullable=False),  # GeV that the event leaves in the detector
        pa.field("n_hits", pa.int32(), nullable=False),
        ANY_EVENTS.field("source"),
        ANY_EVENTS.field("number"),
    ]
)
NEUTRINO_HITS = HITS.append(pa.field("prong", pa.int32(), nullable=False))  # number of the prong; -1: of none
PRONGS = pa.schema(
    [
        ANY_EVENTS.field("event"),
        pa.field("prong", pa.int32(), nullable=False),  # its number in the event, by falling charge
        pa.field("pdg", pa.int32(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),  # prongs.Prongs.kind
        pa.field("parent", pa.int32(), nullable=False),  # PDG code of what made it; 0: it left the nucleus
        pa.field("energy", pa.float32(), nullable=False),  # GeV, of rest included, at its start; as the next six
        pa.field("px", pa.float32(), nullable=False),  # GeV
        pa.field("py", pa.float32(), nullable=False),  # GeV
        pa.field("pz", pa.float32(), nullable=False),  # GeV
        pa.field("x", pa.float32(), nullable=False),  # cm
        pa.field("y", pa.float32(), nullable=False),  # cm
        pa.field("z", pa.float32(), nullable=False),  # cm
        pa.field("charge", pa.float32(), nullable=False),  # tick ADC, of its hits
        pa.field("hits", pa.int32(), nullable=False),
        pa.field("purity", pa.float32(), nullable=False),  # share of the charge of its hits that is of the truth
        pa.field("completeness", pa.float32(), nullable=False),  # share of the truth's charge in hits that is in these
    ]
)
