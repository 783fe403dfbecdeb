"""Questions of a value: what is refused, missing values, and the split of events without classes."""

import numpy as np
import pyarrow as pa
import pytest
from asked import PARTICLE
from pydantic import ValidationError
from studies import configuration

from showergrid.core.errors import InputError
from showergrid.events.questions import ValueQuestion, has_answer, of_classes
from showergrid.events.settings import Split
from showergrid.events.split import asked, check_classes, divide, to_test
from showergrid.plan import jobs
from showergrid.plan.checks import read_study
from showergrid.plan.paths import Paths
from showergrid.training.data import questions_of

ENERGY = {"name": "energy", "kind": "value", "column": "energy", "unit": "GeV"}


def told(other: str) -> list[dict]:
    return [{"column": "energy", "other": other}]


def test_questions_are_told_apart_by_their_kind():
    questions = questions_of({"questions": [ENERGY, PARTICLE]})
    assert isinstance(questions[0], ValueQuestion)
    assert of_classes(questions) == questions[1:]
    assert "kind" not in questions[1].model_dump()  # as before there were values
    assert questions_of({"questions": [asked.model_dump() for asked in questions]}) == questions


def test_a_name_that_stands_for_another_column_is_refused():
    with pytest.raises(ValidationError, match="a column of predictions has this name"):
        ValueQuestion(name="energy", kind="value", column="momentum")
    with pytest.raises(ValidationError, match="a column of predictions has this name"):
        ValueQuestion(name="split", kind="value", column="split")


def test_events_without_a_value():
    events = pa.table({"event": [3, 5, 8, 9], "energy": pa.array([1.0, None, -2.0, np.inf])})
    truth = ValueQuestion(**ENERGY).truth(events)
    assert has_answer(truth).tolist() == [True, False, True, False]
    with pytest.raises(InputError, match="energy is None in row 2, of event 5"):
        asked(events, told("refuse"))
    label, values, kept = asked(events, told("drop"))
    assert kept.tolist() == [True, False, True, False]
    assert label.tolist() == [0, 0, 0, 0]
    assert values == [[]]
    with pytest.raises(InputError, match="no column 'charge' of numbers; valid: energy"):
        ValueQuestion(**{**ENERGY, "name": "charge", "column": "charge"}).truth(events)


def test_a_split_without_classes():
    events = pa.table({"event": np.arange(100), "energy": np.linspace(0, 1, 100)})
    label, values, _ = asked(events, told("refuse"))
    sets = divide(label, values, Split(seed=1, test_fraction=0.5, validation_fraction=0.1))
    assert [np.count_nonzero(sets == name) for name in ("train", "validation", "test")] == [45, 5, 50]
    assert not to_test(events, told("refuse")).any()
    check_classes(events, sets, told("refuse"))
    with pytest.raises(InputError, match="the study has 1 events, too few"):
        divide(label[:1], values, Split(seed=1, test_fraction=0.5, validation_fraction=0.1))


def test_the_split_is_stratified_by_the_first_question_of_classes():
    events = pa.table({"event": [0, 1], "energy": [1.0, 2.0], "pdg": pa.array([22, 11], pa.int32())})
    label, values, _ = asked(events, [*told("refuse"), {"column": "pdg", "values": [[11], [22]], "other": "refuse"}])
    assert label.tolist() == [1, 0]
    assert values == [[11], [22]]


def study(**changes):
    return read_study(configuration("energy") | changes)


def refused(message: str, **changes) -> None:
    with pytest.raises(InputError, match=message) as error:
        study(**changes)
    assert "\n" not in str(error.value)


def test_the_study_of_energy_asks_for_no_figure_of_classes():
    planned = study()
    assert planned.tables == ["table1"]
    assert Paths(planned).figures == ()
    assert jobs.job(planned, "split", None)["questions"] == [{"column": "energy", "other": "refuse"}]
    assert jobs.job(planned, "shard", None, shard=0)["request"]["pdg"] == []
    assert jobs.job(planned, "report", None, report="table1")["report"]["parameters"]["question"]["unit"] == "GeV"
    place = {"representation": "features", "resolution": 200, "model": "dense", "seed": 19}
    [trained] = jobs.job(planned, "train", None, **place)["questions"]
    assert "unit" not in trained  # a better word trains nothing
    for step in ("cell_figures", "explore", "pairs", "performance", "event_figures"):
        with pytest.raises(InputError, match="none is of classes"):
            jobs.job(planned, step, None)
    with pytest.raises(InputError, match="answers of classes are explained"):
        jobs.job(planned, "heatmaps", None, **place)
    with pytest.raises(InputError, match="report table_variations: no question is of the kind"):
        planned.report("table_variations")


def test_what_does_not_go_with_a_value_is_refused():
    base = configuration("energy")
    refused(
        r"questions.0.positive = 'a': unknown key; valid: kind, name, label", questions=[ENERGY | {"positive": "a"}]
    )
    refused("the kind of a question is classes or value", questions=[ENERGY | {"kind": "number"}])
    refused("column 'mass' is none of the events", questions=[ENERGY | {"name": "mass", "column": "mass"}])
    refused("source holds no numbers", questions=[ENERGY | {"name": "file", "column": "source"}])
    refused("cut does not answer question energy", models=[{"name": "cut"}], grid=[block("features", "cut")])
    refused("vae does not answer question energy", models=[{"name": "vae"}], grid=[block("features", "vae")])
    refused("calorimeter does not answer question particle", questions=[ENERGY, PARTICLE], showers=without(base))
    refused("no question is of the kind that table shows", reports={"table1": {"module": "table"}})
    refused("none is of column pdg", showers=without(base))
    refused("leave one of them out", questions=[ENERGY, PARTICLE], grid=[block("features", "dense")])
    search = configuration()["tuning"][0] | {"model": "simple", "space": {"optim_lr": {"low": 1e-4, "high": 1e-2}}}
    refused("let a question of classes stand first", tuning=[search])


def without(base: dict) -> dict:
    return {key: value for key, value in base["showers"].items() if key != "particles"}


def block(representation: str, model: str) -> dict:
    place = {"representations": [representation], "resolutions": [200], "models": [model], "seeds": [1]}
    return {"table": "table1", **place}
