#!/bin/sh
# Fails when requirements/*.txt do not hold what pyproject.toml asks; `make lock` writes them. Installs nothing.
set -eu

for lock in run test dev; do
    case $lock in
        run) groups="" ;;
        test) groups="--group test" ;;
        dev) groups="--group test --group lint" ;;
    esac
    copy=$(mktemp)
    cp "requirements/$lock.txt" "$copy"
    # shellcheck disable=SC2086 # the groups are meant to be split
    .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
        --no-annotate pyproject.toml $groups -o "$copy"
    # The names and versions alone: the copy starts from the lock, so it differs only where pyproject asks something else.
    grep -E '^[a-z0-9]' "requirements/$lock.txt" | sort >"$copy.old"
    grep -E '^[a-z0-9]' "$copy" | sort >"$copy.new"
    diff "$copy.old" "$copy.new" || { echo "requirements/$lock.txt does not follow pyproject.toml: make lock" >&2; exit 1; }
    rm -f "$copy" "$copy.old" "$copy.new"
done
