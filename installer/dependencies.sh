#!/usr/bin/env bash
# Installs what Concord needs to build and run on Debian 12 or 13, through apt. A package that cannot be had is named.
# usage: installer/dependencies.sh [--tests]     (--tests: also what the tests and screenshots need)
set -u

# One line a package: what it is for stands behind it.
needed() { sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' <<'LIST'
g++                     # compiler
cmake                   # build
ninja-build             # build
ccache                  # rebuilds in a tenth of the time
pkg-config              # finds Graphviz
libtorch-dev            # tensors and autograd
libopenblas0-openmp     # matrix products, on the same thread pool as LibTorch
qt6-base-dev            # window
qt6-svg-dev             # icons
libgl1-mesa-dev         # asked for by Qt's CMake files
libqcustomplot-dev      # plots
libopencv-dev           # image files, resizing
libsqlite3-dev          # project file
libsqlitecpp-dev        # project file
nlohmann-json3-dev      # documents
libcli11-dev            # command line
libfmt-dev              # texts
zlib1g-dev              # idx.gz files
libgraphviz-dev         # automatic layout
fonts-inter             # the window's font
fonts-dejavu-core       # its fallback
LIST
}
tests() { printf '%s\n' xvfb xauth xdotool imagemagick x11-utils openbox; }

packages=$(needed)
[ "${1:-}" = "--tests" ] && packages="$packages $(tests)"
missing=""
for package in $packages; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null; then
    echo "error: expected apt-get to install$missing, found a system without it" >&2
    exit 1
fi
as_root=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "error: these packages are missing and need root or sudo to install:$missing" >&2; exit 1; }
    as_root="sudo"
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q >/dev/null || echo "warning: apt-get update failed; trying with the lists that are here" >&2
if ! $as_root apt-get install -y -q --no-install-recommends $missing >/tmp/concord-apt.$$ 2>&1; then
    absent=""
    for package in $missing; do
        apt-cache policy "$package" 2>/dev/null | grep -q 'Candidate: [^(]' || absent="$absent $package"
    done
    tail -n 5 /tmp/concord-apt.$$ >&2
    rm -f /tmp/concord-apt.$$
    echo "error: apt-get could not install${absent:-$missing}" >&2
    exit 1
fi
rm -f /tmp/concord-apt.$$
