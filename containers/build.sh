#!/usr/bin/env bash
# build.sh IMAGE FOLDER: build containers/IMAGE into FOLDER/IMAGE.sif, the same bytes whenever the packages are the same.
#
# Beside it FOLDER gets debian.txt (Debian's packages and their versions) and tools.txt (what the bytes also depend on).
# Debian comes from the machine's apt configuration or from the mirror named by DEBIAN_MIRROR, Python packages from where
# the machine's pip configuration says; neither stays in the image. PYTHON names a Python 3.11 with pip.
set -euo pipefail
export SOURCE_DATE_EPOCH=0 PYTHONHASHSEED=0 LC_ALL=C.UTF-8 TZ=UTC
umask 022
image=$1
folder=$(realpath "$2")
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# 1. What the project puts into the image: the packages of the lock, settings, help, labels and a test.
lock=$here/../envs/$image.txt
tree=$work/tree
python=opt/showergrid/bin/python
packages=opt/showergrid/lib/python3.11/site-packages
mkdir -p "$tree/opt/showergrid/bin" "$tree/$packages" "$tree/.singularity.d/env"

# Wheels for Debian 12 alone (C library 2.36), whatever system builds them in.
platforms=$(printf -- '--platform manylinux_2_%d_x86_64 ' {36..5}
    printf -- '--platform manylinux%s_x86_64 ' 2014 2010 1)
# shellcheck disable=SC2086
"$PYTHON" -m pip -qq --disable-pip-version-check install --require-hashes --no-deps --only-binary :all: --no-compile \
    --implementation cp --python-version 3.11 $platforms --target "$tree/$packages" --requirement "$lock"
# Commands are not needed, and name the Python that installed them; so do the lists of installed files.
rm -rf "${tree:?}/$packages/bin" "$tree/$packages"/*.dist-info/{RECORD,REQUESTED,INSTALLER}

# A virtual environment: Python looks neither into Debian's packages nor into those of a user.
ln -s /usr/bin/python3 "$tree/$python"
printf 'home = /usr/bin\ninclude-system-site-packages = false\n' > "$tree/opt/showergrid/pyvenv.cfg"
install -m 644 "$lock" "$tree/opt/showergrid/lock.txt"
install -m 644 "$here/$image/test.py" "$tree/opt/showergrid/test.py"
install -m 644 "$here/$image/help.txt" "$tree/.singularity.d/runscript.help"
install -m 755 "$here/environment.sh" "$tree/.singularity.d/env/90-environment.sh"
# Right after a file of this name Apptainer sets the variables that are passed on
install -m 755 /dev/null "$tree/.singularity.d/env/99-base.sh"
printf '#!/bin/sh\nexec /%s "$@"\n' "$python" > "$tree/.singularity.d/runscript"
printf '#!/bin/sh\nexec /%s /opt/showergrid/test.py\n' "$python" > "$tree/.singularity.d/test"
chmod 755 "$tree/.singularity.d/runscript" "$tree/.singularity.d/test"
cat > "$tree/.singularity.d/labels.json" << END
{
 "org.opencontainers.image.title": "showergrid-$image",
 "org.opencontainers.image.description": "$(head -n 1 "$here/$image/help.txt")",
 "org.opencontainers.image.licenses": "MIT AND the licenses of the packages in it",
 "showergrid.debian": "12 (bookworm)",
 "showergrid.lock": "envs/$image.txt",
 "showergrid.lock.sha256": "$(sha256sum < "$lock" | cut -d ' ' -f 1)"
}
END

# 2. Debian below it, byte code of every Python file, and nothing that tells when or where it was built; as a tar file
# straight into a squashfs file system behind the place of the SIF header.
if [ -n "${DEBIAN_MIRROR:-}" ]; then
    echo "deb $DEBIAN_MIRROR bookworm main"
else
    apt-get indextargets --no-release-info --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        sort -u | grep -E ' bookworm(-updates|-security)? main$' || true
fi > "$work/sources.list"
[ -s "$work/sources.list" ] ||
    { echo "containers/build.sh: apt knows no mirror of Debian 12 here; name one: DEBIAN_MIRROR=http://..." >&2; exit 1; }

cat > "$work/finish.sh" << 'END'
#!/bin/sh
set -eu
# Checked by nothing, so that the byte code stands without the times of the files
chroot "$1" /opt/showergrid/bin/python -m compileall -q -f --invalidation-mode unchecked-hash \
    /usr/lib/python3.11 /opt/showergrid/lib || true # a few packages carry files for other versions of Python
[ ! -e "$1/usr/bin/pdflatex" ] || chroot "$1" sh -eu -s < "$(dirname "$0")/latex.sh"
chroot "$1" dpkg-query --show --showformat '${Package} ${Version}\n' > "$1/debian.txt"
# What mmdebstrap itself still needs (its files in tmp, apt's lists) it removes at its own end
cd "$1"
rm -rf etc/apt/sources.list etc/apt/sources.list.d/* etc/machine-id etc/hostname etc/*-
rm -rf var/cache/debconf var/cache/ldconfig var/log/* var/backups/*
rm -rf usr/share/info usr/share/lintian usr/lib/*/perl/debian-config-data-* # it names Debian's mirrors
: > etc/resolv.conf # mounted over
: > etc/hosts
END
cat > "$work/latex.sh" << 'END'
# pdflatex alone, and lists of its files in alphabetical order: Debian's depend on chance, and the formats on the lists
lists() {
    for tree in /var/lib/texmf /usr/share/texlive/texmf-dist /usr/share/texmf; do
        { echo "% ls-R -- maintained by mktexlsr; do not delete."; cd "$tree"; ls -LRA; } > /tmp/ls-R
        cat /tmp/ls-R > "$tree/ls-R"
    done
}
rm -rf /var/lib/texmf/web2c
lists
FORCE_SOURCE_DATE=1 fmtutil-sys --byfmt pdflatex > /tmp/fmtutil.log 2>&1 || { cat /tmp/fmtutil.log >&2; exit 1; }
rm -f /var/lib/texmf/web2c/*.log /var/lib/texmf/web2c/*/*.log
lists
END
chmod 755 "$work" "$work/finish.sh"
offset=$("$PYTHON" "$here/sif.py")
mmdebstrap --quiet --variant=essential --include="$(paste -sd , "$here/$image/debian.txt")" \
    --aptopt='Acquire::Languages "none"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook="sync-in $tree /" \
    --customize-hook="$work/finish.sh" \
    --customize-hook="download /debian.txt $folder/debian.txt" \
    --customize-hook='rm "$1/debian.txt"' \
    bookworm - - < "$work/sources.list" |
    mksquashfs - "$folder/$image.sif" -tar -offset "$offset" -noappend -comp zstd -Xcompression-level 7 -all-root -no-xattrs \
        -quiet -no-progress -wildcards -e 'dev/*' > /dev/null 2> "$work/squashfs.log" || { cat "$work/squashfs.log" >&2; exit 1; }
"$PYTHON" "$here/sif.py" "$folder/$image.sif"
{
    mmdebstrap --version
    mksquashfs -version | sed -nE '1s/^mksquashfs version ([^ ]+).*/mksquashfs \1/p'
    "$PYTHON" -m pip --version | cut -d ' ' -f 1,2
} > "$folder/tools.txt"
