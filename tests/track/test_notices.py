"""The message at the end: to a command, to a web address, and lost without harm."""

import http.server
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pydantic import ValidationError

from showergrid.track import notices
from showergrid.track.settings import Notify

LOG = """
Error in rule train:
    message: None
    jobid: 3
    log: results/logs/train/a.log (check log file(s) for error details)

Error in rule split:
    jobid: 4
"""
MESSAGE = {"text": "a; touch X $(touch Y)", "study": "results", "status": "failed", "failed": []}


@pytest.fixture
def receiver():
    """The address of a local web server, and what was posted to it."""
    posted = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.append((self.path, self.headers["Content-Type"], json.loads(body)))
            self.send_response(500 if self.path == "/broken" else 200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", posted
        server.shutdown()


def test_failed_jobs_are_named_with_their_logs(tmp_path):
    (tmp_path / "log").write_text(LOG)
    message = notices.failed("results", [str(tmp_path / "log")])
    assert message["failed"] == ["train (results/logs/train/a.log)", "split"]
    assert message["text"] == "showergrid: results: failed: train (results/logs/train/a.log), split"


def test_command_gets_the_text_and_no_shell_sees_it(tmp_path):
    script = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())"
    out = tmp_path / "told; touch Z"
    notices.send(Notify(command=[sys.executable, "-c", script, str(out)], webhook=None), MESSAGE)
    assert out.read_text() == "a; touch X $(touch Y)\n"
    assert [path.name for path in tmp_path.iterdir()] == ["told; touch Z"]


def test_webhook_gets_json(receiver):
    address, posted = receiver
    notices.send(Notify(command=None, webhook=f"{address}/hook"), MESSAGE)
    assert posted == [("/hook", "application/json", MESSAGE)]


def test_what_cannot_be_told_is_one_line_each(receiver, capsys):
    address, _ = receiver
    notices.send(Notify(command=["no-such-command"], webhook=f"{address}/broken"), MESSAGE)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(": not told: ")[0] for line in lines] == [
        f"showergrid: notify: {key}" for key in ("command", "webhook")
    ]


@pytest.mark.parametrize("webhook", ["file:///etc/passwd", "http://me:secret@example.org/x", "example.org"])
def test_other_addresses_are_refused(webhook):
    with pytest.raises(ValidationError):
        Notify(command=None, webhook=webhook)


def test_snakemake_tells_of_its_end(checked_out, receiver, tmp_path):
    """One real call ends well, another has a job that fails; Snakemake keeps its own exit status."""
    address, posted = receiver
    snakefile = tmp_path / "Snakefile"
    handlers = Path(checked_out.root, "rules/track.smk").read_text().partition("\nonsuccess:")
    snakefile.write_text(f"""
import sys
from types import SimpleNamespace
sys.path.insert(0, {str(checked_out.root / "scripts")!r})
from showergrid.track import notices
from showergrid.track.settings import Notify
STUDY = SimpleNamespace(config=SimpleNamespace(notify=Notify(command=["no-such-command"], webhook="{address}/hook")))
RESULTS = "results-x"
{"".join(handlers[1:])}
rule good:
    output: "good"
    shell: "touch {{output}}"
rule bad:
    output: "bad"
    log: "bad.log"
    shell: "echo no > {{log}}; false"
""")
    command = [
        sys.executable,
        "-m",
        "snakemake",
        "--snakefile",
        str(snakefile),
        "--cores",
        "1",
        "--directory",
        str(tmp_path),
    ]
    codes = [
        subprocess.run([*command, target], capture_output=True, check=False).returncode for target in ("good", "bad")
    ]
    assert codes == [0, 1]
    assert [message["text"] for _, _, message in posted] == [
        "showergrid: results-x: finished",
        "showergrid: results-x: failed: bad (bad.log)",
    ]
