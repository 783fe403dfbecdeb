"""The table and the gallery of why answers are wrong, against showers by hand."""

import csv
import io
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from synthetic_cells import places, table_config, write_cell

from showergrid.core.errors import InputError
from showergrid.events.hits import HITS, read_hits
from showergrid.report.figures.reasons import around_start, gallery, reasons_figure
from showergrid.report.formats import markdown
from showergrid.report.reports import reasons as report
from showergrid.report.settings.reasons import ReasonFigure, Reasons
from showergrid.report.tables.reasons import REASONS, reasons
from showergrid.sources.lartpc.start_settings import STARTS

ELECTRON, PHOTON = 11, 22
NOWHERE = dict.fromkeys(STARTS.names)
STARTED = {**NOWHERE, "x": 0.0, "y": 0.0, "z": 0.0, "off": 0.3, "nearest": 0.2}
OF_ELECTRON = {**STARTED, "dedx": 2.0, "dedx_radiated": 0.0, "dedx_knocked": 0.3}
OF_PHOTON = {**STARTED, "dedx": 4.4, "process": "pair", "depth": 9.0, "pair": 1.0, "share": 0.3}
BY_HAND = [
    (ELECTRON, "like", {}),
    (ELECTRON, "missed", {"off": 2.5, "dedx": 5.0}),
    (ELECTRON, "lost", {"off": 2.5, "nearest": 2.1, "dedx": 5.0, "dedx_knocked": 1.5}),
    (ELECTRON, "radiated", {"dedx": 3.3, "dedx_radiated": 1.2, "radiated": 0.05, "flight": 0.4}),
    (ELECTRON, "knocked", {"dedx": 3.3, "dedx_radiated": 0.2, "dedx_knocked": 1.2, "knocked": 0.02}),
    (ELECTRON, "knocked", {"dedx": 4.5, "dedx_radiated": 0.9, "dedx_knocked": 1.0}),  # neither alone
    (ELECTRON, "like", {"dedx": 3.9, "dedx_radiated": 0.3, "dedx_knocked": 0.3}),  # its own track left 3.3
    (ELECTRON, "like", {"dedx": 3.3, "dedx_knocked": 0.0}),
    (PHOTON, "like", {}),
    (PHOTON, "missed", {"off": 2.5, "dedx": 2.0}),
    (PHOTON, "lost", dict(NOWHERE)),  # it never sets such an electron in motion
    (PHOTON, "compton", {"dedx": 2.0, "process": "compton", "compton": 0.1, "share": 0.05}),
    (PHOTON, "like", {"process": "compton", "compton": 0.1, "share": 0.05}),
    (PHOTON, "uneven", {"dedx": 2.0, "share": 0.05, "depth": 0.1}),
    (PHOTON, "faint", {"dedx": 2.0}),
    (PHOTON, "pixel", {"depth": 0.1, "share": 0.05}),
]
NAMES = [(entry.pdg, entry.name) for entry in REASONS]


def start(pdg: int, changes: dict) -> dict:
    return {**(OF_ELECTRON if pdg == ELECTRON else OF_PHOTON), **changes}


def columns(rows: list[dict]) -> dict[str, np.ndarray]:
    table = pa.Table.from_pylist([{**row, "event": i} for i, row in enumerate(rows)], schema=STARTS)
    return {name: table[name].to_numpy() for name in STARTS.names}


def test_each_shower_has_the_first_reason_that_holds():
    told = columns([start(pdg, changes) for pdg, _, changes in BY_HAND])
    got = reasons(told, np.array([pdg for pdg, *_ in BY_HAND]), Reasons())
    assert [NAMES[k] for k in got] == [(pdg, name) for pdg, name, _ in BY_HAND]
    stricter = reasons(told, np.array([pdg for pdg, *_ in BY_HAND]), Reasons(dedx=4.0, off=3.0, share=0.01, pixel=0.05))
    of_electrons = ["like", "like", "knocked", "like", "like", "knocked", "like", "like"]
    assert [NAMES[k][1] for k in stricter[:8]] == of_electrons
    of_photons = ["like", "faint", "lost", "compton", "like", "faint", "faint", "like"]
    assert [NAMES[k][1] for k in stricter[8:]] == of_photons


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Two seeds whose 1,000 test events, electrons and photons by turns, have the reasons of BY_HAND by turns too."""
    results = tmp_path_factory.mktemp("results")
    for seed in (1, 2):
        write_cell(results, "projection_y", 1000, "simple", seed, 1.0, events=1200)
    own = {pdg: [changes for code, _, changes in BY_HAND if code == pdg] for pdg in (ELECTRON, PHOTON)}
    rows = [
        {**start(pdg, own[pdg][event // 2 % len(own[pdg])]), "event": event}
        for event in range(1200)
        for pdg in [(ELECTRON, PHOTON)[event % 2]]
    ]
    (results / "data").mkdir()
    pq.write_table(pa.Table.from_pylist(rows, schema=STARTS), results / "data/starts.parquet")
    hits = {"event": np.repeat(np.arange(1200), 3), "x": np.tile([0.0, 0.1, 1.0], 1200), "y": np.zeros(3600)}
    hits |= {"z": np.tile([0.0, 0.1, 5.0], 1200), "charge": np.tile([1.0, 2.0, 3.0], 1200), "time": np.zeros(3600)}
    pq.write_table(pa.table(hits).cast(HITS), results / "data/hits.parquet")
    return results


def settings(**changes: object) -> report.Parameters:
    config = table_config(
        name="wrong",
        **{"places": places("projection_y", 1000, ["simple"], [1, 2]), "reasons": {}, "starts": {}, **changes},
    )
    return report.Parameters(**{key: config[key] for key in config if key in report.Parameters.model_fields})


def test_errors_are_counted_by_reason(study):
    table = report.build(settings(), study)
    assert [(row.reason.pdg, row.reason.name) for row in table.rows] == NAMES
    for row in table.rows:
        label = (ELECTRON, PHOTON).index(row.reason.pdg)
        own = [name for pdg, name, _ in BY_HAND if pdg == row.reason.pdg]
        counts, errors = [], []
        for seed in (1, 2):
            path = study / f"cells/projection_y/c1000/simple/seed{seed}/predictions.parquet"
            answers = pq.read_table(path).to_pylist()[200:]
            wrong = [(p["particle.electron"] < p["particle.photon"]) != label for p in answers]
            has = [p["event"] % 2 == label and own[p["event"] // 2 % len(own)] == row.reason.name for p in answers]
            counts.append(sum(a and b for a, b in zip(wrong, has, strict=True)))
            errors.append(sum(a for a, p in zip(wrong, answers, strict=True) if p["event"] % 2 == label))
        assert (row.events, row.of) == (sum(has), 500)
        assert row.wrong.value == pytest.approx(np.mean(counts))
        assert row.rate.value == pytest.approx(np.mean(counts) / sum(has))
        assert row.of_errors == pytest.approx(sum(counts) / sum(errors))
        assert row.wrong.low < row.wrong.value < row.wrong.high
        # of few among many a count varies as Poisson's
        assert row.wrong.high - row.wrong.low == pytest.approx(2 * 1.96 * np.sqrt(row.wrong.value), rel=0.2)
    assert sum(row.events for row in table.rows) == 1000
    assert sum(row.of_errors for row in table.rows) == pytest.approx(2)


def test_what_is_shown(study):
    table = report.build(settings(), study)
    text = markdown.document(report.layout(table))
    assert all(word in text for word in ("Compton electron", "first hit over 2 cm off", "error rate", "2.4 cm"))
    rows = list(csv.DictReader(io.StringIO(report.csv(table))))
    assert [row["quantity"] for row in rows[:5]] == [
        "events",
        "share_of_class",
        "wrong",
        "error_rate",
        "share_of_errors",
    ]
    assert {row["reason"] for row in rows if row["class"] == "photon"} == {n for pdg, n in NAMES if pdg == PHOTON}


def test_places_of_one_label_stand_apart_and_mixed_readouts_are_named(study):
    [shown] = report.layout(report.build(settings(), study))
    [own] = places("projection_y", 1000, ["simple"], [1, 2])
    varied = {**own, "representation": "varied_y", "settings": {**own["settings"], "mixed": True}}
    shutil.copytree(study / "cells/projection_y", study / "cells/varied_y")
    labels = {"representations": dict.fromkeys(("projection_y", "varied_y"), "the view")}
    [both] = report.layout(report.build(settings(places=[own, varied], labels=labels), study))
    assert [len(group.rows) for group in both.groups] == [len(NAMES)] * 2
    said = "Of \N{WORD JOINER}the view\N{WORD JOINER} also the test events are each seen by one of several readouts."
    assert [said in table.notes for table in (shown, both)] == [False, True]


def test_the_gallery_shows_the_most_confident_errors_and_their_truth(study, tmp_path):
    told = settings()
    cell = study / "cells/projection_y/c1000/simple/seed1/predictions.parquet"
    chosen = gallery(cell, study / "data/starts.parquet", told, 2)
    by_name = {(entry.pdg, entry.name): group for entry, group in chosen.wrong.items()}
    answers = {row["event"]: row for row in pq.read_table(cell).to_pylist()[200:]}
    radiated = [event for event in answers if event % 2 == 0 and event // 2 % 8 == 3]
    worst = sorted(radiated, key=lambda event: answers[event]["particle.electron"])[:2]
    assert [wrong.event for wrong in by_name[ELECTRON, "radiated"]] == worst
    assert [wrong.probability for wrong in by_name[ELECTRON, "radiated"]] == [
        answers[event]["particle.photon"] for event in worst
    ]
    words = by_name[ELECTRON, "radiated"][0].words(told).replace("\N{NO-BREAK SPACE}", " ")
    assert words.startswith(f"{answers[worst[0]]['energy']:.2f} GeV: photon by ")
    assert words.endswith("radiates 50 MeV, absorbed 0.4 cm on; 3.3 MeV/cm")
    compton = by_name[PHOTON, "compton"][0].words(told).replace("\N{NO-BREAK SPACE}", " ")
    assert "Compton electron of 100 MeV" in compton
    assert "pair" not in compton
    figure = ReasonFigure(of="wrong", representation="projection_y", resolution=1000, model="simple", seed=1, shown=1)
    reasons_figure(chosen, study / "data/hits.parquet", told, figure, tmp_path / "reasons.pdf")
    assert (tmp_path / "reasons.pdf").read_bytes().startswith(b"%PDF")


def test_hits_near_a_start_become_pixels_around_it(study):
    hits = next(iter(read_hits(study / "data/hits.parquet")))
    hits = hits.only(hits.event == 0)
    near = around_start({"x": 0.0, "y": 0.0, "z": -1.0}, hits, 14.0, 0.4)
    np.testing.assert_array_equal(near.image.place, [[0, 2], [0, 3], [2, 15]])  # 0, 0.1, 1 of x and 1, 1.1, 6 of z
    np.testing.assert_array_equal(near.image.charge, [1, 2, 3])
    np.testing.assert_allclose(near.first, [0, 0, 1])
    far = around_start({"x": 0.0, "y": 0.0, "z": 100.0}, hits, 14.0, 0.4)
    np.testing.assert_array_equal(far.image.place[0], [0, 0])
    np.testing.assert_allclose((far.start, far.first), [[0, 0, 100], [0, 0, 0]])
    lost = around_start({"x": None, "y": None, "z": None}, hits, 14.0, 0.4)
    assert np.isnan(lost.start).all()
    assert lost.image.charge.sum() == 6


def test_other_classes_are_refused():
    question = settings().question.model_dump()
    question["classes"][1]["values"] = [13]
    with pytest.raises(InputError, match="reasons are known of a class of pdg 11 and one of 22"):
        report.reads(settings(question=question))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda starts: starts.slice(0, 1100), "lacks event 1100"),
        (lambda starts: starts.slice(0, 0), "lacks event 200"),
        (lambda starts: starts.drop_columns("share"), "column share: expected float, found none"),
    ],
)
def test_starts_that_lack_something_are_refused(study, tmp_path, change, said):
    (tmp_path / "data").mkdir()
    (tmp_path / "cells").symlink_to(study / "cells")
    pq.write_table(change(pq.read_table(study / "data/starts.parquet")), tmp_path / "data/starts.parquet")
    with pytest.raises(InputError, match=rf"starts\.parquet: {said}"):
        report.build(settings(), tmp_path)
    (tmp_path / "data/starts.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"starts\.parquet: cannot be read"):
        report.build(settings(), tmp_path)
