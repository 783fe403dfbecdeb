#!/usr/bin/env bash
# install_apptainer.sh PREFIX: Apptainer below PREFIX, and what builds images, on Debian 12 as root.
# PREFIX/bin/apptainer is what to call.
#
# Debian has the package in unstable only, and it needs a newer C library than Debian 12 has. Both packages are taken
# from the machine's own mirror and unpacked below PREFIX; of the system only the helper programs are installed.
set -euo pipefail
prefix=$(realpath -m "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

apt-get update -qq || true
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    mmdebstrap squashfs-tools squashfuse fuse3 fuse-overlayfs uidmap patchelf libsqlite3-0 libseccomp2 > /dev/null
mirror=$(apt-get indextargets --no-release-info --format '$(REPO_URI)' 'Created-By: Packages' 'Release: bookworm' | head -n 1)
: "${mirror:?showergrid: apt knows no mirror of Debian 12 (bookworm)}"

# unpack SUITE PACKAGE FOLDER: with lists and a status of its own, so that the system's stay as they are
unpack() {
    local apt=$work/$1
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/sources"
    : > "$apt/status"
    printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' \
        "$mirror" "$1" /usr/share/keyrings/debian-archive-keyring.gpg > "$apt/sources/suite.sources"
    local options=(-qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$apt/sources" -o Dir::State::Lists="$apt/lists"
        -o Dir::State::Status="$apt/status" -o Dir::Cache="$apt/cache" -o Dir::Etc::Preferences=/dev/null
        -o Dir::Etc::PreferencesParts=/dev/null -o APT::Sandbox::User=root -o Acquire::Languages=none)
    apt-get "${options[@]}" update
    (cd "$apt" && apt-get "${options[@]}" download "$2")
    dpkg-deb --extract "$apt/$2"_*.deb "$3"
}
unpack sid apptainer "$work/apptainer"
unpack trixie libc6 "$work/libc6"

rm -rf "$prefix"
mkdir -p "$prefix/lib/private"
cp -a "$work"/apptainer/usr/{bin,lib} "$work/apptainer/etc" "$prefix/"
cp -a "$work"/libc6/usr/lib/x86_64-linux-gnu/{ld-linux-x86-64.so.2,lib{c,m,resolv,rt,pthread,dl}.so.*,libnss_*.so.2} "$prefix/lib/private/"
for program in bin/apptainer lib/x86_64-linux-gnu/apptainer/bin/starter; do
    patchelf --set-interpreter "$prefix/lib/private/ld-linux-x86-64.so.2" --force-rpath --set-rpath "$prefix/lib/private" "$prefix/$program"
done
# The program looks for etc and var below PREFIX, its starter, which Debian keeps one folder deeper, below PREFIX/lib
mkdir -p "$prefix/var/lib/apptainer/mnt/session"
ln -sfn ../etc "$prefix/lib/etc"
ln -sfn ../var "$prefix/lib/var"
# Root of some virtual machines lacks capabilities that Apptainer would ask for
sed -i 's/^root default capabilities = .*/root default capabilities = no/' "$prefix/etc/apptainer/apptainer.conf"
chmod a+rw /dev/fuse 2> /dev/null || true # for ordinary users
"$prefix/bin/apptainer" --version
