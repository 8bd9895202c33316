#!/bin/sh
# `make bench`: lists of a million accounts; the import of a full-size register and what runs over it, on PostgreSQL databases.
# BENCH_SERVER names the server; SCALE=0.01 takes a hundredth of the register.
set -eu

server=${BENCH_SERVER:-postgres://postgres@127.0.0.1:5432}
name=bench_$$
sets=$(mktemp -d)
python=.venv/bin/python

sh scripts/system_packages.sh psql:postgresql-client
psql -q "$server/postgres" -c "CREATE DATABASE $name"
trap 'rm -rf "$sets"; psql -q "$server/postgres" -c "DROP DATABASE $name WITH (FORCE)" -c "DROP DATABASE IF EXISTS ${name}_csv WITH (FORCE)" \
    -c "DROP DATABASE IF EXISTS ${name}_gateway WITH (FORCE)"' EXIT
export DATABASE_URL="$server/$name" LOG_LEVEL=WARNING

# Lists of users: a million accounts, in a database that stays (benchmarks.accounts --drop), and 20,000 on SQLite.
DATABASE_URL="$server/bench_accounts" $python -m benchmarks.accounts
DATABASE_URL="$server/bench_accounts" $python -m benchmarks.users_list
DATABASE_URL="$server/bench_accounts" $python -m benchmarks.delegation
psql -q "$server/postgres" -c "CREATE DATABASE ${name}_csv TEMPLATE bench_accounts"
DATABASE_URL="$server/${name}_csv" $python -m benchmarks.users_csv
DATABASE_URL="sqlite:///$sets/users.sqlite3" $python -m benchmarks.users_list_sqlite

$python -m benchmarks.make_kbo "$sets/full.zip" --scale "${SCALE:-1}"
$python -m benchmarks.make_kbo "$sets/update.zip" --scale "${SCALE:-1}" --update
$python manage.py migrate --verbosity 0
$python -m benchmarks.import_kbo "$sets/full.zip" "$sets/update.zip"
$python manage.py load_demo --verbosity 0
$python -m benchmarks.journey
$python -m benchmarks.document
$python -m benchmarks.desk
$python -m benchmarks.bulk

# A demo world of its own: the worker has nothing else to do there.
psql -q "$server/postgres" -c "CREATE DATABASE ${name}_gateway"
export DATABASE_URL="$server/${name}_gateway"
$python manage.py migrate --verbosity 0
$python manage.py load_demo --verbosity 0
$python -m benchmarks.gateway
