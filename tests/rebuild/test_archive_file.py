"""The parts of an archive: git bundles, Snakemake's records, the page."""

import base64
import json
import subprocess

import pytest
from markupsafe import escape as html_escape

from showergrid.core.digests import digest, listing
from showergrid.core.errors import InputError
from showergrid.rebuild import repository, snakemake_metadata
from showergrid.rebuild.settings import Archive, ArchiveJob
from showergrid.report.formats import markdown
from showergrid.report.formats.html import from_markdown


def git(folder, *arguments):
    subprocess.run(
        ["git", "-C", str(folder), "-c", "user.name=test", "-c", "user.email=test@example.org", *arguments],
        check=True,
        capture_output=True,
    )


@pytest.fixture
def project(tmp_path):
    """A repository with some history."""
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "--quiet")
    for number in range(5):
        (folder / "code.py").write_text("".join(f"x{i} = {i * number}\n" for i in range(300)))
        (folder / f"text {number}.md").write_text("the same text\n" * number)
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message", f"Commit {number}")
    (folder / ".gitignore").write_text("ignored\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Ignore")
    return folder


def test_state_names_what_differs(project):
    assert repository.state(project).changes == ()
    (project / "code.py").write_text("")
    (project / "text 1.md").unlink()
    (project / "new").mkdir()
    (project / "new" / "file with spaces").touch()
    (project / "ignored").touch()
    assert repository.state(project).changes == ("code.py", "new/file with spaces", "text 1.md")
    assert "text 1.md" not in repository.files(project)
    assert {"new/file with spaces", "code.py"} <= {*repository.files(project)}
    assert "ignored" not in repository.files(project)


def test_bundle_does_not_tell_how_the_repository_is_packed(project, tmp_path):
    commit = repository.state(project).commit
    loose = repository.bundle(project, commit)
    git(project, "gc", "--quiet", "--aggressive")
    git(project, "commit-graph", "write")
    assert repository.bundle(project, commit) == loose
    git(tmp_path, "clone", "--quiet", str(project), str(tmp_path / "clone"))
    assert repository.bundle(tmp_path / "clone", commit) == loose


def test_bundle_is_cloned(project, tmp_path):
    (tmp_path / "project.bundle").write_bytes(repository.bundle(project, repository.state(project).commit))
    git(tmp_path, "clone", "--quiet", "project.bundle", "clone")
    log = [
        subprocess.run(["git", "-C", str(folder), "log", "--format=%H %s"], capture_output=True, check=True).stdout
        for folder in (project, tmp_path / "clone")
    ]
    assert log[0] == log[1]
    assert log[0].count(b"\n") == 6
    assert (tmp_path / "clone" / "code.py").read_text() == (project / "code.py").read_text()


def test_history_in_part_is_refused(project, tmp_path):
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{project}", "shallow")
    with pytest.raises(InputError, match="git fetch --unshallow"):
        repository.state(tmp_path / "shallow")


def test_no_repository_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(InputError, match="not a git repository"):
        repository.state(tmp_path)


@pytest.fixture
def remembered(tmp_path):
    """Records as Snakemake writes them: raw -> a, b (one job) -> c; and one of another study."""

    def record(output, command, inputs):
        encoded = base64.urlsafe_b64encode(output.encode()).decode()
        parts = [encoded[i : i + 254] for i in range(0, len(encoded), 254)]
        path = tmp_path.joinpath(snakemake_metadata.FOLDER, *[f"@{part}" for part in parts[:-1]], parts[-1])
        path.parent.mkdir(parents=True, exist_ok=True)
        checksums = {name: f"sha256:{digest(name.encode()).sha256}" for name in inputs}
        path.write_text(json.dumps({"shellcmd": command, "input": inputs, "input_checksums": checksums}))

    record("r/a", "make ab", ["raw"])
    record("r/" + "b" * 300, "make ab", ["raw"])
    record("r/c", "make c", ["r/a", "code.py"])
    record("s/a", "make other", ["raw"])
    return tmp_path


def test_records_of_an_output_and_of_all_it_was_made_of(remembered):
    recalled = snakemake_metadata.recall(remembered, ["r/c"])
    assert sorted(recalled) == ["r/a", "r/" + "b" * 300, "r/c"]
    assert recalled["r/c"].inputs == {name: digest(name.encode()).sha256 for name in ("r/a", "code.py")}
    assert all((remembered / record.path).is_file() for record in recalled.values())


def test_output_without_a_record_is_refused(remembered):
    with pytest.raises(InputError, match=r"r/d: Snakemake has no record of making it \(1 of 2"):
        snakemake_metadata.recall(remembered, ["r/c", "r/d"])


def test_digests_are_those_of_sha256sum(tmp_path):
    (tmp_path / "a file").write_bytes(b"abc")
    (tmp_path / "SUMS").write_bytes(listing({"a file": digest(tmp_path / "a file").sha256}))
    # FIPS 180-2, appendix B.1
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert (tmp_path / "SUMS").read_text() == f"{known}  a file\n"
    done = subprocess.run(["sha256sum", "--check", "SUMS"], cwd=tmp_path, capture_output=True, check=False)
    assert done.stdout == b"a file: OK\n"


def test_files_of_the_study():
    job = ArchiveJob(
        results="results",
        archive=Archive(images=False, data=True, dirty=False),
        study={},
        commit="c",
        changes=[],
        made=[{"folders": ["cells/a/", "cells/b/"], "names": ["m", "n"]}, {"folders": [""], "names": ["table1.tex"]}],
    )
    cells = [f"results/cells/{cell}/{name}" for cell in "ab" for name in "mn"]
    assert job.files == [*cells, "results/table1.tex"]


def test_page_shows_a_markdown_table():
    text = "What < it shows.\n\n| a | b |\n| --- | ---: |\n| **.5** (+.1)† | `x` |\n\nMore.\n"
    (caption, rows), (more, none) = from_markdown(text)
    assert caption == "What &lt; it shows."
    assert rows == [["a", "b"], ["<strong>.5</strong> (+.1)†", "<code>x</code>"]]
    assert (more, none) == ("More.", [])


@pytest.mark.parametrize("text", ["pixel [cm]", "a | b", "1 < 2 > 0", "two * three_", "back`tick", "a\\b"])
def test_page_shows_what_markdown_escapes(text):
    grid = [f"| {markdown.escape(text)} | end |", "| --- | --- |"]
    (_, (cells,)), *_ = from_markdown("\n".join([markdown.escape(text), "", *grid]))
    assert [str(cell) for cell in cells] == [str(html_escape(text)), "end"]
