"""The command that reads showers out again, told as the workflow tells it."""

import runpy
from argparse import Namespace

import pyarrow.parquet as pq
from studies import ROOT, configuration

from showergrid.plan.checks import read_study
from showergrid.plan.jobs import job
from showergrid.plan.steps import parameter
from showergrid.sources.parts.request import Request


def test_each_variation_is_written_to_its_own_table(tmp_path):
    config = configuration("test")
    config["showers"] |= {"showers": 4, "shard_size": 4}
    # By name they would stand in another order than by the configuration
    named = {"louder": {"gain": 0.0126}, "also_own": {"tpc": "both"}, "dirty": {"lifetime": 3000}}
    readouts = [{"name": name, "readout": readout} for name, readout in named.items()]
    config["showers"]["variations"] = {"shards": 1, "readouts": readouts}
    study = read_study(config)
    told = job(study, "vary", None, shard=0)
    tables = {name: tmp_path / f"{name}.parquet" for name in study.source.varied(study.source_settings)}
    asked = parameter("vary", {"shard": "0"}, told, {})
    arguments = Namespace(job=asked, shard=0, hits=list(tables.values()), provenance=tmp_path / "record.json")
    runpy.run_path(str(ROOT / "scripts/vary.py"))["main"](arguments)

    own = {"hits": tmp_path / "own.parquet", "events": tmp_path / "events.parquet"}
    study.source.make(study.source_settings, Request(**told["request"]), 0, own)
    hits = pq.read_table(own["hits"])
    charge = sum(hits["charge"].to_pylist())
    varied = {name: sum(pq.read_table(path)["charge"].to_pylist()) / charge for name, path in tables.items()}
    assert pq.read_table(tables["nominal"]).equals(hits)
    assert pq.read_table(tables["also_own"]).equals(hits)
    # The gain of the study is .0063; of a life of 10 ms .92 is left after the mean drift of .64 ms, of 3 ms .81
    assert abs(varied["louder"] - 2) < 1e-4
    assert 0.6 < varied["dirty"] < 0.98
