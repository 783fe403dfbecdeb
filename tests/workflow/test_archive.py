"""The archive of a finished study: the same bytes twice, whole, described, and enough to make its parts again."""

import hashlib
import importlib.resources
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pytest
import yaml
from study import HOST, ROOT, Project

ARCHIVE = "results-test/archive/showergrid.tar.zst"
CELL = "projection_y/c200/simple/seed19"


def archive(project: Project, *options: str) -> Path:
    project.snakemake("--cores", "1", ARCHIVE, *options)
    return project.root / ARCHIVE


def unpacked(file: Path, folder: Path) -> Path:
    """Unpack an archive with plain tar and Zstandard."""
    with pa.CompressedInputStream(str(file), "zstd") as stream, tarfile.open(fileobj=stream, mode="r|") as members:
        members.extractall(folder, filter="data")
    return folder / "showergrid"


@pytest.fixture(scope="module")
def archived(finished, tmp_path_factory) -> Project:
    """The finished study with its archive; leave it as it is."""
    project = finished.copy(tmp_path_factory.mktemp("archived") / "project")
    archive(project)
    return project


@pytest.fixture(scope="module")
def whole(archived, tmp_path_factory) -> Path:
    """The archive unpacked; leave it as it is."""
    return unpacked(archived.root / ARCHIVE, tmp_path_factory.mktemp("whole"))


@pytest.fixture
def folder(whole, tmp_path) -> Path:
    """A copy of the unpacked archive, for one test."""
    subprocess.run(["cp", "-a", str(whole), str(tmp_path / "showergrid")], check=True)
    return tmp_path / "showergrid"


def verify(folder: Path, *options: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    """Run the archive's own script from another folder, without network and with an empty home folder."""
    home = folder.parent / "home"
    home.mkdir(exist_ok=True)
    command = ["sh", str(folder / "archive/verify.sh"), *options, *(["--python", python] if python else [])]
    return subprocess.run(
        [*WITHOUT_NETWORK, *command],
        cwd=home,
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def without_network() -> list[str]:
    for command in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        if (
            shutil.which("unshare")
            and not subprocess.run([*command, "true"], capture_output=True, check=False).returncode
        ):
            return command
    return []


WITHOUT_NETWORK = without_network()
needs_namespace = pytest.mark.skipif(not WITHOUT_NETWORK, reason="this system lets no test take its network away")


def test_same_bytes_from_another_folder(archived, finished, tmp_path):
    other = finished.copy(tmp_path / "elsewhere")
    for path in other.results.rglob("*"):
        os.utime(path, (1, 1))
    git = ["git", "-C", str(other.root)]
    subprocess.run([*git, "gc", "--quiet", "--aggressive"], check=True)
    assert archive(other).read_bytes() == (archived.root / ARCHIVE).read_bytes()


def test_members_stand_for_nobody_and_no_time(archived):
    with (
        pa.CompressedInputStream(str(archived.root / ARCHIVE), "zstd") as stream,
        tarfile.open(fileobj=stream, mode="r|") as members,
    ):
        entries = list(members)
    commit = subprocess.run(
        ["git", "-C", str(archived.root), "show", "--no-patch", "--format=%ct"], capture_output=True, check=True
    )
    assert {(entry.uid, entry.gid, entry.uname, entry.gname) for entry in entries} == {(0, 0, "", "")}
    assert {entry.mtime for entry in entries} == {int(commit.stdout)}
    assert entries[0].name == "showergrid/SHA256SUMS"


def test_every_file_has_its_digest(whole):
    listed = dict(reversed(line.split("  ", 1)) for line in (whole / "SHA256SUMS").read_text().splitlines())
    files = {str(path.relative_to(whole)): path for path in whole.rglob("*") if path.is_file()}
    del files["SHA256SUMS"]
    assert listed == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}


def test_what_is_inside(whole, finished):
    for path in finished.results.rglob("*"):
        name = path.relative_to(finished.results)
        shard = name.parts[:2] == ("data", "shards") and path.suffix == ".parquet"
        if path.is_file() and name.parts[0] not in ("logs", "benchmarks") and not shard:
            assert (whole / "results-test" / name).read_bytes() == path.read_bytes(), name
    for name in (
        "Snakefile",
        "envs/torch.txt",
        "config/electron_photon/test.yaml",
        "CITATION.cff",
        ".zenodo.json",
        "scripts/train.py",
    ):
        assert (whole / name).read_bytes() == (finished.root / name).read_bytes()


def test_bundle_is_the_commit(whole, finished, tmp_path):
    subprocess.run(["git", "clone", "--quiet", str(whole / "showergrid.bundle"), str(tmp_path / "clone")], check=True)
    commits = {
        subprocess.run(["git", "-C", str(place), "rev-parse", "HEAD"], capture_output=True, check=True).stdout
        for place in (tmp_path / "clone", finished.root)
    }
    assert len(commits) == 1
    assert (tmp_path / "clone/Snakefile").read_bytes() == (finished.root / "Snakefile").read_bytes()


def test_nothing_names_the_machine(whole, archived):
    for path in whole.rglob("*"):
        if path.is_file() and not path.name.endswith("provenance.json"):
            content = path.read_bytes()
            assert str(archived.root.parent).encode() not in content, path
            assert path.is_relative_to(whole / "tests") or HOST.encode() not in content, path


def test_job_leaves_a_record(archived):
    record = json.loads((archived.root / f"{ARCHIVE}.provenance.json").read_text())
    content = (archived.root / ARCHIVE).read_bytes()
    assert record["outputs"]["archive"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert record["environment"]["lock"] == "envs/workflow.txt"


# Described


def validated(folder: Path, cache: Path) -> list[str]:
    """Faults that roc-validator finds; the context of RO-Crate 1.1, which it would fetch, is taken from rocrate."""
    from requests import Request
    from requests_cache.models import CachedRequest, CachedResponse
    from rocrate_validator import models, services
    from rocrate_validator.utils.http import HttpRequester

    url = "https://w3id.org/ro/crate/1.1/context"
    context = (importlib.resources.files("rocrate") / "data/ro-crate.jsonld").read_bytes()
    assert json.loads(context)["@id"] == url
    store = HttpRequester.initialize_cache(cache_path=str(cache), offline=True).session.cache
    answer = CachedResponse(
        status_code=200,
        url=url,
        headers={"Content-Type": "application/ld+json"},
        request=CachedRequest(method="GET", url=url),
    )
    answer._content = context
    request = Request("GET", url, headers={"Accept": "application/ld+json, application/json"}).prepare()
    store.save_response(answer, store.create_key(request))
    settings = services.ValidationSettings(
        rocrate_uri=str(folder),
        profile_identifier="workflow-run-crate",
        requirement_severity=models.Severity.REQUIRED,
        cache_path=str(cache),
        offline=True,
    )
    return [f"{issue.check.identifier}: {issue.message}" for issue in services.validate(settings).get_issues()]


def test_validator_accepts_the_crate(folder, tmp_path):
    assert validated(folder, tmp_path / "cache") == []
    crate = json.loads((folder / "ro-crate-metadata.json").read_text())
    for entity in crate["@graph"]:
        entity.pop("instrument", None)
    (folder / "ro-crate-metadata.json").write_text(json.dumps(crate))
    assert any("instrument" in issue for issue in validated(folder, tmp_path / "cache"))


def test_crate_has_every_file_with_its_digest(whole):
    crate = json.loads((whole / "ro-crate-metadata.json").read_text())
    described = {entity["@id"]: entity.get("sha256") for entity in crate["@graph"] if "File" in entity["@type"]}
    listed = dict(reversed(line.split("  ", 1)) for line in (whole / "SHA256SUMS").read_text().splitlines())
    del listed["ro-crate-metadata.json"]
    assert {name.replace("%3D", "="): sha256 for name, sha256 in described.items()} == {**listed, "SHA256SUMS": None}


class Page(HTMLParser):
    """Text, tags, and what a browser would open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ("href", "src")]

    def handle_data(self, data):
        self.text += data


def test_page_opens_alone_and_shows_the_table(whole):
    page = Page((whole / "README.html").read_text())
    assert {"script", "link", "img", "iframe"} & {*page.tags} == set()
    assert page.links
    assert all((whole / link).is_file() for link in page.links)
    lines = (whole / "results-test/table1.md").read_text().splitlines()
    row = next(line for line in lines if line.startswith("| simple"))
    for cell in row.strip("| ").split(" | "):
        assert cell.replace("**", "") in page.text
    for name in ("results-test/data/hits.parquet", "results-test/table1.tex"):
        assert hashlib.sha256((whole / name).read_bytes()).hexdigest() in page.text


def test_citation_and_zenodo_say_the_same():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    zenodo = json.loads((ROOT / ".zenodo.json").read_text())
    for key in ("title", "version", "license", "keywords"):
        assert zenodo[key] == citation[key]
    assert zenodo["description"] == " ".join(citation["abstract"].split())
    assert [author["name"] for author in zenodo["creators"]] == [author["name"] for author in citation["authors"]]


# Unpacked, it is the workflow


def test_unpacked_plans_nothing(folder):
    assert Project(folder).plan(config="study.yaml").jobs == []


def test_unpacked_learning_rate_plans_its_cells(folder):
    project = Project(folder)
    study = yaml.safe_load((folder / "study.yaml").read_text())
    next(model for model in study["models"] if model["name"] == "complex")["optim_lr"] = 0.005
    (folder / "study.yaml").write_text(yaml.safe_dump(study))
    plan = project.plan("results-test/table1.tex", config="study.yaml")
    assert plan.of("model") == {"complex"}
    assert dict(plan.rules) == {"train": 2, "evaluate": 2, "report": 1}


def test_unpacked_seed_of_the_showers_plans_everything(folder):
    project = Project(folder)
    study = yaml.safe_load((folder / "study.yaml").read_text())
    study["showers"]["seed"] += 1
    (folder / "study.yaml").write_text(yaml.safe_dump(study))
    plan = project.plan("results-test/table1.tex", config="study.yaml")
    assert plan.rules["shard"] == 4
    assert plan.rules["train"] > 4


# Verified


@needs_namespace
def test_verified_offline(folder):
    done = verify(folder, "--cell", CELL)
    assert done.returncode == 0, done.stdout
    same = set(re.findall(r"^same +(\S+)$", done.stdout, re.M))
    tables = {f"results-test/table1.{suffix}" for suffix in ("tex", "csv", "md")}
    files = {f"results-test/cells/{CELL}/{name}" for name in ("model.safetensors", "history.csv", "metrics.json")}
    assert tables | files | {f"results-test/cells/{CELL}/predictions.parquet"} <= same
    assert "All is the same" in done.stdout


@needs_namespace
def test_verified_in_the_images(folder):
    images = [ROOT / f"containers/{name}.sif" for name in ("data", "torch")]
    if shutil.which("apptainer") is None or not all(image.is_file() for image in images):
        pytest.skip("needs apptainer and containers/data.sif and torch.sif (make containers)")
    for image in images:
        (folder / "containers" / image.name).symlink_to(image)
    done = verify(folder, "--cell", CELL, python="")
    assert "container images of the archive compute" in done.stdout
    assert done.returncode == 0, done.stdout
    assert f"same       results-test/cells/{CELL}/model.safetensors" in done.stdout


def test_verify_writes_nothing_into_the_folder(folder):
    before = sorted(folder.rglob("*"))
    verify(folder, "--cell", "none")
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("damage", "word"),
    [("flipped", "different"), ("missing", "missing"), ("truncated", "different"), ("added", "added")],
)
def test_damage_is_named(folder, damage, word):
    name = "scripts/showergrid/numpy.py" if damage == "added" else "results-test/data/hits.parquet"
    path = folder / name
    if damage == "flipped":
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif damage == "missing":
        path.unlink()
    elif damage == "truncated":
        os.truncate(path, 100)
    else:
        path.touch()
    done = verify(folder, "--cell", "none")
    assert done.returncode == 1
    assert re.findall(r"^(?:different|missing|added) +(\S+)$", done.stdout, re.M) == [name]
    assert re.search(rf"^{word} ", done.stdout, re.M)


def test_another_table_is_told_from_the_archived_one(folder):
    """The table and its digest are both changed: only making the table again shows it."""
    table, sums = folder / "results-test/table1.csv", folder / "SHA256SUMS"
    was = hashlib.sha256(table.read_bytes()).hexdigest()
    table.write_text(table.read_text().replace("0.5", "0.9", 1))
    sums.write_text(sums.read_text().replace(was, hashlib.sha256(table.read_bytes()).hexdigest()))
    done = verify(folder, "--cell", "none")
    assert done.returncode == 1
    assert re.findall(r"^different +(\S+)$", done.stdout, re.M) == ["results-test/table1.csv"]


def test_unknown_cell_is_refused(folder):
    done = verify(folder, "--cell", "projection_y/c200/simple/seed7")
    assert done.returncode == 1
    assert "no cell of this archive has this name" in done.stdout
    assert CELL in done.stdout


def scripts_verify(project: Project, file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/verify.py", str(file), "--cell", "none", "--python", sys.executable]
    return subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False)


def test_make_verify(archived, tmp_path):
    assert scripts_verify(archived, archived.root / ARCHIVE).returncode == 0
    content = (archived.root / ARCHIVE).read_bytes()
    (tmp_path / "short.tar.zst").write_bytes(content[: len(content) // 2])
    short = scripts_verify(archived, tmp_path / "short.tar.zst")
    assert short.returncode == 1
    assert re.search(r"short.tar.zst: is damaged or ends too early .*: showergrid/\S+ is its last", short.stderr)
    assert len(short.stderr.splitlines()) == 1


# Refused, and left out


def test_dirty_tree_is_refused_or_named(project):
    project.edit("README.md", "# showergrid", "# Showergrid")
    (project.root / "config/mine.yaml").write_text("results: results-mine\n")
    refused = project.snakemake("--cores", "1", ARCHIVE, check=False)
    assert refused.returncode != 0
    line = next(line for line in refused.stdout.splitlines() if "would not be that of a commit" in line)
    assert "README.md, config/mine.yaml" in line
    assert not (project.root / ARCHIVE).exists()

    folder = unpacked(archive(project, "--config", "archive={dirty: true}"), project.root.parent)
    assert (folder / "README.md").read_text().startswith("# Showergrid")
    for name in ("README.html", "ro-crate-metadata.json"):
        text = (folder / name).read_text()
        assert "README.md" in text
        assert "config/mine.yaml" in text
    assert "not those of the commit" in (folder / "README.html").read_text()


def test_digests_in_place_of_the_data(project):
    folder = unpacked(archive(project, "--config", "archive={data: false}"), project.root.parent)
    assert not list(folder.rglob("hits.parquet")) + list((folder / "results-test/images").rglob("*.safetensors"))
    listed = dict(reversed(line.split("  ", 1)) for line in (folder / "not-archived.sha256").read_text().splitlines())
    for name in ("data/hits.parquet", "data/split.parquet", "inputs/projection_y/c200.safetensors"):
        assert listed[f"results-test/{name}"] == hashlib.sha256((project.results / name).read_bytes()).hexdigest()
    assert Project(folder).plan(config="study.yaml").jobs == []
    done = verify(folder, "--cell", CELL)
    assert done.returncode == 1
    assert "same       results-test/table1.csv" in done.stdout
    assert re.search(rf"{CELL}: results-test/\S+, which it is made of, is not in this archive", done.stdout)


def test_results_made_of_something_else_are_refused(project):
    """The record was kept while the file was exchanged, with its times."""
    metrics = project.cell("projection_y", 200, "simple", 19) / "metrics.json"
    status = metrics.stat()
    metrics.write_text(metrics.read_text().replace('"best_epoch": 1', '"best_epoch": 2').replace("\n", "\n "))
    os.utime(metrics, ns=(status.st_atime_ns, status.st_mtime_ns))
    done = project.snakemake("--cores", "1", ARCHIVE, check=False)
    assert done.returncode != 0
    assert "metrics.json: is not the file that" in done.stdout
