#!/bin/sh
# `make bench`: the import of a full-size register and the standard journey over it, on a PostgreSQL database of its own.
# BENCH_SERVER names the server; SCALE=0.01 takes a hundredth of the register.
set -eu

server=${BENCH_SERVER:-postgres://postgres@127.0.0.1:5432}
name=bench_$$
sets=$(mktemp -d)
python=.venv/bin/python

sh scripts/system_packages.sh psql:postgresql-client
psql -q "$server/postgres" -c "CREATE DATABASE $name"
trap 'rm -rf "$sets"; psql -q "$server/postgres" -c "DROP DATABASE $name WITH (FORCE)"' EXIT
export DATABASE_URL="$server/$name" LOG_LEVEL=WARNING

$python -m benchmarks.make_kbo "$sets/full.zip" --scale "${SCALE:-1}"
$python -m benchmarks.make_kbo "$sets/update.zip" --scale "${SCALE:-1}" --update
$python manage.py migrate --verbosity 0
$python -m benchmarks.import_kbo "$sets/full.zip" "$sets/update.zip"
$python manage.py load_demo --verbosity 0
$python -m benchmarks.journey
