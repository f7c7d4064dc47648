#!/bin/bash
# Makes the README's pictures: trains the first example for a while, opens it in the window on an X server of its own, and takes
# pictures of both modes in both themes. Needs Xvfb, xdotool, ImageMagick and the font Inter; and ./run.sh --build-only before.
#   docs/screenshots/make.sh [steps]            BIN=build/dev/bin docs/screenshots/make.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=${BIN:-build/release/bin}
steps=${1:-400}
out=docs/screenshots

for tool in Xvfb xdotool import; do
    command -v "$tool" >/dev/null || { echo "error: $tool is not installed (apt install xvfb xdotool imagemagick)" >&2; exit 1; }
done
for program in concord concord-cli; do
    [ -x "$bin/$program" ] || { echo "error: expected $bin/$program: run ./run.sh --build-only first" >&2; exit 1; }
done

work=$(mktemp -d)
server=
window=
finish() {
    [ -z "$window" ] || kill "$window" 2>/dev/null || true
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

project=$work/indoor-scenes.concord
"$bin/concord-cli" train resources/examples/1_scenes_three_tasks.json --project "$project" --steps "$steps" >/dev/null

mkfifo "$work/display"
Xvfb -displayfd 3 -screen 0 1440x900x24 -nolisten tcp -noreset 3<>"$work/display" >/dev/null 2>&1 &
server=$!
read -r number <"$work/display"
export DISPLAY=:$number HOME=$work XDG_CONFIG_HOME=$work/config QT_QPA_PLATFORM=xcb
unset WAYLAND_DISPLAY

for theme in light dark; do
    mkdir -p "$XDG_CONFIG_HOME/concord"
    printf '[General]\ntheme=%s\n' "$theme" >"$XDG_CONFIG_HOME/concord/concord.conf"
    "$bin/concord" "$project" &
    window=$!
    id=$(timeout 60 xdotool search --sync --onlyvisible --pid "$window" --name indoor-scenes | head -1)
    xdotool windowfocus --sync "$id" mousemove 1439 899
    for mode in design train; do
        [ "$mode" = design ] && key=ctrl+1 || key=ctrl+2
        xdotool key "$key"
        sleep 2
        import -window "$id" "$out/$mode-$theme.png"
        echo "$out/$mode-$theme.png"
    done
    xdotool key ctrl+q
    wait "$window"
    window=
done
