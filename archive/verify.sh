#!/bin/sh
# verify.sh: check an unpacked archive of showergrid. It needs a shell and Apptainer, or Python 3.11 to 3.13 with the
# packages of envs/data.txt and envs/torch.txt; no network. It writes into no folder but a temporary one.
set -eu
export LC_ALL=C

usage() {
    cat << 'END'
sh archive/verify.sh [--cell CELL] [--python PYTHON] [--temporary FOLDER]

1. checks the SHA-256 of every file;
2. makes the tables again from the archived cells;
3. trains and evaluates one cell again from the archived data;
and prints of each file whether it is the same, byte for byte. The exit status is 0 if all is.

--cell CELL         representation/cRESOLUTION/network/seedSEED; random (what is done by default); or none
--python PYTHON     compute in this Python, not in the archived container images
--temporary FOLDER  compute in a folder below this one (by default TMPDIR, or else /tmp); a cell needs up to 1 GB
END
}

cell=random python= temporary=${TMPDIR:-/tmp}
while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) usage; exit ;;
        --cell | --python | --temporary)
            [ $# -gt 1 ] || { echo "verify.sh: $1: a value is missing" >&2; exit 2; }
            case $1 in --cell) cell=$2 ;; --python) python=$2 ;; --temporary) temporary=$2 ;; esac
            shift 2 ;;
        *) echo "verify.sh: $1: unknown; sh archive/verify.sh --help" >&2; exit 2 ;;
    esac
done
root=$(cd "$(dirname "$0")/.." && pwd -P)
cd "$root"
[ -f SHA256SUMS ] || { echo "verify.sh: $root: SHA256SUMS is missing: this is no unpacked archive" >&2; exit 1; }
work=$(mktemp -d "$temporary/showergrid-verify.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

echo "1. The SHA-256 of every file"
sha256sum --check SHA256SUMS > "$work/sums" 2> /dev/null || true
{
    sed -n -e 's/^\(.*\): FAILED open or read$/missing    \1/p' -e 's/^\(.*\): FAILED$/different  \1/p' "$work/sums"
    # What is added to the code would take part in what is computed below.
    cut -c 67- SHA256SUMS | sort > "$work/names"
    find archive envs scripts -type f ! -path '*/__pycache__/*' | sort | comm -23 - "$work/names" | sed 's/^/added      /'
} > "$work/wrong"
whole=$(grep -c ': OK$' "$work/sums" || true)
all=$(wc -l < SHA256SUMS)
[ "$whole" -eq "$all" ] || [ -s "$work/wrong" ] || echo "different  SHA256SUMS" > "$work/wrong"
cat "$work/wrong"
if [ "$whole" -ne "$all" ] || [ -s "$work/wrong" ]; then
    echo "verify.sh: $whole of $all files are as they were archived; get the archive again" >&2
    exit 1
fi
echo "same       all $whole files"

# in_environment NAME COMMAND...: run a Python command with the packages of envs/NAME.txt.
if [ -z "$python" ] && [ -f containers/data.sif ] && command -v apptainer > /dev/null; then
    echo "The container images of the archive compute."
    gpu=
    [ ! -e /dev/nvidiactl ] || gpu=--nv
    in_environment() {
        image=containers/$1.sif
        shift
        # shellcheck disable=SC2086
        apptainer --silent exec $gpu --containall --cleanenv --no-home --bind "$root:$root:ro" --bind "$work:$work" --pwd "$root" \
            "$image" python "$@"
    }
else
    fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2> /dev/null; }
    if [ -z "$python" ]; then
        for python in python3.11 python3.12 python3.13 python3 none; do
            ! fits "$python" || break
        done
    fi
    fits "$python" || {
        echo "verify.sh: neither Apptainer with container images in the archive nor Python 3.11 to 3.13 is there;" \
            "name a Python that has the packages of envs/data.txt and envs/torch.txt: --python PYTHON" >&2
        exit 1
    }
    echo "The Python of this machine computes: $python"
    in_environment() {
        shift
        "$python" "$@"
    }
fi

status=0
echo "2. The tables, from the archived cells"
in_environment data archive/rebuild.py tables "$work/tables" || status=1
if [ "$cell" != none ]; then
    echo "3. A cell, from the archived data"
    in_environment torch archive/rebuild.py "$cell" "$work/cell" || status=1
fi
if [ "$status" -eq 0 ]; then
    echo "All is the same."
else
    echo "verify.sh: not all is the same: see above" >&2
fi
exit "$status"
