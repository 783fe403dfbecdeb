#!/usr/bin/env bash
# Install what locks pin into .venv: by uv in seconds, which pip brings if it is not there; by pip in minutes where uv
# reaches no index, since only pip reads pip's own configuration. Run in any folder: envs/install.sh envs/data.txt ...
set -euo pipefail
cd "$(dirname "$0")/.."
python=.venv/bin/python
pip_install() {
    "$python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --no-compile "$@"
}
uv=$(command -v uv || true)
if [ -z "$uv" ]; then
    pip_install -r <(awk '/^[^ ]/ { of_uv = /^uv==/ } of_uv' envs/dev.txt) && uv=.venv/bin/uv
fi
[ -n "$uv" ] && "$uv" pip install --quiet --python "$python" --require-hashes --no-deps "${@/#/-r}" || {
    echo "showergrid: pip installs in place of uv, which takes minutes" >&2
    pip_install "${@/#/-r}"
}
# Here, on all cores: where Python may not write bytecode, each job would compile all that it imports, for seconds.
# Some packages have files for other Pythons.
"$python" -m compileall -qq -j 0 .venv/lib scripts || true
