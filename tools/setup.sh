# Sourced by run, test and tools/bare-machine: packages and builds. Sets `here` and goes there.
# A second call with nothing to do must stay under a second: one dpkg-query, one ninja.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$here"
# Debian's python3 has the apt modules (yaml, openpyxl); another one earlier in PATH has not.
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
export PATH

say() { printf '%s\n' "$*" >&2; }

# packages_of SECTION..: lines of tools/packages.txt.
packages_of() {
    awk -v want=" $* " '/^\[/ {s = substr($1, 2, length($1) - 2); next}
        /^[^#]/ && index(want, " " s " ")' tools/packages.txt
}

# missing SECTION..: packages not installed and without a command that stands in.
missing() {
    local have package command
    have=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>/dev/null |
        sed -n 's/^installed //p')
    packages_of "$@" | while read -r package command; do
        case "
$have
" in *"
$package
"*) continue ;; esac
        [ -n "$command" ] && command -v "$command" >/dev/null && continue
        printf '%s ' "$package"
    done
}

# failed LOG: shows the end of a log and stops.
failed() {
    tail -n 30 "$1" >&2
    say "GAGAL / FAILED: $1"
    exit 1
}

# need SECTION..: installs what is missing, as root or by sudo; else prints the line and stops.
need() {
    local list as='' log=build/apt.log
    list=$(missing "$@")
    [ -n "$list" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null; then
            say "Perlu paket ini; jalankan sebagai root / Packages needed; run as root:"
            say "  apt-get update && apt-get install --no-install-recommends ${list% }"
            exit 2
        fi
        as=sudo
    fi
    say "Memasang / installing: ${list% }"
    mkdir -p build
    { $as apt-get update &&
        $as env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $list
    } >"$log" 2>&1 </dev/null || failed "$log"
}

# configure DIR [MESON OPTION..]: once; later ninja brings it up to date with meson.build.
configure() {
    local dir=$1
    shift
    mkdir -p build
    if [ -f "$dir/build.ninja" ]; then
        ninja -C "$dir" build.ninja >"$dir.log" 2>&1 </dev/null || failed "$dir.log"
        return 0
    fi
    say "Menyiapkan / configuring: $dir"
    rm -rf "$dir"
    meson setup "$dir" "$@" >"$dir.log" 2>&1 </dev/null || failed "$dir.log"
}

# make DIR [TARGET]: everything, or one target.
make() {
    local dir=$1
    shift
    if ! ninja -C "$dir" -n "$@" 2>/dev/null | tail -n 1 | grep -q 'no work to do'; then
        say "Membangun / building: $dir"
        ninja --quiet -C "$dir" "$@" >"$dir.log" 2>&1 </dev/null || failed "$dir.log"
    fi
}

# program DIR: name of the program within a build, wherever meson.build puts it; or nothing.
program() {
    ninja -C "$1" -t targets all 2>/dev/null | sed -n -E 's,^((.*/)?sigap): .*LINKER.*,\1,p' | head -n 1
}

# build_release [all]: the program that people run, with `all` its unit tests too; build/sigap
# always names it.
build_release() {
    local at
    configure build/release --buildtype=release -Db_ndebug=false
    at=$(program build/release)
    if [ "${1:-}" = all ] || [ -z "$at" ]; then make build/release; else make build/release "$at"; fi
    [ -z "$at" ] || ln -sfn "release/$at" build/sigap
}
