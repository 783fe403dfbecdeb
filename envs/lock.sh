#!/usr/bin/env bash
# Write the locks: every package of every environment with its version and hashes, all agreeing with each other, for
# Python 3.11 to 3.13 on Linux x86-64 (what 3.11 needs more, the others install and do without).
# Versions that a lock holds already stay; delete a lock to have its packages at their newest.
# Run in an environment with uv: envs/lock.sh
set -euo pipefail
cd "$(dirname "$0")"
compile() { # PYTHON, then arguments
    uv pip compile --quiet --python-version "$1" --generate-hashes --no-header "${@:2}"
}
names=$(basename -s .in ./*.in)
all=$(mktemp)
other=$(mktemp)
trap 'rm -f "$all" "$other"' EXIT
for name in $names; do
    [ ! -f "$name.txt" ] || sed -n 's/^\([^ #]*==[^ ]*\).*/\1/p' "$name.txt"
done | sort -u > "$all" # uv keeps what its output file says
compile 3.11 --output-file "$all" ./*.in
sed -i '/^ *--hash/d; /^ *#/d; s/ *\\$//' "$all"
for name in $names; do
    compile 3.11 --constraint "$all" --no-annotate --output-file "$name.txt" "$name.in"
    for python in 3.12 3.13; do
        compile "$python" --constraint "$all" --no-annotate "$name.in" > "$other"
        if grep -vxFf "$name.txt" "$other"; then
            echo "envs/lock.sh: $name: Python $python needs the lines above beside those for 3.11; ask for versions that all have" >&2
            exit 1
        fi
    done
done
