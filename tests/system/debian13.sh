#!/usr/bin/env bash
# One cell of the tiny study under Debian 13 and its Python 3.13, compared byte by byte with the same cell made here.
# Needs root, Debian, mmdebstrap, and what `make` installs: tests/system/debian13.sh [FOLDER], which is left as it is then.
set -euo pipefail
project=$(cd "$(dirname "$0")/../.." && pwd -P)
folder=$(realpath "${1:-$(mktemp -d)}")
study=config/electron_photon/test.yaml
cell=results-test/cells/projection_y/c100/simple/seed19/metrics.json
root=$folder/debian13
[ $# -gt 0 ] || trap 'rm -rf --one-file-system "$folder"' EXIT
mkdir -p "$folder"

echo "1. A root file system of Debian 13: $root"
# A mirror has all releases, but those of security have a place of their own
apt-get indextargets --no-release-info --format 'deb $(REPO_URI) trixie $(COMPONENT)' 'Created-By: Packages' |
    sort -u | grep -v security | grep -E ' main$' | head -n 1 > "$folder/sources.list"
mmdebstrap --quiet --variant=essential --include=ca-certificates,git,libstdc++6,make,python3,python3-venv \
    --aptopt='Acquire::Languages "none"' trixie "$root" - < "$folder/sources.list"
# What this machine knows of networks and of Python's index
for file in /etc/resolv.conf /etc/ssl/certs/ca-certificates.crt /etc/pip.conf; do
    [ ! -e "$file" ] || install -D -m 644 "$file" "$root$file"
done

echo "2. The plan and a cell there"
git clone --quiet "$project" "$root/showergrid"
unshare --mount --fork bash -euo pipefail -s -- "$root" "$study" "$cell" << 'END'
mount --bind /proc "$1/proc"
mount --bind /dev "$1/dev"
chroot "$1" bash -euc '
    cd /showergrid
    python3 --version
    make .venv/ready
    .venv/bin/snakemake --dry-run --quiet all --configfile "$0"
    .venv/bin/snakemake --cores all --quiet all --configfile "$0" -- "$1"' "$2" "$3"
END

echo "3. The same cell here"
git clone --quiet "$project" "$folder/here"
ln -s "$project/.venv" "$folder/here/.venv"
(cd "$folder/here" && .venv/bin/snakemake --cores all --quiet all --configfile "$study" -- "$cell")

echo "4. What differs"
cd "$project"
.venv/bin/python scripts/compare.py "$folder/here/results-test" "$root/showergrid/results-test"
