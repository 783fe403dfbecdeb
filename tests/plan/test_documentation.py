"""README is short, and every link of the documentation leads somewhere."""

import json
import re
from pathlib import Path

import pytest
import yaml

from showergrid.plan.checks import read_study
from showergrid.plan.layers import merged, read_layers

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 200


def test_readme_leads_to_every_page():
    linked = set(re.findall(r"\]\((docs/\w+\.md)", (ROOT / "README.md").read_text()))
    assert linked == {str(page.relative_to(ROOT)) for page in PAGES if page.parent.name == "docs"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text())
    broken = [link for link in links if not link.startswith("http") and not leads(page, link)]
    assert not broken


def leads(page: Path, link: str) -> bool:
    """Whether there is such a file, and such a heading in it."""
    name, _, anchor = link.partition("#")
    file = page.parent / name if name else page
    return file.exists() and (not anchor or anchor in anchors(file))


def anchors(file: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", file.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


STUDIES = [
    pytest.param(text, id=f"{page.stem}-{number}")
    for page in PAGES
    if page.stem != "ingest"  # whose examples are column maps, which tests/sources read
    for number, text in enumerate(re.findall(r"^```yaml\n(.*?)^```", page.read_text(), re.M | re.S))
]


@pytest.mark.parametrize("text", STUDIES)
def test_studies_of_the_pages_can_be_planned(tmp_path, text):
    study = tmp_path / "mine.yaml"
    study.write_text(text)
    assert read_study(merged(read_layers(ROOT, [study], {}))).cells


def test_the_workflow_for_github_runs_the_commands_of_readme():
    workflow = yaml.safe_load((ROOT / ".github/workflows/table1.yml").read_text())
    commands = [step["run"] for step in workflow["jobs"]["table1"]["steps"] if "run" in step]
    first = re.search(r"```sh\n(git clone .*?)```", (ROOT / "README.md").read_text(), re.S)[1].splitlines()
    assert commands == [line for line in first if not line.startswith("git clone")]  # the checkout does that


def test_the_devcontainer_installs_what_readme_asks_for():
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())
    installed = (ROOT / ".devcontainer" / container["build"]["dockerfile"]).read_text()
    assert {"git", "make", "python3-venv", "texlive-latex-base", "texlive-latex-recommended"} <= set(installed.split())
    target = container["postCreateCommand"].removeprefix("make ")
    assert f"\n{target}:" in (ROOT / "Makefile").read_text()


def test_the_catalogue_says_how_software_is_deployed():
    usage = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text())["usage"]
    assert usage["software-stack-deployment"] == {"conda": False, "singularity": True, "singularity+conda": False}


def test_make_help_names_every_target_and_the_archive():
    text = (ROOT / "Makefile").read_text()
    shown = re.search(r"^help:\n((?:\t.*\n)+)", text, re.M)[1]
    targets = re.search(r"^\.PHONY: (.*)$", text, re.M)[1].split()
    inner = {"help", "environment", "packages", "FORCE"}
    assert {target for target in targets if f"make {target}" not in shown} == inner
    assert "snakemake results/archive/showergrid.tar.zst" in shown
