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

# build DIR [MESON OPTION..]: configures once, then lets ninja see what changed.
build() {
    local dir=$1 log=$1.log
    shift
    mkdir -p build
    if [ ! -f "$dir/build.ninja" ]; then
        say "Menyiapkan / configuring: $dir"
        rm -rf "$dir"
        meson setup "$dir" "$@" >"$log" 2>&1 </dev/null || failed "$log"
    fi
    ninja -C "$dir" -n 2>/dev/null | tail -n 1 | grep -q 'no work to do' && return 0
    say "Membangun / building: $dir"
    ninja -C "$dir" >"$log" 2>&1 </dev/null || failed "$log"
}

# program DIR: the binary of a build, wherever its meson.build puts it; nothing when there is none.
program() {
    local at
    for at in "$1/sigap" "$1/src/sigap" "$1/src/cli/sigap"; do
        if [ -f "$at" ]; then
            printf '%s\n' "$at"
            return 0
        fi
    done
}

# build_release: the program people run; build/sigap always names it.
build_release() {
    local at
    build build/release --buildtype=release -Db_ndebug=false
    at=$(program build/release)
    [ -z "$at" ] || ln -sfn "${at#build/}" build/sigap
}
