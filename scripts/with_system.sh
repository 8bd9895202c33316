#!/bin/sh
# `with_system.sh COMMAND …`: runs a command with what system_packages.sh unpacked in .venv/system, where it did.
system=$PWD/.venv/system
if [ -d "$system" ]; then
    libraries=$(printf '%s:' "$system"/usr/lib/*-linux-gnu* "$system"/usr/lib/*-linux-gnu*/pulseaudio "$system"/lib/*-linux-gnu*)
    export LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:-}" PATH="$PATH:$system/usr/bin"
    export XDG_DATA_HOME="$system/usr/share"
    [ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_PATH="$system/etc/fonts"
fi
exec "$@"
