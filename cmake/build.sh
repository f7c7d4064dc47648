# Sourced by run.sh and test.sh: dependencies, configure, build. usage: concord_build FOLDER TYPE TARGETS… (needs $root, $install)
# Without a rule OpenMP threads spin while they wait, which costs tenfold when the machine is busy.
export OMP_WAIT_POLICY=passive

concord_build() {
    local folder=$1 type=$2
    shift 2
    if [ "$install" = 1 ]; then
        "$root/installer/dependencies.sh" $dependency_options || return 1
    fi
    if [ ! -f "$folder/build.ninja" ]; then
        cmake -S "$root" -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE="$type" $cmake_options >"$folder.log" 2>&1 || {
            mkdir -p "$folder"; tail -n 30 "$folder.log" >&2; echo "error: configuring failed" >&2; return 1; }
    fi
    # Files that include torch need about 1.3 GB each while they compile.
    local jobs memory
    jobs=$(nproc)
    memory=$(awk '/MemAvailable/ {print int($2 / 1600000)}' /proc/meminfo)
    [ "$memory" -ge 1 ] || memory=1
    [ "$jobs" -le "$memory" ] || jobs=$memory
    cmake --build "$folder" -j "$jobs" "$@" >"$folder.log" 2>&1 || {
        grep -E 'error|FAILED|undefined' -A3 "$folder.log" | head -n 60 >&2; echo "error: the build failed; all of it is in $folder.log" >&2; return 1; }
}
