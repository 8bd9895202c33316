#!/bin/sh
# Makes sure that things of the system are there: `system_packages.sh THING[:PACKAGE] …`. A thing is a command, a library
# (libpango-1.0.so.0) or a file (/usr/share/…).
# As root the missing packages are installed; anybody else is told their names in one line.
set -eu

missing=""
is_there() {
    case $1 in
        /*) test -e "$1" ;;
        lib*.so.*) /sbin/ldconfig -p | grep -qF "$1" ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

for pair in "$@"; do
    is_there "${pair%%:*}" || missing="$missing ${pair##*:}"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "Missing:$missing. Install with: apt-get install$missing" >&2
    exit 1
fi
echo "Installing$missing …"
apt-get update -qq
# shellcheck disable=SC2086 # the list is meant to be split
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
