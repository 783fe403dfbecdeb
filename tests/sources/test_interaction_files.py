"""Interactions from files of other generators: three events, known by hand, in three formats."""

from __future__ import annotations

import gzip
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot
from pydantic import ValidationError

from showergrid.core.errors import InputError
from showergrid.events.detector import Box
from showergrid.plan.layers import merged, read_layers
from showergrid.sources import neutrinos
from showergrid.sources.nu.events import simulate_shard
from showergrid.sources.nu.interaction_files.reading import read_interactions

ROOT = Path(__file__).parents[2]
STUDY = merged(read_layers(ROOT, [ROOT / "config/neutrinos/test.yaml"], {}))
BOX = Box(**STUDY["detector"])
ROOTRACKER = Path(__file__).with_name("files") / "rootracker.root"
MASS = {13: 0.105658, 2212: 0.938272, 2112: 0.939565, 111: 0.134977, -11: 0.000511, 14: 0}  # GeV
# neutrino, its energy [GeV], current, mode, process in NuHepMC, vertex [cm], what leaves, the lepton first [GeV]
EVENTS = [
    (14, 2, "cc", "qe", 200, (50, -25, 100), [(13, 0.3, 0.4, 1.2), (2212, -0.3, -0.4, 0.8)]),
    (14, 3, "nc", "res", 450, (0, 0, 200), [(14, 0.6, 0, 1.8), (2212, -0.3, 0, 0.9), (111, -0.3, 0.1, 0.2)]),
    (-12, 1, "cc", "mec", 300, (-100, 0, 300), [(-11, 0, 0.3, 0.4), (2112, 0, -0.3, 0.5)]),
]
DEFINITIONS = {"nue": {"neutrinos": {12: 1, -12: 1}, "current": "cc"}}


def energy(pdg: int, *momentum: float) -> float:
    return float(np.sqrt(MASS[pdg] ** 2 + np.sum(np.square(momentum))))


def gst(path: Path, events=EVENTS, without: str = "", **columns) -> Path:
    """The events as GENIE's summary tree: the lepton apart, lengths in m."""
    leptons, hadrons = [event[6][0] for event in events], [event[6][1:] for event in events]
    made = {
        "neu": np.array([event[0] for event in events], np.int32),
        "fspl": np.array([lepton[0] for lepton in leptons], np.int32),
        **{name: np.array([event[2] == name for event in events]) for name in ("cc", "nc")},
        **{
            name: np.array([event[3] == mode for event in events])
            for name, mode in (("qel", "qe"), ("mec", "mec"), ("res", "res"), ("dis", "dis"), ("coh", "coh"))
        },
        **{f"{name}v": np.array([float(event[1]) for event in events]) for name in ("E", "pz")},
        **{f"{name}v": np.zeros(len(events)) for name in ("px", "py")},
        **{f"p{axis}l": np.array([float(lepton[1 + i]) for lepton in leptons]) for i, axis in enumerate("xyz")},
        "El": np.array([energy(*lepton) for lepton in leptons]),
        "pdgf": ak.values_astype(ak.Array([[hadron[0] for hadron in own] for own in hadrons]), np.int32),
        "Ef": ak.Array([[energy(*hadron) for hadron in own] for own in hadrons]),
        **{
            f"p{axis}f": ak.Array([[float(hadron[1 + i]) for hadron in own] for own in hadrons])
            for i, axis in enumerate("xyz")
        },
        **{f"vtx{axis}": np.array([event[5][i] / 100 for event in events]) for i, axis in enumerate("xyz")},
        **columns,
    }
    made.pop(without, None)
    with uproot.recreate(path) as file:
        types = {
            name: "var * " + str(v.type.content.content) if isinstance(v, ak.Array) else v.dtype
            for name, v in made.items()
        }
        file.mktree("gst", types).extend(made)
    return path


def nuhepmc(path: Path, events=EVENTS, header: str = "A NuHepMC.Version.Major 1\n", units: str = "MEV MM") -> Path:
    """The events as NuHepMC, with what a nucleus leaves and a copy of the lepton before it left."""
    factor, mm = (1000, 10) if units == "MEV MM" else (1, 1)
    text = f"HepMC::Version 3.02.05\nHepMC::Asciiv3-START_EVENT_LISTING\nW other\\|CV\n{header}"
    text += "A NuHepMC.Conventions G.C.2 E.C.1\n"
    for number, (neutrino, own, _, _, process, vertex, particles) in enumerate(events):
        place = " ".join(str(x * mm) for x in vertex)
        text += f"E {number} 2 {4 + len(particles)}\nU {units}\nW {number} 1\nA 0 lab_pos {place} 0\n"
        text += f"A 0 signal_process_id {process}\n"
        rows = [("0", neutrino, 0, 0, own, own, 4), ("0", 1000180400, 0, 0, 0, 37.2155, 20)]
        rows += [("-1", *particles[0], energy(*particles[0]), 3)]
        rows += [("-2", *particle, energy(*particle), 1) for particle in particles]
        rows += [("-2", 2009900000, 0, 0, 0, 0, 1)]
        for i, (mother, pdg, x, y, z, e, status) in enumerate(rows, start=1):
            text += {3: "V -1 1 [1,2]\n", 4: "V -2 2 [3]\n"}.get(i, "")
            text += f"P {i} {mother} {pdg} {x * factor} {y * factor} {z * factor} {e * factor!r} 0 {status}\n"
    text += "HepMC::Asciiv3-END_EVENT_LISTING\n"
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def settings(*files: Path, **changes) -> neutrinos.Parameters:
    own = {key: changes.pop(key) for key in ("vertex", "origin") if key in changes}
    return neutrinos.Parameters(
        **STUDY["neutrinos"]
        | {"interactions": {"files": list(map(str, files)), **own}, "definitions": DEFINITIONS, "reconstruction": None}
        | changes
    )


def read(given: neutrinos.Parameters, first: int = 0, stop: int = 3):
    samples = {name: given.definitions[name] for name in given.samples}
    return read_interactions(given.interactions, samples, BOX, first, stop)


FORMATS = {
    "gst": lambda folder: gst(folder / "events.gst.root"),
    "rootracker": lambda folder: ROOTRACKER,
    "nuhepmc": lambda folder: nuhepmc(folder / "events.hepmc3"),
    "zipped": lambda folder: nuhepmc(folder / "events.hepmc.gz", units="GEV CM"),
}


@pytest.mark.parametrize("written", FORMATS.values(), ids=FORMATS)
def test_every_format_tells_the_same_events(written, tmp_path):
    given = read(settings(written(tmp_path), vertex="file"))
    states = given.states
    assert given.flavour.tolist() == ["numu", "nc", "nue"]
    assert states.neutrino.tolist() == [14, 14, -12]
    assert states.charged.tolist() == [True, False, True]
    assert states.mode.tolist() == ["qe", "res", "mec"]
    np.testing.assert_allclose(states.energy, [2, 3, 1])
    np.testing.assert_allclose(given.vertex, [event[5] for event in EVENTS])
    # Q^2 = 2 E (E' - p_z) - m^2 of a neutrino along z, W^2 = M^2 + 2 M (E - E') - Q^2
    lepton = np.array([energy(*event[6][0]) for event in EVENTS])
    along, mass = np.array([1.2, 1.8, 0.4]), np.array([MASS[13], 0, MASS[-11]])
    q2 = 2 * states.energy * (lepton - along) - mass**2
    nucleon = 0.938919  # GeV, mean of proton and neutron
    np.testing.assert_allclose(states.q2, q2)
    np.testing.assert_allclose(states.w**2, nucleon**2 + 2 * nucleon * (states.energy - lepton) - q2)
    np.testing.assert_allclose(states.inelasticity, 1 - lepton / states.energy)
    particles = states.pdg < 1_000_000_000  # and not what is left of the nucleus
    expected = [(i, pdg, energy(pdg, *p), *p) for i, event in enumerate(EVENTS) for pdg, *p in event[6]]
    told = np.column_stack([states.event, states.pdg, states.momentum])[particles]
    np.testing.assert_allclose(told, expected, rtol=1e-6, atol=1e-9)


def test_events_are_numbered_through_all_files(tmp_path):
    files = [nuhepmc(tmp_path / "a.hepmc3"), gst(tmp_path / "b.root"), ROOTRACKER]
    given = read(settings(*files), first=2, stop=7)
    assert given.source.tolist() == ["a.hepmc3", *["b.root"] * 3, "rootracker.root"]
    assert given.number.tolist() == [2, 0, 1, 2, 0]
    assert given.flavour.tolist() == ["nue", "numu", "nc", "nue", "numu"]
    assert np.bincount(given.states.event).tolist() == [3, 2, 3, 2, 2]  # with what the first file has of a nucleus
    assert given[np.array([1, 3])].states.pdg.tolist() == [13, 2212, -11, 2112]
    two = read(settings(tmp_path / "a.hepmc3", nuhepmc(tmp_path / "b.hepmc3")), stop=6)
    assert two.source.tolist() == ["a.hepmc3"] * 3 + ["b.hepmc3"] * 3


def test_a_tau_of_gst_is_left_out_for_what_it_decays_to(tmp_path):
    MASS[15] = 1.77693
    tau = [(16, 9, "cc", "dis", 600, (0, 0, 100), [(15, 0, 0.5, 6), (13, 0, 0.2, 3), (2212, 0, -0.5, 0.8)])]
    own = {"tau": {"neutrinos": {16: 1}, "current": "cc"}}
    states = read(settings(gst(tmp_path / "tau.root", tau), samples=["tau"], definitions=own), stop=1).states
    assert states.pdg.tolist() == [13, 2212]
    assert states.inelasticity[0] == pytest.approx(1 - energy(15, 0, 0.5, 6) / 9)
    with pytest.raises(ValidationError, match="16 is none of 12, -12, 14, -14"):  # of the generator
        neutrinos.Parameters(**STUDY["neutrinos"] | {"definitions": own})


def changed(row: int, place: int, value) -> list:
    """The events, with one entry of one of them changed."""
    events = [list(event) for event in EVENTS]
    events[row][place] = value
    return events


def cut(path: Path, part: float) -> Path:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    return path


def damaged(path: Path) -> Path:
    """The file with half of a line that an event begins with."""
    path.write_text(path.read_text().replace("E 1 2 7\n", "E 1\n"))
    return path


SHIFTED = {"vertex": "file", "origin": [0, 0, 250]}
EXOTIC = ak.values_astype(ak.Array([[4222], [4222], [4222]]), np.int32)
UNBOUND = changed(0, 6, EVENTS[0][6][1:])  # without a lepton
REFUSED = {
    "branch": (lambda f: gst(f / "a.root", without="pdgf"), {}, "its tree gst has no branch pdgf"),
    "electron": (lambda f: gst(f / "a.root", changed(1, 2, "em")), {}, "event 1 is no weak interaction"),
    "weights": (lambda f: gst(f / "a.root", wght=np.array([1, 1, 2.0])), {}, "different weights"),
    "damaged": (lambda f: damaged(nuhepmc(f / "a.hepmc3")), {}, "a.hepmc3: cannot be read"),
    "cut tree": (lambda f: cut(gst(f / "a.root"), 0.2), {}, "cut off or damaged"),
    "missing": (lambda f: f / "a.root", {}, "no such file"),
    "ending": (lambda f: f / "a.txt", {}, r"name it \.root, or \.hepmc3"),
    "conventions": (lambda f: nuhepmc(f / "a.hepmc3", header=""), {}, "no attribute NuHepMC.Version"),
    "cut text": (lambda f: cut(nuhepmc(f / "a.hepmc3"), 0.9), {}, "event 2 has not all its particles"),
    "cut archive": (lambda f: cut(nuhepmc(f / "a.hepmc.gz"), 0.5), {}, "cut off or damaged"),
    "no lepton": (lambda f: nuhepmc(f / "a.hepmc3", UNBOUND), {}, "event 0 has no lepton"),
    "no neutrino": (lambda f: nuhepmc(f / "a.hepmc3", changed(2, 0, 11)), {}, "event 2 has no incoming neutrino"),
    "sample": (lambda f: gst(f / "a.root", changed(1, 0, -14)), {}, "event 1: no sample .* has nc of neutrino -14"),
    "particle": (lambda f: gst(f / "a.root", pdgf=EXOTIC), {}, "event 0: Geant4 does not follow particle 4222"),
    "outside": (lambda f: ROOTRACKER, SHIFTED, r"event 2: its vertex \(-100, 0, 550\) cm is outside"),
    "few": (lambda f: ROOTRACKER, {}, "4 are asked for, and .* hold 3"),
}


@pytest.mark.parametrize(("written", "own", "message"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_cannot_be_used_is_refused(written, own, message, tmp_path):
    with pytest.raises(InputError, match=message):
        read(settings(written(tmp_path), **own), stop=4 if "asked" in message else 3)


def test_other_trees_and_texts_are_refused(tmp_path):
    with uproot.recreate(tmp_path / "other.root") as file:
        file.mktree("Events", {"x": np.dtype("f8")})
    with pytest.raises(InputError, match="neither a tree gst nor gRooTracker"):
        read(settings(tmp_path / "other.root"))
    (tmp_path / "old.hepmc").write_text("HepMC::Version 2.06.09\nHepMC::IO_GenEvent-START_EVENT_LISTING\n")
    with pytest.raises(InputError, match="is no text of HepMC3"):
        read(settings(tmp_path / "old.hepmc"))


def test_all_files_and_shards_have_the_weight_of_the_first_event(tmp_path):
    heavy = gst(tmp_path / "heavy.root", wght=np.full(3, 7.0))
    assert read(settings(heavy)).flavour.size == 3
    with pytest.raises(InputError, match=r"heavy\.root: event 0 has the weight 7 and the first of all 1"):
        read(settings(ROOTRACKER, heavy), first=3, stop=6)
    later = gst(tmp_path / "later.root", wght=np.array([1, 1, 2.0]))
    assert read(settings(later), stop=2).flavour.size == 2
    with pytest.raises(InputError, match="event 2 has the weight 2"):
        read(settings(later), first=2)


def test_files_are_watched_and_events_of_them_are_counted_together(tmp_path):
    given = settings(ROOTRACKER, tmp_path / "b.root", events=5, shard_size=2)
    assert neutrinos.files(given) == [str(ROOTRACKER), str(tmp_path / "b.root")]
    assert (neutrinos.shards(given), neutrinos.size(given).events) == (3, 5)
    assert neutrinos.told(given, 1)["interactions"]["vertex"] == "drawn"
    assert "interactions" not in neutrinos.told(neutrinos.Parameters(**STUDY["neutrinos"]), 0)
    with pytest.raises(ValidationError, match=r"b\.root stands twice"):
        settings("b.root", "./b.root")
    with pytest.raises(InputError, match="braces"):
        neutrinos.check(settings("a{1}.root"), [], BOX, "axis")


def test_a_shard_simulates_its_events_of_the_files(tmp_path):
    unseen = (14, 3, "nc", "qe", 250, (0, 0, 250), [(14, 0.1, 0, 2.99)])  # nothing that a detector could see
    files = [gst(tmp_path / "a.root"), nuhepmc(tmp_path / "b.hepmc3", [*EVENTS[:2], unseen, EVENTS[2]])]
    given = settings(*files, vertex="file", origin=[10, 0, 5], events=7, shard_size=4)
    with ProcessPoolExecutor(1, get_context("spawn")) as process:  # Geant4 reads its data once a process
        tables, counts = process.submit(simulate_shard, 1, given, {}, BOX, "truth_time").result()
    events, prongs = tables["events"].to_pandas(), tables["prongs"].to_pandas()
    assert events["event"].tolist() == [0, 1]
    assert events["flavour"].tolist() == ["nc", "nue"]
    assert events["mode"].tolist() == ["res", "mec"]
    assert events["source"].tolist() == ["b.hepmc3"] * 2
    assert events["number"].tolist() == [1, 3]
    assert counts == {"left_out": {"numu": 0, "nue": 0, "nc": 1}, "not_followed": {"2009900000": 3}}
    counted = events[["protons", "charged_pions", "neutral_pions", "neutrons"]]
    assert counted.to_numpy().tolist() == [[1, 0, 1, 0], [0, 0, 0, 1]]
    np.testing.assert_allclose(events[["vertex_x", "vertex_y", "vertex_z"]], [[10, 0, 205], [-90, 0, 305]])
    np.testing.assert_allclose(events["lepton_energy"], [energy(14, 0.6, 0, 1.8), 0.5], rtol=1e-5)
    # The positron leaves what it has, but for what flies off: 0.5 GeV less at most a tenth, neutrons add little
    assert 0.4 < events["visible"][1] < 0.65
    of_pion = prongs[(prongs["event"] == 0) & (prongs["kind"] == "photon_pi0")]
    assert of_pion["energy"].sum() == pytest.approx(energy(111, -0.3, 0.1, 0.2), rel=1e-5)
    first = tables["hits"].to_pandas().groupby("event")[["x", "y", "z"]].first()
    assert np.linalg.norm(first.loc[1] - [-90, 0, 305]) < 2
