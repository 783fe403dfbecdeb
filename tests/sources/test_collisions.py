"""Simulated collisions against numbers from outside: masses, cross-sections, formulas, and Pythia left to itself.

Every sample has a fixed seed. Further collisions of the same two protons (MPI) are switched off in most: they take most
of the time.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from collision_samples import OneStep, same, sample
from pydantic import ValidationError

from showergrid.core.errors import InputError
from showergrid.core.seeds import generator
from showergrid.events.detector import Box
from showergrid.events.questions import Question
from showergrid.plan.checks import read_study
from showergrid.plan.layers import merged, read_layers
from showergrid.sources import collisions
from showergrid.sources.parts.request import Request
from showergrid.sources.pp.detector import in_acceptance, jet_width, measured, met_width, missing
from showergrid.sources.pp.events import EVENTS, JET, MUON, OBJECTS, KeptEvents, seeds, simulate_shard
from showergrid.sources.pp.generator import Collision, Generator, Particles, muons_from, pythia
from showergrid.sources.pp.jets import anti_kt
from showergrid.sources.pp.settings import PROCESSES, Apparatus, Collisions, MuonDetection
from showergrid.sources.pp.tries import decays

ROOT = Path(__file__).parents[2]
ALONE = "PartonLevel:MPI = off"
QUICK = {name: {**told, "lines": [*told["lines"], ALONE]} for name, told in PROCESSES.items()}
BOX = Box(x=(0, 1), y=(0, 1), z=(0, 1))


def settings(**changes) -> Collisions:
    return Collisions(**{"seed": 1, "events": 6, "shard_size": 3, "definitions": QUICK, **changes})


def particles(*rows: tuple[int, float, float, float], mass: float = 0) -> Particles:
    """Particles of PDG code, pT [GeV], eta and phi."""
    pdg, pt, eta, phi = np.array(rows, float).T
    x, y, z = pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)
    momentum = np.stack([x, y, z, np.sqrt(x**2 + y**2 + z**2 + mass**2)], axis=1)
    return Particles(pdg.astype(np.int64), momentum)


def content(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return sink.getvalue().to_pybytes()


# Shards


@pytest.fixture(scope="module")
def shards() -> list[tuple[pa.Table, pa.Table]]:
    return [simulate_shard(number, settings(processes=["drell_yan", "ttbar"]))[:2] for number in (0, 1)]


def test_a_shard_depends_on_seed_number_and_process_alone(shards):
    told = collisions.told(settings(processes=["drell_yan", "ttbar"], events=60), 1)
    again = simulate_shard(1, collisions.Parameters(**told))[:2]
    assert [content(table) for table in again] == [content(table) for table in shards[1]]
    assert content(shards[0][0]) != content(shards[1][0])
    events = simulate_shard(0, settings(processes=["drell_yan"]))[1]
    assert events["met"].to_pylist() == shards[0][1]["met"].to_pylist()[::2]
    assert seeds(settings(), 0) != seeds(settings(seed=2), 0)


def test_full_shards_are_told_the_same_whatever_the_total():
    few, many = (settings(events=count) for count in (6, 60))
    assert collisions.told(few, 0) == collisions.told(many, 0)
    assert collisions.told(few, 0)["events"] == 3
    assert list(collisions.told(settings(processes=["higgs"]), 0)["definitions"]) == ["higgs"]
    assert (collisions.shards(few), collisions.shards(many)) == (2, 20)


def test_the_tables_hold_processes_in_turn_and_muons_before_jets(shards):
    objects, events = shards[0]
    assert objects.schema.equals(OBJECTS)
    assert events.schema.equals(EVENTS)
    assert events["process"].to_pylist() == ["drell_yan", "ttbar"] * 3
    assert events["event"].to_pylist() == list(range(6))
    of = objects.to_pydict()
    rows = list(zip(of["event"], [-kind for kind in of["kind"]], [-pt for pt in of["pt"]], strict=True))
    assert rows == sorted(rows)
    assert np.bincount(of["event"]).tolist() == events["n_objects"].to_pylist()
    kind, charge, pt = (np.array(of[name]) for name in ("kind", "charge", "pt"))
    assert set(charge[kind == MUON]) <= {-1, 1}
    assert set(charge[kind == JET]) == {0}
    assert pt[kind == JET].min() > 20
    assert np.bincount(np.array(of["event"])[kind == MUON]).min() >= 2


def test_events_of_one_collision_share_its_number_and_no_others_do():
    process = {**QUICK["jpsi"], "tries": 40}
    run = settings(processes=["jpsi"], definitions={"jpsi": process}, events=40, shard_size=20)
    (_, first, made), (_, second, _) = simulate_shard(0, run), simulate_shard(1, run)
    assert not set(first["collision"].to_pylist()) & set(second["collision"].to_pylist())
    number, each = np.unique(first["collision"].to_numpy(), return_counts=True)
    assert number.size < 20
    assert made["jpsi"].effective == pytest.approx(20**2 / (each**2).sum(), abs=0.01)
    assert len(set(zip(first["collision"].to_pylist(), first["hard_ht"].to_pylist(), strict=True))) == number.size
    assert len(set(first["dimuon_mass"].to_pylist())) == 20  # each try decays anew


def test_a_shard_is_written_with_its_counts(tmp_path, capfd):
    run = settings(processes=["drell_yan"])
    request = Request(pdg=[], others=False, detector=BOX, order="axis")
    outputs = {name: tmp_path / f"{name}.parquet" for name in ("objects", "events")}
    facts = collisions.make(run, request, 1, outputs)
    assert pq.read_table(outputs["events"]).num_rows == facts.counts["drell_yan"]["events"] == 3
    assert set(facts.seeds) == {f"drell_yan.{name}" for name in ("hard", "decays", "detector")}
    assert "drell_yan: 3 of 3 events, of " in capfd.readouterr().err
    assert not list(tmp_path.glob(".partial*"))


# Settings


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match="shard 2: the study has 2"):
        simulate_shard(2, settings())
    wrong = {"lines": ["WeakSingleBoson:ffbar2W = on", "PhaseSpace:mHatMine = 50"]}
    with pytest.raises(InputError, match="does not know 'PhaseSpace:mHatMine = 50'"):
        simulate_shard(0, settings(processes=["mine"], definitions={"mine": wrong}))
    with pytest.raises(ValidationError, match=r"zprime is none of definitions: drell_yan, .*w_jets"):
        settings(processes=["zprime"])
    with pytest.raises(ValidationError, match="do not ascend"):
        MuonDetection(acceptance=[{"eta": 2.4}, {"eta": 1.3}])


@pytest.mark.parametrize("change", [{"required": {"pdg": 553, "pt": 1e4}}, {"tries": 3}])
def test_a_process_that_gives_no_event_ends(monkeypatch, change):
    monkeypatch.setattr("showergrid.sources.pp.generator.HOPELESS", 20)
    none = settings(
        processes=["drell_yan"],
        definitions={"drell_yan": {**QUICK["drell_yan"], **change}},
        selection={"jets": 20},
    )
    with pytest.raises(InputError, match=r"[23]\d collisions of WeakSingleBoson.* gave 0 events; ask less"):
        simulate_shard(0, none)


def test_a_process_that_gives_events_goes_on_however_many_are_measured_at_a_time(monkeypatch):
    monkeypatch.setattr("showergrid.sources.pp.generator.HOPELESS", 20)
    _, events, made = simulate_shard(0, settings(processes=["drell_yan"], events=30, shard_size=30))
    assert made["drell_yan"].collisions > 20 + 20
    assert events.num_rows == 30


def test_a_process_of_ones_own_is_a_class_and_makes_events(tmp_path):
    """A Z' of 1 TeV to two muons, told in a configuration alone."""
    (tmp_path / "own.yaml").write_text(
        f"extends: {ROOT / 'config/collisions/default.yaml'}\n"
        "collisions:\n"
        "  events: 20\n"
        "  processes: [drell_yan, zprime]\n"
        "  definitions:\n"
        "    zprime:\n"
        f"      lines: ['NewGaugeBoson:ffbar2gmZZprime = on', 'Zprime:gmZmode = 3', '32:m0 = 1000', "
        f"'32:onMode = off', '32:onIfAny = 13', '{ALONE}']\n"
        "questions:\n"
        "  - {name: process, column: process, classes: [{name: drell_yan, values: [drell_yan]}, "
        "{name: zprime, values: [zprime]}]}\n"
    )
    study = read_study(merged(read_layers(ROOT, [tmp_path / "own.yaml"], {})))
    run = collisions.Parameters(**collisions.told(study.source_settings, 0))
    assert set(run.definitions) == {*PROCESSES, "zprime"}
    _, events, made = simulate_shard(0, run)
    mass, process = events["dimuon_mass"].to_numpy(), np.array(events["process"].to_pylist())
    assert process.tolist() == ["drell_yan", "zprime"] * 20
    assert np.median(mass[process == "zprime"]) == pytest.approx(1000, rel=0.05)
    assert np.median(mass[process == "drell_yan"]) == pytest.approx(91.2, rel=0.05)
    assert 1e-3 < made["zprime"].cross_section < 10  # [pb], some tenths for couplings of the Z


def question(**changes) -> Question:
    names = ("drell_yan", "w_jets")
    classes = [{"name": name, "values": [name]} for name in names]
    return Question(**{"name": "process", "column": "process", "classes": classes, **changes})


def test_questions_must_fit_the_processes():
    both = settings(processes=["drell_yan", "w_jets"])
    collisions.check(both, [question()], BOX, "axis")
    with pytest.raises(InputError, match=r"question process: 'w_jets' is none of collisions\.processes: drell"):
        collisions.check(settings(processes=["drell_yan"]), [question()], BOX, "axis")
    with pytest.raises(InputError, match="higgs belongs to no class of question process"):
        collisions.check(settings(), [question()], BOX, "axis")
    collisions.check(settings(), [question(other="drop")], BOX, "axis")
    with pytest.raises(InputError, match="column 'kind' is none of the events"):
        collisions.check(both, [question(column="kind")], BOX, "axis")


# The detector


def test_muons_are_seen_where_cms_sees_them():
    """pT > 3.3 GeV to |eta| = 1.3, p > 2.9 GeV to 2.2, pT > 0.8 GeV to 2.4 (arXiv:1011.4193)."""
    seen = [(3.4, 0.0), (3.4, -1.2), (2.9 / np.cosh(1.5) + 0.01, 1.5), (0.81, -2.3), (50, 2.39)]
    unseen = [(3.2, 0.0), (3.2, -1.2), (2.9 / np.cosh(1.5) - 0.01, -1.5), (0.79, 2.3), (50, 2.41)]
    for rows, answer in ((seen, True), (unseen, False)):
        muons = particles(*((13, pt, eta, 1.0) for pt, eta in rows), mass=0.10566)
        assert set(in_acceptance(muons, MuonDetection())) == {answer}


def test_jets_are_measured_as_published():
    """8 % at 100 GeV and 4 % at 1 TeV (CMS, JINST 12 P10003)."""
    np.testing.assert_allclose(jet_width(np.array([100.0, 1000.0]), Apparatus().jets), [0.08, 0.04], rtol=0.02)
    random = generator(0, "jets")
    pt = np.full(20_000, 100.0)
    assert np.std(measured(pt, jet_width(pt, Apparatus().jets), random)) == pytest.approx(8, rel=0.03)


def test_the_missing_momentum_is_as_wide_as_told():
    """Of 2,000 events with a neutrino of 30 GeV, and 200 GeV of jets."""
    detection = Apparatus().met
    event = particles((211, 115, 0, 0), (211, 85, 1, np.pi))
    met, phi = missing([event] * 2000, detection, generator(0, "met"))
    width = np.sqrt(0.6**2 * 200 + 12 * 3.5**2)
    assert met_width(np.array([200.0]), detection)[0] == pytest.approx(width)
    for component, true in ((met * np.cos(phi), -30), (met * np.sin(phi), 0)):
        assert component.mean() == pytest.approx(true, abs=4 * width / np.sqrt(2000))
        assert component.std() == pytest.approx(width, rel=4 / np.sqrt(2 * 2000))


def test_jets_join_what_is_near():
    near = particles((211, 40, 0.1, 0.0), (22, 20, 0.3, 0.1), (211, 30, 0.1, 2.0), (211, 5, -3, -2))
    jets = anti_kt([near, near[[0]]], 0.4, 10)
    assert jets.event.tolist() == [0, 0, 1]
    total = near.momentum[:2].sum(axis=0)
    hardest = int(np.argmax(jets.pt))
    assert jets.pt[hardest] == pytest.approx(np.hypot(*total[:2]))
    assert jets.phi[hardest] == pytest.approx(np.arctan2(total[1], total[0]))
    assert jets.eta[hardest] == pytest.approx(np.arcsinh(total[2] / np.hypot(*total[:2])))
    assert sorted(jets.pt) == pytest.approx([30, 40, jets.pt[hardest]])
    assert sorted(anti_kt([near], 0.2, 10).pt) == pytest.approx([20, 30, 40])


def one_kaon(source: Generator) -> Collision:
    """A kaon of 3 GeV, from the centre along x."""
    kaon = particles((321, 3.0, 0.0, 0.0), mass=0.49368)
    x, y, z, energy = kaon.momentum[0].tolist()
    event = source.hard.event
    event.reset()
    event[0].p(x, y, z, energy)
    event[0].m(0.49368)
    event.append(321, 83, 0, 0, 0, 0, 0, 0, x, y, z, energy, 0.49368)
    return Collision(0, event, np.array([1]), kaon, event, np.array([1]))


def test_kaons_decay_inside_as_often_as_their_length_of_decay_says():
    """1 - exp(-L m / (p tau)); and none is left that decays outside."""
    run = settings()
    source = Generator(run.definitions["drell_yan"], run, {"hard": 1, "decays": 2})
    collision = one_kaon(source)
    inside = 0
    for _ in range(20_000):
        event = source.decayed(collision)
        if not event[1].isFinal():
            inside += 1
            assert all(np.hypot(event[i].xProd(), event[i].yProd()) < 1290 for i in range(2, event.size()))
    expected = 1 - np.exp(-1290 * 0.49368 / (3.0 * 3713))
    assert inside / 20_000 == pytest.approx(expected, abs=4 * np.sqrt(expected / 20_000))


def test_a_collision_that_pythia_cannot_decay_is_refused():
    run = settings()
    source = Generator(run.definitions["drell_yan"], run, {"hard": 1, "decays": 2})
    collision = one_kaon(source)
    collision.event[0].p(0, 0, 0, 13_000)  # more than the kaon has
    with pytest.raises(InputError, match="decays no collision of WeakSingleBoson"):
        source.decayed(collision)


# Selection


def test_thresholds_choose_events_and_objects():
    run = settings(processes=["drell_yan"])
    chosen = {"muons": 2, "muon_pt": 25, "jets": 1, "jet_pt": 30, "jet_eta": 2, "muon_distance": 0.4}
    for selection in ({}, chosen):
        objects, events, _ = simulate_shard(0, run.model_copy(update={"selection": type(run.selection)(**selection)}))
        of = {name: objects[name].to_numpy() for name in ("event", "kind", "pt", "eta", "phi")}
        muon, jet = of["kind"] == MUON, of["kind"] == JET
        distance = [
            np.hypot(of["eta"][j] - of["eta"][m], np.angle(np.exp(1j * (of["phi"][j] - of["phi"][m]))))
            for j in np.flatnonzero(jet)
            for m in np.flatnonzero(muon & (of["event"] == of["event"][j]))
        ]
        if not selection:
            assert min(distance) < 0.1  # muons are jets too
            continue
        assert (min(of["pt"][muon]), min(of["pt"][jet])) >= (25, 30)
        assert np.abs(of["eta"][jet]).max() < 2
        assert min(distance) > 0.4
        assert np.bincount(of["event"][jet], minlength=events.num_rows).min() >= 1


# Physics


def events_of(process: str, count: int, **changes) -> KeptEvents:
    return sample(Generator, process, settings(**changes), count).events


@pytest.fixture(scope="module")
def drell_yan() -> KeptEvents:
    return events_of("drell_yan", 600, detector={"met": {"stochastic": 0}})


def test_drell_yan_peaks_at_the_z(drell_yan):
    """Within 4 GeV, where what muons radiate counts little: a Lorentz curve, widened by 1 to 3 % of each pT."""
    peak = drell_yan.dimuon_mass[np.abs(drell_yan.dimuon_mass - 91.19) < 4]
    assert peak.size > 0.6 * drell_yan.met.size
    assert np.median(peak) == pytest.approx(91.19, abs=0.4)
    assert 1.0 < np.median(np.abs(peak - 91.19)) < 1.7  # 1.0 without resolution, 2.0 if there were no peak
    muons = drell_yan.objects[drell_yan.objects.kind == MUON]
    assert np.mean(muons.origin == 23) > 0.9


def test_the_missing_momentum_of_drell_yan_is_that_of_other_collisions(drell_yan):
    """No neutrino is in nearly all: 12 collisions of 3.5 GeV each."""
    x = drell_yan.met * np.cos(drell_yan.met_phi)
    width = np.subtract(*np.percentile(x, [75, 25])) / 1.349  # tails of neutrinos of b and c count little
    assert width == pytest.approx(np.sqrt(12) * 3.5, rel=4 * 1.17 / np.sqrt(2 * x.size) + 0.03)


def test_jets_fall_with_their_momentum(drell_yan):
    far = drell_yan.objects[drell_yan.objects.kind == JET]
    counts = np.histogram(far.pt, bins=[50, 70, 100, 150, 230])[0]  # above the muons of the Z
    density = counts / np.diff([50, 70, 100, 150, 230])
    assert np.all(np.diff(density) < 0)


def test_the_mass_of_the_jpsi_is_its_own_within_resolution():
    kept = events_of("jpsi", 300)
    pairs = kept.objects[kept.objects.kind == MUON]
    first = np.unique(pairs.event, return_index=True)[1]
    own = (pairs.origin[first] == 443) & (pairs.origin[first + 1] == 443)
    assert own.mean() > 0.9
    mass = kept.dimuon_mass[own]
    widths = [np.hypot(0.01, 0.012 * pairs.eta[first + k][own]) for k in (0, 1)]
    expected = 3.0969 * np.hypot(*widths) / 2  # m^2 ~ pT1 pT2
    assert np.median(mass) == pytest.approx(3.097, abs=4 * 1.25 * expected.mean() / np.sqrt(mass.size))
    assert np.std((mass - 3.0969) / expected) == pytest.approx(1, abs=4 / np.sqrt(2 * mass.size))


def test_the_transverse_mass_of_a_w_ends_at_its_mass():
    """m_T = sqrt(2 pT pT' (1 - cos(phi - phi'))) of muon and neutrino: a peak with its edge at 80.4 GeV."""
    run = settings()
    source = pythia(run.definitions["w_jets"], run, 5, ["HadronLevel:all = off"])
    mass = []
    while len(mass) < 1500:
        assert source.next()
        muon, neutrino = (
            next(particle for particle in source.event if particle.isFinal() and particle.idAbs() == code)
            for code in (13, 14)
        )
        mass.append(np.sqrt(2 * muon.pT() * neutrino.pT() * (1 - np.cos(muon.phi() - neutrino.phi()))))
    low, below, above = (np.mean((np.array(mass) > a) & (np.array(mass) <= a + 6)) for a in (40, 74, 84.5))
    assert below > 2 * low  # the Jacobian peak
    assert above < 0.15 * below  # what the width of 2.1 GeV leaves
    assert np.mean(np.array(mass) > 80.4 + 5 * 2.1) < 0.03


@pytest.mark.parametrize(
    ("process", "published"),
    [
        ("w_jets", 20_620),  # ATLAS, PLB 759 (2016) 601: W+ 11.83 and W- 8.79 nb
        ("drell_yan", 1_981),  # the same, 66 to 116 GeV
        ("ttbar", 815),  # CMS, EPJC 77 (2017) 172
        ("higgs", 48.6 * 2.745e-4),  # LHC Higgs working group, arXiv:1610.07922: gg to H, to four leptons
    ],
)
def test_cross_sections_are_those_published_within_a_factor(process, published):
    run = settings()
    source = pythia(run.definitions[process], run, 5, ["PartonLevel:all = off"])
    for _ in range(500):
        source.next()
    assert 1 / 2.5 < source.infoPython().sigmaGen() * 1e9 / published < 2.5  # [pb]


def test_the_cross_section_of_prompt_jpsi_is_that_of_cms_within_a_factor():
    """70.9 nb of 6.5 to 30 GeV and |y| < 2.4 at 7 TeV, with its 5.96 % of muons (arXiv:1011.4193)."""
    lines = ["Charmonium:all = on", "PhaseSpace:pTHatMin = 5", ALONE]
    run = settings(energy=7000, definitions={"low": {"lines": lines, "redecayed": [443]}})
    source = Generator(run.definitions["low"], run, {"hard": 1, "decays": 2})
    inside = 0
    for _, collision in zip(range(500), source.collisions(), strict=False):
        own = collision.particles[collision.particles.pdg == 443]
        y = np.arctanh(own.momentum[:, 2] / own.momentum[:, 3])
        inside += bool(((own.pt > 6.5) & (own.pt < 30) & (np.abs(y) < 2.4)).any())
    assert 1 / 2.5 < inside / 500 * source.cross_section * 1e-3 * 0.0596 / 70.9 < 2.5


# Tries


@pytest.mark.parametrize("kind", [OneStep, Generator])
def test_what_is_used_of_each_try_holds_all_momentum_and_no_quarks(kind):
    """So nothing stands twice and nothing is lost, in the tables and in what they are compared with."""
    run = settings()
    source = kind(run.definitions["ttbar"], run, {"hard": 1, "decays": 2})
    random = generator(1, "detector")
    for _, collision in zip(range(80), source.collisions(), strict=False):
        for decayed in decays(collision, source, run, random):
            source.kept += 1
            assert decayed.particles.momentum.sum(axis=0) == pytest.approx([0, 0, 0, 13_000], abs=0.05)
            assert not np.isin(np.abs(decayed.particles.pdg), [1, 2, 3, 4, 5, 6, 21]).any()
    assert source.kept > 5


def test_hadrons_of_b_give_charm():
    """Half of all by way of quarks, which must become hadrons."""
    run = settings()
    source = Generator(run.definitions["ttbar"], run, {"hard": 1, "decays": 2})
    charm = 0
    for _, collision in zip(range(40), source.collisions(), strict=False):
        event = source.decayed(collision)
        made = {event[i].idAbs() for i in range(collision.undecayed.size(), event.size())}
        charm += bool(made & {411, 421, 431, 4122})
    assert charm > 30  # of two hadrons of b, nearly all give one


def test_taus_of_a_w_keep_their_spin_in_the_second_step():
    """E(mu) / E(tau) is 0.40 in the mean for left-handed ones, 0.35 for unpolarised: (5 - 9 x^2 + 4 x^3 + ...) / 3."""
    lines = [*QUICK["ttbar"]["lines"], "24:onMode = off", "24:onIfAny = 15"]
    run = settings(definitions={"taus": {"lines": lines}})
    source = Generator(run.definitions["taus"], run, {"hard": 1, "decays": 2})
    share = []
    for _, collision in zip(range(100), source.collisions(), strict=False):
        for _ in range(20):
            event = source.decayed(collision)
            muons = [event[i] for i in muons_from(event, collision.undecayed.size())]
            parents = [event[muon.mother1()] for muon in muons]
            of_tau = [(muon, tau) for muon, tau in zip(muons, parents, strict=True) if tau.idAbs() == 15]
            share += [muon.e() / tau.e() for muon, tau in of_tau if event[tau.iTopCopyId()].pT() > 20]
    assert len(share) > 500
    assert np.mean(share) == pytest.approx(0.40, abs=4 * np.std(share) / np.sqrt(len(share)))


def test_what_is_required_has_its_momentum_in_the_end():
    """That of the Z which decays, not of one of its copies before the shower takes of it."""
    run = settings(definitions={"fast": {**QUICK["drell_yan"], "required": {"pdg": 23, "pt": 10}}})
    source = Generator(run.definitions["fast"], run, {"hard": 1, "decays": 2})
    for _, collision in zip(range(100), source.collisions(), strict=False):
        event = collision.event
        copies = [boson for boson in event if boson.id() == 23]
        (last,) = [boson for boson in copies if event[boson.daughter1()].id() != 23]
        assert last.pT() >= 10


def test_decays_tried_again_are_as_pythia_decays_by_itself():
    """Of top quarks, whose muons are of W, b, c, tau, pi and K. p-values times their number."""
    plain, tried = sample(OneStep, "ttbar", settings(), 200), sample(Generator, "ttbar", settings(), 600)
    assert tried.made.effective > 300
    tests = same(plain, tried)
    assert len(tests) == 10
    assert len(tests) * min(p for _, p in tests.values()) > 0.05
    share = [made.events / made.collisions / made.tries for made in (plain.made, tried.made)]
    error = np.sqrt(sum(part**2 / made.made.effective for part, made in zip(share, (plain, tried), strict=True)))
    assert abs(share[0] - share[1]) < 4 * error


def test_samples_of_different_processes_are_told_apart():
    one, other = (sample(OneStep, process, settings(), 60) for process in ("drell_yan", "ttbar"))
    tests = same(one, other)
    assert len(tests) * min(p for _, p in tests.values()) < 0.001


def test_the_benchmark_prints_its_tables(monkeypatch, capsys):
    path = ROOT / "benchmarks/collision_rates.py"
    monkeypatch.setattr(sys, "argv", [str(path), "--events", "4", "--processes", "drell_yan"])
    runpy.run_path(str(path), run_name="__main__")
    printed = capsys.readouterr().out
    assert "effective/s" in printed
    assert printed.count("\ndrell_yan") == 2  # plain and in two steps
    assert "origin of the second muon" in printed
