"""Tables of variables: columns by pattern, their scale, and missing values."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from showergrid.core.errors import InputError
from showergrid.events.split import write_split
from showergrid.inputs.data import calibrated, write_inputs
from showergrid.inputs.input_file import read_input
from showergrid.inputs.settings import InputSettings
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import job
from showergrid.plan.layers import merged, read_layers
from showergrid.plan.study import Study

ROOT = Path(__file__).parents[2]

A = [1.0, None, 4.0, 7.0, None, 100.0]
B = [5.0, 5.0, 8.0, 5.0, 6.0, 6.0]
TRAINED = 4  # of the six events
STUDY = {
    "extends": None,
    "results": "results-rows",
    "source": "files",
    "files": {
        "events": {
            "files": ["rows.csv"],
            "columns": {"kind": {"column": "kind", "type": "text"}, "width": "width", "trace_{00..11}": "bin{0..11}"},
            "missing": [-999],
        }
    },
    "questions": [{"name": "kind", "column": "kind", "classes": [{"name": name, "values": [name]} for name in "gh"]}],
    "training": {"batch_size": 10},
    "models": [{"name": "trace"}],
    "representations": [{"name": "shown", "module": "table", "columns": ["trace_*", "width"]}],
    "grid": [{"representations": ["shown"], "models": ["trace"], "seeds": [1]}],
}


def asked(**parameters) -> InputSettings:
    told = {"columns": ["a", "b"], **parameters}
    return InputSettings(representation={"name": "t", "module": "table", "parameters": told}, resolution=None)


@pytest.fixture
def files(tmp_path):
    about = {"event": np.arange(6), "source": ["x"] * 6, "number": np.arange(6)}
    pq.write_table(pa.table({**about, "a": A, "b": B}), tmp_path / "events.parquet")
    write_split(tmp_path / "split.parquet", np.arange(6), np.array(["train"] * TRAINED + ["validation", "test"]))
    return tmp_path / "events.parquet", tmp_path / "split.parquet"


def test_missing_values_are_the_median_of_the_training_events(files, tmp_path):
    events, split = files
    settings = asked(impute="median")
    calibration = calibrated(settings, [events], split, [])
    filled = np.array([1.0, 4.0, 4.0, 7.0])  # the median of 1, 4 and 7
    told = calibration["variables"]["a"]
    assert told == {"mean": 4.0, "std": pytest.approx(filled.std()), "min": 1.0, "max": 7.0, "median": 4.0}
    write_inputs(tmp_path / "t.safetensors", settings, [events], json.loads(json.dumps(calibration)))
    values = read_input(tmp_path / "t.safetensors").values
    whole = np.array([1.0, 4.0, 4.0, 7.0, 4.0, 100.0])
    np.testing.assert_allclose(values[:, 0], (whole - 4) / filled.std(), rtol=1e-6)
    np.testing.assert_allclose(values[:, 1], (np.array(B) - np.mean(B[:4])) / np.std(B[:4]), rtol=1e-6)


def test_missing_values_are_refused_where_nothing_else_is_said(files):
    events, split = files
    with pytest.raises(InputError, match="column a has no value in row 2, of event 1; leave it out, or impute it"):
        calibrated(asked(), [events], split, [])


def test_a_variable_that_no_training_event_has_is_refused(files):
    events, split = files
    table = pq.read_table(events)
    pq.write_table(table.set_column(3, "a", pa.array([None] * 4 + [1.0, 2.0], pa.float64())), events)
    with pytest.raises(InputError, match="a is missing in all training events"):
        calibrated(asked(impute="median"), [events], split, [])


def test_a_variable_of_one_value_is_refused_if_it_is_to_be_scaled(files):
    events, split = files
    table = pq.read_table(events)
    pq.write_table(table.set_column(4, "b", pa.array([5.0] * 6)), events)
    with pytest.raises(InputError, match="b has one value in all training events"):
        calibrated(asked(columns=["b"]), [events], split, [])
    assert calibrated(asked(columns=["b"], scale="none"), [events], split, [])["variables"]["b"]["std"] == 0


def study(**shown) -> Study:
    entry = {**STUDY["representations"][0], **shown}
    return read_study(merged(read_layers(ROOT, [], {**STUDY, "representations": [entry]})))


def test_patterns_are_names_in_what_jobs_are_told():
    bins = [f"trace_{i:02}" for i in range(12)]
    planned = study()
    assert planned.catalogue.representations.resolved("shown")["parameters"]["columns"] == [*bins, "width"]
    assert planned.catalogue.representations.variables("shown") == 13
    told = job(planned, "shard", None, shard=0)["source"]["parameters"]["events"]
    assert list(told["columns"]) == ["kind", "width", *bins]
    assert told["columns"]["trace_11"]["column"] == ["bin11"]
    assert job(planned, "represent", None, representation="shown", resolution=None)["representation"] == (
        planned.catalogue.representations.resolved("shown")
    )


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (["bin*"], "config: representation shown: columns: 'bin.' is no name of any of width, trace_00"),
        (["trace_{00..12}"], "events has no column 'trace_12' of numbers"),
        (["trace_*", "trace_03"], "a column stands twice"),
    ],
)
def test_patterns_of_what_is_not_there_are_refused(columns, words):
    with pytest.raises(InputError, match=words) as refused:
        study(columns=columns)
    assert "\n" not in str(refused.value)
