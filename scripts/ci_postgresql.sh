# shellcheck shell=bash
# Sourced by .ci/run: sets POSTGRESQL_URL to a server that lets us in without a password: the machine's own when it does, else
# one made here in a folder of its own and ended with the run. The suite makes and drops its own database on it.

POSTGRESQL_URL=${POSTGRESQL_URL:-postgres://postgres@127.0.0.1:5432/postgres}

if ! psql "$POSTGRESQL_URL" -qc "SELECT 1" >/dev/null 2>&1; then
    echo "PostgreSQL does not answer at 127.0.0.1:5432; starting one for this run."
    cluster=$(mktemp -d /tmp/ci-postgresql.XXXXXX)
    binaries=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
    chown postgres "$cluster"
    as_postgres() { (cd / && runuser -u postgres -- "$@"); }
    as_postgres "$binaries/initdb" --auth=trust --encoding=UTF8 --locale=C.UTF-8 -D "$cluster/data" >/dev/null
    as_postgres "$binaries/pg_ctl" -D "$cluster/data" -l "$cluster/log" -w -o "-p 54329 -h 127.0.0.1 -k $cluster -c fsync=off" start >/dev/null
    trap 'as_postgres "$binaries/pg_ctl" -D "$cluster/data" -m immediate stop >/dev/null; rm -rf "$cluster"' EXIT
    POSTGRESQL_URL=postgres://postgres@127.0.0.1:54329/postgres
fi
