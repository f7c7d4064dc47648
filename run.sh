#!/usr/bin/env bash
# Builds Concord and opens it on the example project; without a display it trains the example headless.
# usage: ./run.sh [--no-install] [--build-only] [FILE.concord | EXPERIMENT.json]
set -u
root=$(cd "$(dirname "$0")" && pwd)
install=1
build_only=0
dependency_options=""
cmake_options="-DCONCORD_TESTS=OFF -DCMAKE_UNITY_BUILD=ON"
arguments=()
for argument in "$@"; do
    case "$argument" in
        --no-install) install=0 ;;
        --build-only) build_only=1 ;;
        -h|--help) sed -n '2,3s/^# //p' "$0"; exit 0 ;;
        -*) echo "error: unknown option '$argument'; expected --no-install, --build-only or a file" >&2; exit 2 ;;
        *) arguments+=("$argument") ;;
    esac
done

. "$root/cmake/build.sh"
mkdir -p "$root/build"
echo "building into build/release …"
concord_build "$root/build/release" Release || exit 1
[ "$build_only" = 1 ] && exit 0

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec "$root/build/release/bin/concord" "${arguments[@]}"
fi

# Headless: the smallest example, from nothing to a report and an exported model.
example=${arguments[0]:-$(ls "$root"/resources/examples/*.json | head -n 1)}
results=$PWD/concord-results
cli=$root/build/release/bin/concord-cli
mkdir -p "$results"
echo "no display: training $(basename "$example" .json) headless; results go to $results"
run=$("$cli" train "$example" --project "$results/example.concord" --progress --print-run) || exit 1
"$cli" export "$results/example.concord" "$run" --format torchscript -o "$results/model.pt" || exit 1
"$cli" report "$results/example.concord" "$run" -o "$results" || exit 1
