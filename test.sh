#!/usr/bin/env bash
# Builds and runs the tests; ends in ctest's summary. usage: ./test.sh [--no-install] [ctest options]
set -u
root=$(cd "$(dirname "$0")" && pwd)
install=1
dependency_options="--tests"
cmake_options="-DCMAKE_UNITY_BUILD=ON"
if [ "${1:-}" = "--no-install" ]; then
    install=0
    shift
fi
. "$root/cmake/build.sh"
mkdir -p "$root/build"
echo "building tests into build/test …"
concord_build "$root/build/test" Release || exit 1
cd "$root/build/test" && exec ctest --output-on-failure "$@"
