#!/bin/sh
# Makes sure that things of the system are there: `system_packages.sh THING[:PACKAGE] …`. A thing is a command, a library
# (libpango-1.0.so.0) or a file (/usr/share/…).
# As root the missing packages are installed. Anybody else gets them unpacked in .venv/system, which changes nothing of the
# machine; scripts/with_system.sh runs a command with them.
set -eu

system=$PWD/.venv/system
missing=""
is_there() {
    case $1 in
        /*) test -e "$1" || test -e "$system$1" ;;
        lib*.so.*) /sbin/ldconfig -p | grep -qF "$1" || ls "$system"/usr/lib/*/"$1"* >/dev/null 2>&1 ;;
        *) command -v "$1" >/dev/null || test -x "$system/usr/bin/$1" ;;
    esac
}

for pair in "$@"; do
    is_there "${pair%%:*}" || missing="$missing ${pair##*:}"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "Missing:$missing. Install these packages of Debian, or what they are called here." >&2
    exit 1
fi
echo "Installing$missing …"
if [ "$(id -u)" -eq 0 ]; then
    apt-get update -qq
    # shellcheck disable=SC2086 # the list is meant to be split
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    exit 0
fi

lists=$system/lists archives=$system/cache/archives
mkdir -p "$lists/partial" "$archives/partial"
apt() { apt-get -qq -o Dir::State::Lists="$lists" -o Dir::Cache="$system/cache" -o Debug::NoLocking=1 "$@" >/dev/null; }
apt update
# shellcheck disable=SC2086
apt install -y --no-install-recommends --download-only $missing
for archive in "$archives"/*.deb; do
    dpkg -x "$archive" "$system"
done
rm -rf "$lists" "$system/cache"
# Debian's own starter looks for the browser below /usr alone.
if [ -x "$system/usr/lib/chromium/chromium" ]; then
    printf '#!/bin/sh\nexec "%s" "$@"\n' "$system/usr/lib/chromium/chromium" >"$system/usr/bin/chromium"
fi
