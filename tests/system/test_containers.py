"""Real images, built and run: the same bytes as outside, and nothing of the host in them."""

import json
import os
import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from study import ROOT, Project, checkout, outputs

from showergrid.core.digests import sha256
from showergrid.plan import apptainer as runs
from showergrid.plan import containers

IN_CONTAINERS = ("--software-deployment-method", "apptainer")
IMAGES = "results-test/inputs/projection_y/c100.safetensors"
OTHER_IMAGES = "results-test/inputs/voxels/c100.safetensors"


def build(project: Project, path: str) -> subprocess.Popen[str]:
    """Start `make containers IMAGES=data` without the virtual environment."""
    command = [sys.executable, "scripts/containers.py", "--image", "data"]
    return subprocess.Popen(
        command,
        cwd=project.root,
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def edit_lock(project: Project, **images: dict | None) -> None:
    """Change entries of the lock of record; None removes one."""
    file = project.root / containers.LOCK
    entries = yaml.safe_load(file.read_text()) if file.exists() else {}
    entries = {name: entry for name, entry in {**entries, **images}.items() if entry is not None}
    file.write_text(yaml.safe_dump(entries))


@pytest.fixture(scope="module")
def builds(apptainer, tmp_path_factory) -> tuple[tuple[Project, str], tuple[Project, str]]:
    """Two builds of the data image side by side, with their output: with no image of record, and with another one."""
    first, second = (checkout(tmp_path_factory.mktemp(name)) for name in ("first", "second"))
    edit_lock(first, data=None, torch=None)
    earlier = {"sha256": 64 * "0", "bytes": 1, "inputs": containers.inputs(second.root, "data")}
    edit_lock(second, data={**earlier, "tools": {}, "debian": {"bash": "0.1", "gone": "1.0"}})
    running = [(project, build(project, apptainer)) for project in (first, second)]
    done = [(project, process.communicate()[0], process.returncode) for project, process in running]
    assert all(status == 0 for _, _, status in done), [text for _, text, _ in done]
    return (done[0][0], done[0][1]), (done[1][0], done[1][1])


@pytest.fixture(scope="module")
def image(builds) -> Path:
    return builds[0][0].root / "containers/data.sif"


@pytest.fixture(scope="module")
def contained(builds, apptainer, tmp_path_factory) -> Project:
    """The data and the images of the tiny study, made in containers; take a copy to change it."""
    project = checkout(tmp_path_factory.mktemp("contained"))
    for name in ("data.sif", "images.lock.yaml"):
        shutil.copy2(builds[0][0].root / "containers" / name, project.root / "containers" / name)
    git = ["git", "-C", str(project.root), "-c", "user.name=test", "-c", "user.email=test@example.org"]
    subprocess.run([*git, "commit", "--quiet", "--all", "--allow-empty", "--message", "Images"], check=True)
    snakemake(project, apptainer, "--cores", "2", IMAGES, OTHER_IMAGES)
    return project


@pytest.fixture
def project(contained, tmp_path) -> Iterator[Project]:
    """A copy of `contained` for one test; the image in it is large, so it is removed afterwards."""
    yield contained.copy(tmp_path / "project")
    shutil.rmtree(tmp_path / "project")


def snakemake(project: Project, path: str, *arguments: str, environment: dict[str, str] | None = None, **options):
    return project.snakemake(*arguments, *IN_CONTAINERS, environment={"PATH": path, **(environment or {})}, **options)


def inside(path: str, image: Path, folder: Path, command: str, config: dict | None = None, **host: str) -> str:
    """What a shell command prints in a container of a study in `folder`, on a host with the variables `host`."""
    variables = {**os.environ, "PATH": path, **host}
    runs.prepare(variables, folder, folder, config or {"results": "results"}, ["cpu"])
    line = ["apptainer", "exec", "--home", str(folder), str(image), "bash", "-c", command]
    done = subprocess.run(line, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_same_inputs_give_the_same_bytes(builds):
    (first, _), (second, _) = builds
    assert sha256(first.root / "containers/data.sif") == sha256(second.root / "containers/data.sif")


def test_lock_says_what_the_image_is(builds, image):
    entry = yaml.safe_load((builds[0][0].root / containers.LOCK).read_text())["data"]
    assert entry["sha256"] == sha256(image)
    assert entry["bytes"] == image.stat().st_size
    assert entry["inputs"]["envs/data.txt"] == sha256(ROOT / "envs/data.txt")
    assert {"containers/build.sh", "containers/data/debian.txt"} <= entry["inputs"].keys()
    assert re.match(r"3\.11\.", entry["debian"]["python3"])
    assert entry["tools"].keys() == {"mmdebstrap", "mksquashfs", "pip"}


def test_built_once(builds, apptainer, image):
    before = image.stat()
    process = build(builds[0][0], apptainer)
    assert "up to date" in process.communicate()[0]
    assert (image.stat().st_ino, image.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_image_of_this_machine_stands_beside_the_one_of_record(builds):
    project, printed = builds[1]
    committed = yaml.safe_load((project.root / containers.LOCK).read_text())["data"]
    own = yaml.safe_load((project.root / containers.LOCAL).read_text())["data"]
    assert committed["sha256"] == 64 * "0"
    assert own["sha256"] == sha256(project.root / "containers/data.sif")
    assert f"bash 0.1 -> {own['debian']['bash']}, " in printed
    assert "gone 1.0 -> absent" in printed
    assert containers.environment(project.root, "data")["sha256"] == own["sha256"]
    ignored = ["git", "-C", str(project.root), "status", "--porcelain", "--untracked-files=all"]
    assert "local" not in subprocess.run(ignored, capture_output=True, text=True, check=True).stdout


def test_labels_help_and_test(image, apptainer):
    def call(*command: str) -> str:
        done = subprocess.run(
            ["apptainer", *command, str(image)], env={**os.environ, "PATH": apptainer}, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    labels = call("inspect", "--labels")
    assert sha256(ROOT / "envs/data.txt") in labels
    assert "showergrid-data" in labels
    assert (ROOT / "containers/data/help.txt").read_text().strip() in call("run-help")
    assert "pdflatex and git work" in call("test", "--containall", "--cleanenv")


def test_no_package_source_is_named(image, tmp_path):
    targets = ["apt-get", "indextargets", "--no-release-info", "--format", "$(REPO_URI)"]
    apt = subprocess.run(targets, capture_output=True, text=True, check=True).stdout if shutil.which("apt-get") else ""
    pip = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True)
    named = [*re.findall(r"https?://(?:[^/@\s']*@)?([^/\s']+)", apt), os.environ.get("DEBIAN_MIRROR", "")]
    named += re.findall(r"(?:https?|file)://(?:[^/@\s']*@)?([^\s']+)", pip.stdout)
    hosts = sorted({name.rstrip("/") for name in named if name})
    assert hosts, "this machine names no source, so there is nothing to look for"

    root = tmp_path / "root"
    subprocess.run(["unsquashfs", "-q", "-n", "-o", "32768", "-d", root, image], check=True, stdout=subprocess.DEVNULL)
    assert (root / ".singularity.d/labels.json").exists()
    for host in hosts:
        for folder in (root, ROOT / "containers", Path(__file__).parent):
            grep = ["grep", "-rlaF", "--exclude=*.sif", host, folder]
            matches = subprocess.run(grep, capture_output=True, text=True, check=False)
            assert matches.stdout == "", f"a package source is named in {matches.stdout}"
    shutil.rmtree(root)


def test_data_and_images_have_the_same_bytes_in_the_container(contained, finished):
    actual, expected = outputs(contained.results), outputs(finished.results)
    assert {"data/hits.parquet", "data/split.parquet", "inputs/voxels/c100.safetensors"} <= actual.keys()
    assert [name for name in actual if actual[name] != expected.get(name)] == []


def test_provenance_tells_of_the_container(contained, image):
    record = json.loads(Path(contained.root, f"{IMAGES}.provenance.json").read_text())
    lock = {"container": "containers/data.sif", "sha256": sha256(image), "lock": "envs/data.txt", "differs": {}}
    assert record["environment"] == lock
    head = ["git", "-C", str(contained.root), "rev-parse", "HEAD"]
    commit = subprocess.run(head, capture_output=True, text=True, check=True).stdout.strip()
    assert record["git"] == {"commit": commit, "dirty": False}
    assert record["os"].startswith("Debian GNU/Linux 12")
    assert "pyarrow" in record["packages"]
    assert "snakemake" not in record["packages"]


def test_poison_on_the_host_is_not_swallowed(project, apptainer, tmp_path):
    marks, home, modules = project.root / "marks", tmp_path / "home", tmp_path / "modules"
    marks.mkdir()
    mark = f"import pathlib, sys\npathlib.Path({str(marks)!r}, sys.prefix.replace('/', '_')).touch()\n"
    numpy = "python -c 'import numpy; print(numpy.__file__)'"
    site = ".local/lib/python3.11/site-packages"
    for folder in (modules, home / site, project.root / site):
        folder.mkdir(parents=True)
        (folder / "sitecustomize.py").write_text(mark)
        (folder / "usercustomize.py").write_text(mark)
        (folder / "numpy.py").write_text("raise ImportError('poison')\n")
    (project.root / "sitecustomize.py").write_text(mark)
    host = {
        "PYTHONPATH": str(modules),
        "HOME": str(home),
        "OMP_NUM_THREADS": "7",
        "APPTAINERENV_PYTHONPATH": str(modules),
        "APPTAINER_BIND": str(modules),
        "SLURM_JOB_ID": "4711",
        "SLURM_NODELIST": "node[1-2]",
    }
    on_host = {**os.environ, **host, "PATH": os.pathsep.join([str(Path(sys.executable).parent), apptainer])}
    outside = subprocess.run(["bash", "-c", numpy], env=on_host, capture_output=True, text=True, check=False)
    assert "poison" in outside.stderr
    location = inside(apptainer, project.root / "containers/data.sif", project.root, numpy, **host)
    assert location.startswith("/opt/showergrid/")

    host["PYTHONPATH"] = str(home / site)  # Snakemake itself must still run on the host
    (home / site / "numpy.py").unlink()
    before = (project.results / "data/split.parquet").read_bytes()
    (project.results / "data/split.parquet").unlink()
    snakemake(project, apptainer, "--cores", "1", "results-test/data/split.parquet", environment=host)
    assert (project.results / "data/split.parquet").read_bytes() == before
    marked = {path.name for path in marks.iterdir()}
    assert sys.prefix.replace("/", "_") in marked
    assert "_opt_showergrid" not in marked
    record = json.loads((project.results / "data/split.parquet.provenance.json").read_text())
    assert record["slurm"] == {"JOB_ID": "4711", "NODELIST": "node[1-2]"}
    assert record["threads"]["OMP_NUM_THREADS"] is None
    assert record["environment"]["differs"] == {}


def test_only_named_variables_pass(image, apptainer, tmp_path):
    host = {"CUDA_VISIBLE_DEVICES": "0,1", "SLURM_JOB_ID": "4711", "SECRET": "of the host", "LD_PRELOAD": ""}
    variables = dict(line.split("=", 1) for line in inside(apptainer, image, tmp_path, "env", **host).splitlines())
    assert variables["CUDA_VISIBLE_DEVICES"] == "0,1"
    assert variables["SLURM_JOB_ID"] == "4711"
    assert "SECRET" not in variables
    assert variables["HOME"] == str(tmp_path)


def test_only_named_places_are_there(image, apptainer, tmp_path):
    study, store, hidden = (tmp_path / name for name in ("study", "a store, with: odd names", "hidden"))
    for folder in (study, store, hidden):
        folder.mkdir()
        (folder / "file").write_text(folder.name)
    (tmp_path / "scratch").mkdir()
    (study / "results").symlink_to(tmp_path / "scratch")
    config = {"results": "results", "ingest": {"files": [str(store / "file")]}, "models": [{"weights": "../store"}]}
    command = f"cat {str(store / 'file')!r}; touch results/made; ls {str(tmp_path)!r}; ls -A /root /home"
    printed = inside(apptainer, image, study, command, config)
    assert printed.startswith(store.name)
    assert (tmp_path / "scratch/made").exists()
    assert "hidden" not in printed
    for account in (pwd.getpwuid(os.getuid()).pw_dir, "/home"):
        assert [name for name in os.listdir(account) if not name.startswith(".") and name in printed.split()] == []
    read_only = f"touch {str(store / 'file')!r} 2> /dev/null || echo refused"
    assert inside(apptainer, image, study, read_only, config) == "refused\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_can_run_it(image, apptainer, tmp_path):
    folder = Path("/var/tmp/showergrid-user")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        shutil.copy(image, folder / "data.sif")
        shutil.chown(folder, "nobody")
        variables = {"PATH": apptainer, "SLURM_JOB_ID": "5"}
        runs.prepare(variables, folder, folder, {"results": "results"}, ["cpu"])
        command = "python -c 'import numpy; print(numpy.arange(3).sum())' > made; echo $SLURM_JOB_ID >> made"
        user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        line = [*user, "apptainer", "exec", "--home", str(folder), "data.sif", "bash", "-c", command]
        subprocess.run(line, cwd=folder, env=variables, check=True)
        assert (folder / "made").read_text() == "3\n5\n"
    finally:
        shutil.rmtree(folder)


def test_study_in_another_place(contained, project, apptainer, tmp_path):
    project.edit("config/electron_photon/test.yaml", "results: results-test", f"results: {tmp_path}/elsewhere")
    snakemake(project, apptainer, "--cores", "1", f"{tmp_path}/elsewhere/data/shards/0.hits.parquet")
    moved, original = (folder / "data/shards/0.hits.parquet" for folder in (tmp_path / "elsewhere", contained.results))
    assert moved.read_bytes() == original.read_bytes()


def test_changed_image_plans_its_rules(project, apptainer):
    plan = snakemake(project, apptainer, "--dry-run", IMAGES, OTHER_IMAGES).stdout
    assert "Nothing to be done" in plan
    sif = project.root / "containers/data.sif"
    with open(sif, "ab") as file:
        file.write(b"\0")
    entry = yaml.safe_load((project.root / containers.LOCK).read_text())["data"]
    edit_lock(project, data={**entry, "sha256": sha256(sif)})
    plan = snakemake(project, apptainer, "--dry-run", IMAGES).stdout
    for rule in ("shard", "gather", "split", "calibrate", "calibrate_inputs", "represent"):
        assert re.search(rf"^rule {rule}:", plan, re.M), plan
    assert "params have changed" in plan.lower()


@pytest.mark.parametrize("how", ["byte", "missing", "lock", "unknown"])
def test_wrong_image_is_refused_before_any_job(project, apptainer, how):
    sif = project.root / "containers/data.sif"
    assert containers.environment(project.root, "data")  # now its digest is remembered
    status = sif.stat()
    match how:
        case "byte":
            with open(sif, "r+b") as file:
                file.seek(status.st_size // 2)
                byte = file.read(1)
                file.seek(-1, os.SEEK_CUR)
                file.write(bytes([byte[0] ^ 1]))
            os.utime(sif, ns=(status.st_atime_ns, status.st_mtime_ns))
            expected = (
                r"containers/data\.sif has sha256 [0-9a-f]{64}, and containers/images\.lock\.yaml says [0-9a-f]{64}"
            )
        case "missing":
            sif.unlink()
            expected = r"containers/data\.sif is not there; .*make containers"
        case "lock":
            with open(project.root / "envs/data.txt", "a") as file:
                file.write("another==1.0\n")
            expected = r"envs/data\.txt is not the one that containers/data\.sif was built from; run: make containers"
        case "unknown":
            edit_lock(project, data=None, torch=None)
            expected = r"containers/images\.lock\.yaml: says nothing of containers/data\.sif; run: make containers"
    (project.results / "data/split.parquet").unlink()
    done = snakemake(project, apptainer, "--cores", "1", IMAGES, check=False)
    assert done.returncode != 0
    lines = [line for line in done.stdout.splitlines() if re.search(expected, line)]
    assert len(lines) == 1, done.stdout
    assert "Traceback" not in done.stdout
    assert not re.search(r"^(local)?rule ", done.stdout, re.M)


@pytest.mark.parametrize("missing", ["apptainer", "mmdebstrap"])
def test_build_says_what_is_missing(apptainer, tmp_path, missing):
    project = checkout(tmp_path)
    edit_lock(project, data=None, torch=None)
    programs = tmp_path / "programs"
    programs.mkdir()
    for program in {"apptainer", "mmdebstrap", "mksquashfs"} - {missing}:
        (programs / program).symlink_to(shutil.which(program, path=apptainer))
    process = build(project, str(programs))
    lines = process.communicate()[0].splitlines()
    assert process.returncode == 1
    assert len(lines) == 1
    assert f"building needs {missing} " in lines[0]
