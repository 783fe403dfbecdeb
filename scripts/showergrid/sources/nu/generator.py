"""Interactions of neutrinos with nuclei of argon-40, from a flux and the cross-sections of free nucleons.

The cross-section is taken where the struck nucleon, which moves and is bound, rests. Together neutrino and nucleus have
the energy and momentum of lepton, hadrons and the nucleus that stays.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from showergrid.core.errors import InputError
from showergrid.sources.nu import library as tables
from showergrid.sources.nu.constants import ARGON_A, ARGON_Z, NEUTRON, NUCLEON, PROTON
from showergrid.sources.nu.flux import FluxBins, read_spectrum
from showergrid.sources.nu.generator_settings import NeutrinoGenerator
from showergrid.sources.nu.hadrons import OutgoingHadrons, Strings, nucleons, pairs
from showergrid.sources.nu.interactions import MODES, NeutrinoInteractions
from showergrid.sources.nu.kinematics import at_rest, boosted, breakup, length, on_shell, square, turned
from showergrid.sources.nu.library import Channel
from showergrid.sources.nu.nucleus import Residual, blocked, fermi_gas, leave

FASTEST = 1.4  # a nucleon of the Fermi gas sees a neutrino of at most this energy over that of the flux
ROUNDS = 2000


def generate(
    settings: NeutrinoGenerator,
    library: Mapping[str, np.ndarray],
    neutrino: np.ndarray,
    charged: np.ndarray,
    random: np.random.Generator,
) -> NeutrinoInteractions:
    """One interaction for each neutrino (E,), by PDG code, and current, charged (E,) bool or neutral.

    Energies follow the flux times the cross-section of that neutrino and current.

    Raises:
        InputError: the flux cannot be read, or has hardly a neutrino that could interact so.
    """
    spectrum = read_spectrum(settings.flux)
    events = neutrino.size
    strings = Strings(int(random.integers(1, 900_000_000)))
    drawn = {
        name: np.zeros((events, *shape), kind)
        for name, shape, kind in (
            ("energy", (), float),
            ("nucleon", (), np.int32),
            ("mode", (), np.int8),
            ("lepton", (4,), float),
            ("residual", (4,), float),
        )
    }
    made = []
    todo = np.arange(events)
    for _ in range(ROUNDS):
        if not todo.size:
            break
        vertex = _vertices(settings, spectrum, library, neutrino[todo], charged[todo], random)
        rows = todo[vertex["row"]]
        charge = (vertex["nucleon"] == 2212) + np.where(charged[rows], np.sign(neutrino[rows]), 0)
        hadrons = _hadrons(settings, strings, rows, charge, vertex, random)
        refused = np.unique(hadrons.event[blocked(hadrons, settings.nucleus)])
        hadrons = hadrons[~np.isin(hadrons.event, refused)]
        done = np.isin(rows, hadrons.event)
        for name, column in drawn.items():
            column[rows[done]] = vertex[name][done]
        made.append(hadrons)
        todo = np.setdiff1d(todo, rows[done])
    else:
        raise InputError(
            f"neutrinos: {todo.size} of {events} have not interacted in {ROUNDS} tries; raise the energies of the flux"
        )
    return _assembled(settings, neutrino, charged, drawn, OutgoingHadrons.joined(made), random)


def _vertices(
    settings: NeutrinoGenerator,
    spectrum: FluxBins,
    library: Mapping[str, np.ndarray],
    neutrino: np.ndarray,
    charged: np.ndarray,
    random: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Interactions with one nucleon of those that are accepted, `row` (n,) of the given ones."""
    events, kinds = neutrino.size, np.array([2212, 2112], np.int32)
    energy = spectrum.draw(events, random)
    nucleon = kinds[(random.random(events) * ARGON_A >= ARGON_Z).astype(int)]
    taken = Residual.argon(events).without(
        nucleon, fermi_gas(nucleon, settings.nucleus, random), settings.nucleus.separation_energy
    )
    residual, struck = taken[0].momentum, taken[1]
    beam = np.stack([energy, 0 * energy, 0 * energy, energy], axis=1)
    bound = np.sqrt(square(struck))
    seen = energy * (struck[:, 0] - struck[:, 3]) / bound  # the neutrino's energy where the nucleon rests
    flux = seen * bound / (energy * NUCLEON)  # relative velocity, against a nucleon at rest

    mode, w, u = np.full(events, -1, np.int8), np.zeros(events), np.zeros(events)
    lepton = tables.lepton_mass(charged, neutrino)
    whole = square(beam + struck)
    chance = random.random(events)
    for current, flavour in sorted(set(zip(charged.tolist(), neutrino.tolist(), strict=True))):
        own = (charged == current) & (neutrino == flavour)
        channels = {
            (name, kind): Channel.of(library, current, flavour, name, kind)
            for name in tables.NUCLEONS
            for kind in MODES
        }
        highest = max(
            sum(
                channels[name, kind].cross_section(np.linspace(0.05, FASTEST * spectrum.highest, 400)) for kind in MODES
            ).max()
            for name in tables.NUCLEONS
        )
        for name, code in (("p", 2212), ("n", 2112)):
            rows = np.flatnonzero(own & (nucleon == code))
            sizes = np.stack([channels[name, kind].cross_section(seen[rows]) for kind in MODES])
            reached = np.cumsum(sizes, axis=0) * flux[rows] / (FASTEST * highest)
            which = (chance[rows] >= reached).sum(axis=0)  # len(MODES): none
            for k, kind in enumerate(MODES):
                hit = rows[which == k]
                mode[hit] = k
                w[hit], u[hit] = channels[name, kind].draw(seen[hit], random)

    root = np.sqrt(whole)
    outgoing = np.where(charged == (nucleon == 2112), PROTON, NEUTRON)  # of quasi-elastic scattering
    mass = np.zeros(events)
    for k, kind in enumerate(MODES):
        own = mode == k
        least, most = tables.masses(kind, float(library["dis_from"][0]), root[own] - lepton[own])
        mass[own] = outgoing[own] if kind == "qe" else least + w[own] * (most - least)
    row = np.flatnonzero((mode >= 0) & (root > mass + lepton) & (mass > 0))
    frame = (beam + struck)[row]
    axis = at_rest(beam[row], frame)[:, 1:]
    axis /= length(axis)[:, None]
    direction = turned(axis, 1 - 2 * u[row], random.uniform(0, 2 * np.pi, row.size))
    momentum = breakup(root[row], lepton[row], mass[row])[:, None] * direction
    out = boosted(on_shell(momentum, lepton[row]), frame)
    return {
        "row": row,
        "energy": energy[row],
        "nucleon": nucleon[row],
        "mode": mode[row],
        "lepton": out,
        "residual": residual[row],
        "hadrons": frame - out,
        "transfer": beam[row] - out,
        "mass": mass[row],
    }


def _hadrons(
    settings: NeutrinoGenerator,
    strings: Strings,
    rows: np.ndarray,
    charge: np.ndarray,
    vertex: Mapping[str, np.ndarray],
    random: np.random.Generator,
) -> OutgoingHadrons:
    """The hadrons at the vertices, by event; an event of which none can be made has none."""
    mode, hadrons = vertex["mode"], vertex["hadrons"]
    single = mode == MODES.index("qe")
    string = (mode == MODES.index("dis")) & (vertex["mass"] >= settings.strings_from)
    parts = [nucleons(rows[single], charge[single], hadrons[single])]
    broken, could = strings.broken(rows[string], charge[string], hadrons[string], vertex["transfer"][string], random)
    parts.append(broken)
    pair = ~single & ~string
    pair[np.flatnonzero(string)[~could]] = True
    parts.append(pairs(rows[pair], charge[pair], hadrons[pair], random))
    return OutgoingHadrons.joined(parts)


def _assembled(
    settings: NeutrinoGenerator,
    neutrino: np.ndarray,
    charged: np.ndarray,
    drawn: Mapping[str, np.ndarray],
    hadrons: OutgoingHadrons,
    random: np.random.Generator,
) -> NeutrinoInteractions:
    """Leptons, and the hadrons as they are outside of the nucleus, sorted by event."""
    events, energy, lepton = neutrino.size, drawn["energy"], drawn["lepton"]
    z = ARGON_Z - (drawn["nucleon"] == 2212)
    residual = Residual(drawn["residual"], z, np.full(events, ARGON_A - 1))
    beam = np.stack([energy, 0 * energy, 0 * energy, energy], axis=1)
    q = beam - lepton
    at_vertex = np.zeros((events, 4))
    np.add.at(at_vertex, hadrons.event, hadrons.momentum)
    if settings.nucleus.fates:
        hadrons, residual = leave(hadrons, residual, settings.nucleus, random)
    code = np.where(charged, np.sign(neutrino) * (np.abs(neutrino) - 1), neutrino)
    particles = OutgoingHadrons.joined([OutgoingHadrons(np.arange(events), code.astype(np.int32), lepton), hadrons])
    particles = particles[np.argsort(particles.event, kind="stable")]
    return NeutrinoInteractions(
        neutrino=neutrino.astype(np.int32),
        charged=charged.astype(bool),
        mode=drawn["mode"],
        nucleon=drawn["nucleon"],
        energy=energy,
        q2=-square(q),
        w=np.sqrt(square(at_vertex)),
        inelasticity=1 - lepton[:, 0] / energy,
        residual=residual.momentum,
        residual_z=residual.z.astype(np.int32),
        residual_a=residual.a.astype(np.int32),
        event=particles.event,
        pdg=particles.pdg,
        momentum=particles.momentum,
    )
