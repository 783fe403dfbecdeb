"""The resources that jobs request from a cluster, and the site's file."""

import copy
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from studies import configuration

from showergrid.core.errors import InputError
from showergrid.plan.checks import read_study
from showergrid.plan.cluster import Cluster
from showergrid.plan.jobs import job
from showergrid.plan.layers import merged, read_layers
from showergrid.plan.resources import Need, need, needs_gpu, read_cluster, requests, scratch
from showergrid.plan.study import Study

ROOT = Path(__file__).parents[2]
SITE = ROOT / "slurm/site.yaml"


@pytest.fixture(scope="module")
def raw() -> dict:
    return configuration()


@pytest.fixture(scope="module")
def study(raw) -> Study:
    return read_study(raw)


def site(**changes) -> Cluster:
    return Cluster(**(yaml.safe_load(SITE.read_text()) | changes))


GPU = {"partition": "gpu", "type": None}


def needed(study: Study, step: str, cluster: Cluster | None = None, **changes) -> Need:
    """The resources of a step, for the network `simple` on projections where it has one."""
    wildcards = {"representation": "projection_y", "resolution": 1000, "model": "simple", "seed": 19}
    told = job(study, step, None, **(wildcards if step in ("train", "evaluate") else {}))
    if changes:
        told = {**told, "model": {**told["model"], "training": {**told["model"]["training"], **changes}}}
    return need(study.size, cluster or site(), step, told)


def test_committed_site_asks_for_nothing_that_a_cluster_may_not_have():
    cluster = read_cluster(SITE)
    assert (cluster.account, cluster.partition, cluster.qos, cluster.constraint) == (None,) * 4
    assert (cluster.gpu, cluster.scratch) == (None, None)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("account: null", "acount: null", "site.yaml: acount = None: unknown key; valid: account, partition, qos, "),
        ("gpu: null", "gpu: {typ: a100}", "site.yaml: gpu.typ"),
        ("gpu: null", "gpu: true", "site.yaml: gpu = True"),
        ("longest_hours: 24", "longest_hours: 24:00:00", "site.yaml: longest_hours"),
        ("partition: null", "partition: 'a; touch b'", "site.yaml: partition = 'a; touch b'"),
        ("scratch: null", "scratch: scratch", "site.yaml: scratch = 'scratch'"),
        ("account: null", "account: [", "site.yaml: is no YAML: line "),
    ],
)
def test_fault_in_the_site_file_is_one_line(tmp_path, old, new, line):
    text = SITE.read_text()
    assert f"\n{old}" in text
    path = tmp_path / "site.yaml"
    path.write_text(text.replace(f"\n{old}", f"\n{new}"))
    with pytest.raises(InputError) as error:
        read_cluster(path)
    assert str(error.value).startswith(f"{tmp_path}/{line}")
    assert "\n" not in str(error.value)


def test_site_file_that_is_missing_or_empty(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_cluster(tmp_path / "site.yaml")
    (tmp_path / "site.yaml").write_text("")
    with pytest.raises(InputError, match="is no map"):
        read_cluster(tmp_path / "site.yaml")


@given(memory=st.floats(1, 1e6), minutes=st.floats(1, 1e5), attempt=st.integers(1, 8))
def test_each_attempt_has_twice_as_much_up_to_what_a_node_has(memory, minutes, attempt):
    cluster = site(largest_memory=64, longest_hours=24)
    first, this, following = (Need(memory, minutes).at(number, cluster) for number in (1, attempt, attempt + 1))
    assert memory <= first.memory <= memory + 1 or first.memory == 64_000
    assert this.memory <= following.memory <= min(2 * this.memory, 64_000)
    assert this.minutes <= following.minutes <= min(2 * this.minutes, 24 * 60)
    assert isinstance(this.memory, int)
    assert isinstance(this.minutes, int)


def test_default_study_fits_what_was_measured(study):
    """The table of docs/measured.md has at most 1070 MB and 94 s in training, 323 and 10 elsewhere."""
    assert 1070 < needed(study, "train").memory < 4000
    for step in ("evaluate", "gather", "split", "calibrate", "explore"):
        assert 323 < needed(study, step).memory < 2000
        assert 1 < needed(study, step).minutes < 60


def test_training_grows_with_what_it_does(study, raw):
    default = needed(study, "train")
    assert needed(study, "train", n_epochs=1000).minutes > 10 * default.minutes
    assert needed(study, "train", n_epochs=1000, threads=4).minutes < needed(study, "train", n_epochs=1000).minutes / 3
    assert needed(study, "train", batch_size=4800).memory > 2 * default.memory
    assert needed(study, "train", batch_size=4800, micro_batch_size=48) == default
    many = read_study(raw | {"showers": raw["showers"] | {"showers": 1_000_000}})
    for step in ("train", "evaluate", "gather", "explore"):
        assert needed(many, step).memory > needed(study, step).memory
        assert needed(many, step).minutes > needed(study, step).minutes


def test_each_map_of_a_prong_counts():
    study = read_study(merged(read_layers(ROOT, [ROOT / "config/neutrinos/prongs.yaml"], {})))
    place = {"resolution": 222, "seed": 1}
    prongs = job(study, "train", None, representation="prongs", model="transformer_cvn", **place)
    views = job(study, "train", None, representation="views", model="lite0", **place)
    event = {**prongs, "representation": views["representation"]}  # the same network and window on the event alone
    with_prongs, alone = (need(study.size, site(), "train", told) for told in (prongs, event))
    assert with_prongs.memory > alone.memory + 300  # seven maps more of 64 x 64 in each of 16 events
    assert with_prongs.minutes - 15 == pytest.approx(8 * (alone.minutes - 15))


def test_hits_that_are_asked_of_are_held():
    study = read_study(merged(read_layers(ROOT, [ROOT / "config/neutrinos/hits.yaml"], {})))
    place = {"representation": "voxels", "resolution": 444, "model": "sparse_unet", "seed": 1}
    for step, measured in (("train", 2032), ("evaluate", 807)):  # MB
        told = job(study, step, None, **place)
        of_events = {key: value for key, value in told.items() if key != "hit_questions"}
        asked, alone = (need(study.size, site(), step, of).memory for of in (told, of_events))
        assert asked - alone == pytest.approx(4 * study.size.megabytes)
        assert measured < asked < 2.2 * measured


def test_an_evaluation_holds_hits_only_where_its_cell_answers_them():
    raw = merged(read_layers(ROOT, [ROOT / "config/neutrinos/hits.yaml"], {}))
    [block, *others] = raw["grid"]
    more = {"models": [*raw["models"], {"name": "sparse_resnet"}]}
    more |= {"grid": [block, *others, block | {"table": "table2", "models": ["sparse_resnet"]}]}
    study = read_study(raw | more | {"reports": raw["reports"] | {"table2": {"module": "table"}}})
    evaluation, training = (
        lambda step=step, **wildcards: job(study, step, None, **wildcards) for step in ("evaluate", "train")
    )
    memory = requests(study.size, site(), "evaluate", evaluation, training)["mem_mb"]
    place = {"representation": "voxels", "resolution": 444, "seed": 1}
    answers, silent = (memory(place | {"model": model}, 1) for model in ("sparse_unet", "sparse_resnet"))
    assert answers - silent == pytest.approx(4 * study.size.megabytes, abs=2)


def test_files_that_are_read_count_by_their_size(study, raw, tmp_path):
    (tmp_path / "hits.csv").write_bytes(bytes(500_000_000 // 100))
    read = read_study(raw | {"source": "files", "files": {"files": [str(tmp_path / "hits.csv")]}})
    small = need(read.size, site(), "gather", {})
    (tmp_path / "hits.csv").write_bytes(bytes(50_000_000))
    large = need(read.size, site(), "gather", {})
    assert large.memory > small.memory + 100
    assert large.minutes > small.minutes


def test_gpu_is_asked_for_only_where_there_is_one_and_a_network_may_use_it(study):
    wildcards = {"representation": "projection_y", "resolution": 1000, "model": "simple", "seed": 19}
    told = copy.deepcopy(job(study, "train", None, **wildcards))
    assert not needs_gpu(site(), told)
    assert needs_gpu(site(gpu=GPU), told)
    told["model"]["training"]["device"] = "cpu"
    assert not needs_gpu(site(gpu=GPU), told)
    assert not needs_gpu(site(gpu=GPU), job(study, "gather", None))
    long = {"n_epochs": 10_000}
    assert needed(study, "train", site(gpu=GPU), **long).minutes < needed(study, "train", **long).minutes / 5


def test_scratch_knows_the_variables_of_the_job(monkeypatch):
    monkeypatch.setenv("NODE_DISK", "/local/7")
    monkeypatch.delenv("NO_DISK", raising=False)
    assert scratch(site(scratch="$NODE_DISK/me")) == "/local/7/me"
    assert scratch(site(scratch="$NO_DISK/me")) == tempfile.gettempdir()
    assert scratch(site()) == tempfile.gettempdir()


def test_a_rule_asks_for_its_need_and_what_the_site_says(study):
    place = {"representation": "projection_y", "resolution": 1000, "model": "simple", "seed": 19}

    def asked(step: str, cluster: Cluster) -> dict:
        return requests(study.size, cluster, step, lambda **wildcards: job(study, step, None, **wildcards))

    of_training = asked("train", site(partition="long"))
    assert of_training.keys() == {"mem_mb", "runtime", "slurm_partition"}
    assert of_training["slurm_partition"] == "long"
    once = needed(study, "train")
    assert of_training["mem_mb"](place, 2) == pytest.approx(2 * once.memory, abs=2)
    assert of_training["runtime"](place, 2) == pytest.approx(2 * once.minutes, abs=2)
    on_gpu = asked("train", site(gpu=GPU))
    assert [on_gpu[key](place) for key in ("gpu", "gpu_model", "slurm_partition")] == [1, "", "gpu"]
    assert asked("evaluate", site(gpu=GPU)).keys() == {"mem_mb", "runtime"}
