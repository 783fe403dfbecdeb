"""A source is one file that a test adds here, and what its shards have in common is made once."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from safetensors.numpy import load_file
from study import Project, checkout

SOURCE = '''
"""Throws of dice whose faces are drawn once."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from showergrid.core.atomic import replacing
from showergrid.core.settings import Settings
from showergrid.sources.parts.request import ShardFacts, Size

ENVIRONMENT = "data"


class Library(Settings):
    """The faces of the dice."""

    seed: int
    faces: int


class Parameters(Settings):
    """How often they are thrown."""

    library: Library
    events: int
    shard_size: int


def collections(settings):
    return {}


def events(settings):
    return pa.schema([("event", pa.int64()), ("kind", pa.int64()), ("sum", pa.float64())])


def shards(settings):
    return -(-settings.events // settings.shard_size)


def size(settings):
    return Size(settings.events, 1, 1, 100)


def files(settings):
    return []


def told(settings, shard):
    values = settings.model_dump(mode="json")
    return {**values, "events": min(settings.events, (shard + 1) * settings.shard_size)}


def check(settings, questions, detector, order):
    pass


def library(settings):
    faces = np.random.default_rng(settings.seed).normal(size=settings.faces)
    return {"faces": faces}, ShardFacts({"faces": settings.seed}, {"faces": settings.faces}, ["drawn"])


def make(settings, request, shard, outputs, library):
    event = np.arange(settings.events - shard * settings.shard_size)  # within the shard
    kind = event % 2
    face = np.random.default_rng([7, shard]).integers(len(library["faces"]), size=event.size)
    table = pa.table({"event": event, "kind": kind, "sum": library["faces"][face] + kind})
    with replacing(outputs["events"]) as partial:
        pq.write_table(table, partial)
    return ShardFacts({"throws": 7}, {}, [])
'''
STUDY = {
    "extends": None,
    "results": "results-dice",
    "source": "dice",
    "dice": {"library": {"seed": 3, "faces": 6}, "events": 120, "shard_size": 40},
    "questions": [
        {"name": "kind", "column": "kind", "classes": [{"name": f"kind_{i}", "values": [i]} for i in (0, 1)]}
    ],
    "representations": [{"name": "sums", "module": "table", "columns": ["sum"]}],
    "models": [{"name": "random_forest", "n_estimators": 5}],
    "grid": [{"table": "table1", "representations": ["sums"], "models": ["random_forest"], "seeds": [1]}],
}


def planned(project: Project, **dice) -> dict[str, int]:
    """How many jobs of each rule a dry run plans up to the events, with other settings of the dice."""
    study = {**STUDY, "dice": {**STUDY["dice"], **dice}}
    (project.root / "other.yaml").write_text(yaml.safe_dump(study))
    return dict(project.plan("results-dice/data/events.parquet", config="other.yaml").rules)


@pytest.fixture(scope="module")
def thrown(tmp_path_factory) -> Project:
    """The events of a study of dice, in a checkout to which the source is added."""
    project = checkout(tmp_path_factory.mktemp("dice"))
    (project.root / "scripts/showergrid/sources/dice.py").write_text(SOURCE)
    (project.root / "dice.yaml").write_text(yaml.safe_dump(STUDY))
    project.snakemake("--cores", "2", "results-dice/data/events.parquet", config="dice.yaml")
    return project


def test_all_shards_read_the_library(thrown):
    data = thrown.root / "results-dice/data"
    faces = load_file(data / "library.safetensors")["faces"]
    assert np.array_equal(faces, np.random.default_rng(3).normal(size=6))
    table = pq.read_table(data / "events.parquet")
    assert table["event"].to_pylist() == list(range(120))
    assert set(np.asarray(table["sum"]) - np.asarray(table["kind"])).issubset(
        set((faces + 0) - 0) | set((faces + 1) - 1)
    )
    record = json.loads((data / "library.safetensors.provenance.json").read_text())
    assert record["seeds"] == {"faces": 3}
    for shard in range(3):
        record = json.loads((data / f"shards/{shard}.events.parquet.provenance.json").read_text())
        assert record["inputs"]["library"][0]["path"] == "results-dice/data/library.safetensors"


def test_more_events_leave_the_library_and_full_shards(thrown):
    assert planned(thrown) == {}
    assert planned(thrown, events=160) == {"gather": 1, "shard": 1}


def test_another_library_remakes_all_shards(thrown):
    assert planned(thrown, library={"seed": 3, "faces": 8}) == {"gather": 1, "library": 1, "shard": 3}
