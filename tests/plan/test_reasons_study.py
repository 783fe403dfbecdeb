"""Studies that tell how showers start: what their jobs are told and read, and what is refused."""

import json
from typing import Any

import pytest
from studies import configuration

from showergrid.core.errors import InputError
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import job
from showergrid.plan.paths import Paths
from showergrid.plan.reads import Reads
from showergrid.plan.study import Study

CELL = {"representation": "projection_y", "resolution": 200, "model": "simple", "seed": 19}


def study(starts: dict[str, float] | None, **figure: Any) -> Study:
    config = configuration("test")
    config["showers"] |= {"starts": starts} if starts is not None else {}
    config["reports"]["wrong"] = {"module": "reasons", "of": "table1"}
    config["figures"]["reasons"] = {"of": "wrong", **CELL, **figure}
    return read_study(config)


def told(of: Study):
    return lambda step, **wildcards: job(of, step, None, **wildcards)


def test_only_a_study_that_asks_hears_of_starts():
    plain, asking = read_study(configuration("test")), study({"length": 3.0})
    assert "starts" not in json.dumps(job(plain, "shard", None, shard=0))
    assert job(asking, "shard", None, shard=0)["source"]["parameters"]["starts"]["length"] == 3.0
    assert "reasons" not in plain.config.figures.model_dump()
    assert f"{asking.config.results}/data/starts.parquet" in Paths(asking).data


def test_the_report_and_its_gallery_read_starts_and_cells():
    asking = study({})
    reads = Reads(Paths(asking), told(asking))
    assert f"{asking.config.results}/data/starts.parquet" in reads.of_report({"report": "wrong"})
    assert [cell.folder for cell in reads.cells_of_reasons({})] == ["cells/projection_y/c200/simple/seed19"]
    assert job(asking, "reasons_figure", None)["table"]["starts"] == {"least": 0.001, "length": 2.4, "radius": 1.0}


def test_what_cannot_be_told_is_refused():
    with pytest.raises(InputError, match=r"report wrong: nothing tells how the showers start; add showers\.starts"):
        job(study(None), "report", None, report="wrong")
    with pytest.raises(InputError, match=r"figures\.reasons: wrong shows no cells/projection_y/c200/simple/seed77"):
        job(study({}, seed=77), "reasons_figure", None)
    with pytest.raises(InputError, match=r"figures\.reasons\.of: unknown table 'none'"):
        study({}, of="none")
    with pytest.raises(InputError, match=r"figures\.reasons: is null"):
        job(read_study(configuration("test")), "reasons_figure", None)


def test_no_cell_is_shown_the_truth():
    config = configuration("test")
    config["showers"]["starts"] = {}
    config["representations"].append(
        {"name": "known", "module": "objects", "collection": "starts", "columns": ["nearest", "dedx"]}
    )
    read_study(config)  # which shows it nowhere
    config["models"].append({"name": "set", "module": "transformer", "win_shape": [1]})
    config["grid"].append({"representations": ["known"], "models": ["set"], "seeds": [19]})
    with pytest.raises(InputError, match="representation known: shows starts, which only the truth tells; choose"):
        read_study(config)


def test_starts_are_told_of_electrons_and_photons_alone():
    config = configuration("test")
    config["showers"]["starts"] = {}
    config["questions"][0]["classes"][0]["values"] = [11, -11]
    own = read_study(config)
    config["questions"][0]["classes"][0]["values"] = [11, 13]
    with pytest.raises(InputError, match=r"showers\.starts: tells of electrons and photons, 11, -11, 22, and 13 is"):
        read_study(config)
    named = own.source_settings.model_copy(update={"particles": [22, 211]})
    with pytest.raises(InputError, match=r"showers\.starts: .*, and 211 is simulated; leave one of them out"):
        own.source.check(named, [], own.config.detector, own.config.order)
