#!/usr/bin/env bash
# Write the locks: every package of every environment with its version and hashes, all agreeing with each other.
# Versions that a lock holds already stay; delete a lock to have its packages at their newest.
# Run in an environment with uv: envs/lock.sh
set -euo pipefail
cd "$(dirname "$0")"
compile() {
    uv pip compile --quiet --python-version 3.11 --generate-hashes --no-header "$@"
}
all=$(mktemp)
trap 'rm -f "$all"' EXIT
for name in data torch workflow dev; do
    [ ! -f "$name.txt" ] || sed -n 's/^\([^ #]*==[^ ]*\).*/\1/p' "$name.txt"
done | sort -u > "$all" # uv keeps what its output file says
compile --output-file "$all" data.in torch.in workflow.in dev.in
sed -i '/^ *--hash/d; /^ *#/d; s/ *\\$//' "$all"
for name in data torch workflow dev; do
    compile --constraint "$all" --no-annotate --output-file "$name.txt" "$name.in"
done
