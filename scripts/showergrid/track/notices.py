"""One message at the end of a call of snakemake, through a command or to a web address that the study names."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from showergrid.track.settings import Notify

PATIENCE = 20  # seconds that a receiver has


def finished(study: str) -> dict[str, Any]:
    """The message that all went well."""
    return {"text": f"showergrid: {study}: finished", "study": study, "status": "finished", "failed": []}


def failed(study: str, logs: Iterable[str]) -> dict[str, Any]:
    """The message of each rule that failed and the log of its job, as read from Snakemake's own `logs`."""
    text = "\n".join(Path(log).read_text(errors="replace") for log in logs if Path(log).is_file())
    blocks = re.findall(r"^Error in rule (\w+):\n((?: {4}.*\n)*)", text, re.M)
    logs = [re.search(r"^ {4}log: (\S+)", lines, re.M) for _, lines in blocks]
    jobs = [f"{rule} ({match[1]})" if match else rule for (rule, _), match in zip(blocks, logs, strict=True)]
    jobs = list(dict.fromkeys(jobs))
    return {
        "text": f"showergrid: {study}: failed: {', '.join(jobs) or 'see what snakemake printed'}",
        "study": study,
        "status": "failed",
        "failed": jobs,
    }


def send(receivers: Notify, message: dict[str, Any]) -> None:
    """Give the text of `message` to the command on its standard input, and all of it as JSON to the web address.

    A failure to send is reported in one line: a lost message changes nothing in the study.
    """
    if receivers.command:
        try:
            subprocess.run(receivers.command, input=f"{message['text']}\n", text=True, check=True, timeout=PATIENCE)
        except (OSError, subprocess.SubprocessError) as error:
            _warn("command", error)
    if receivers.webhook:
        request = urllib.request.Request(
            receivers.webhook, json.dumps(message).encode(), {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE):
                pass
        except (OSError, ValueError) as error:
            _warn("webhook", error)


def _warn(key: str, error: Exception) -> None:
    print(f"showergrid: notify: {key}: not told: {' '.join(str(error).split())}", file=sys.stderr)
