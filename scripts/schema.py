"""Write the JSON schema of the configuration, for editors and for other programs."""

import argparse
import json
from pathlib import Path

from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.plan.config import Config


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    text = json.dumps(Config.model_json_schema(), indent=1, sort_keys=True) + "\n"
    if a.output is None:
        print(text, end="")
        return
    with replacing(a.output) as partial:
        partial.write_text(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, help="schema to write, such as config/schema.json; without it: print it")
    run(main, parser)
