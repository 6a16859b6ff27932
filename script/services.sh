# A PostgreSQL and a Redis of our own for the tests, on free ports, in a folder that goes with them.
# Sourced by script/test; start_services sets TEST_POSTGRES_URL and TEST_REDIS_URL. Nothing is synced to disk: what has
# to outlive a failure is tested by `cargo xtask crash`, on a PostgreSQL of its own.
# (Not BESEDA_…: a server refuses a variable of that name which is no setting, and tests start servers.)
# shellcheck shell=bash

services=""

# PostgreSQL refuses to run as root; its package brings a person for that.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && runuser -u postgres -- env PATH="$PATH" "$@")
    else
        "$@"
    fi
}

# Below those that the system gives to clients: of such a one nobody listens who could be asked, and it is taken all the same.
free_port() {
    local port
    while :; do
        port=$((10000 + RANDOM % 22000))
        (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    printf '%s' "$port"
}

# Runs a command until it succeeds, for two minutes at most: nobody waits for them but who has to be told that it failed.
await() {
    local deadline=$((SECONDS + 120))
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}

start_services() {
    [ -z "$services" ] || return 0
    services="$(mktemp -d "${TMPDIR:-/tmp}/beseda-services.XXXXXX")"
    trap stop_services EXIT
    if [ "$(id -u)" = 0 ]; then
        chown postgres "$services" || return 1
    fi
    start_postgres && start_redis
}

start_postgres() {
    local port
    port="$(free_port)"
    as_postgres initdb -D "$services/postgres" -U beseda --auth=trust -E UTF8 --locale=C.UTF-8 --no-sync >"$services/initdb.log" 2>&1 ||
        { cat "$services/initdb.log" >&2; return 1; }
    as_postgres pg_ctl -D "$services/postgres" -l "$services/postgres/server.log" -w -t 120 \
        -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='$services' -c fsync=off -c max_connections=300" start >/dev/null ||
        { cat "$services/postgres/server.log" >&2; return 1; }
    export TEST_POSTGRES_URL="postgres://beseda@127.0.0.1:$port/postgres"
    [ "$(psql "$TEST_POSTGRES_URL" -Atc 'select 1')" = 1 ] || return 1
    say "PostgreSQL $(psql "$TEST_POSTGRES_URL" -Atc 'show server_version') answers on port $port"
}

start_redis() {
    local port
    port="$(free_port)"
    redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$services" >"$services/redis.log" 2>&1 &
    redis_pid=$!
    await redis-cli -p "$port" ping || { cat "$services/redis.log" >&2; return 1; }
    export TEST_REDIS_URL="redis://127.0.0.1:$port"
    say "Redis $(redis-cli -p "$port" info server | tr -d '\r' | sed -n 's/^redis_version://p') answers on port $port"
}

stop_services() {
    [ -n "$services" ] || return 0
    [ -z "${redis_pid:-}" ] || kill "$redis_pid" 2>/dev/null || true
    if [ -f "$services/postgres/postmaster.pid" ]; then
        as_postgres pg_ctl -D "$services/postgres" -m immediate stop >/dev/null 2>&1 || true
    fi
    rm -rf "$services"
    services=""
}
