#!/bin/sh
# Makes sure that commands of the system are there: `system_packages.sh COMMAND[:PACKAGE] …`.
# As root the missing packages are installed; anybody else is told their names in one line.
set -eu

missing=""
for pair in "$@"; do
    command -v "${pair%%:*}" >/dev/null || missing="$missing ${pair##*:}"
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
