"""Write what describes the configuration: config/schema.json, for editors and programs, and docs/configuration.md."""

import argparse
import json
from pathlib import Path

from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.plan.config import Config
from showergrid.plan.reference_page import page

ROOT = Path(__file__).resolve().parents[1]


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    schema = json.dumps(Config.model_json_schema(), indent=1, sort_keys=True) + "\n"
    for name, text in (("config/schema.json", schema), ("docs/configuration.md", page())):
        with replacing(a.folder / name) as partial:
            partial.write_text(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT, help="where to write both; by default the project's own")
    run(main, parser)
