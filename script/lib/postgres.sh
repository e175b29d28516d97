# A PostgreSQL server for tests: made, used by one command and thrown away.
# shellcheck shell=bash

# with_postgres COMMAND...: runs it with the server's address in AGENT_TEST_POSTGRES. The server
# listens on a socket in a folder of its own, refuses to run as root, and trusts who can reach it. It
# does not wait for the disk: nothing of it outlives the machine.
with_postgres() (
  bin=$(newest_postgres)
  # A socket's path may have 107 characters, so that it can't lie below the tree.
  dir=$(mktemp -d --tmpdir agent-postgres.XXXXXX)
  trap 'stop_postgres "$bin" "$dir"' EXIT
  [ "$(id -u)" -ne 0 ] || chown postgres: "$dir"
  start_postgres "$bin" "$dir" >"$dir/start.log" 2>&1 || {
    cat "$dir/start.log" >&2
    die "the PostgreSQL server for the tests did not start"
  }
  export AGENT_TEST_POSTGRES="postgres://agent@localhost/postgres?host=$dir"
  "$@"
)

stop_postgres() {
  as_postgres "$1/pg_ctl" --pgdata "$2/data" --mode immediate stop >/dev/null 2>&1 || true
  rm -rf "$2"
}

newest_postgres() {
  local bin
  bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort --version-sort | tail -n 1)
  [ -x "$bin/initdb" ] || die "there is no PostgreSQL server below /usr/lib/postgresql" "install Debian's package postgresql"
  printf '%s\n' "$bin"
}

start_postgres() {
  as_postgres "$1/initdb" --pgdata "$2/data" --username agent --auth trust --encoding UTF8 --no-locale --no-sync &&
    as_postgres "$1/pg_ctl" --pgdata "$2/data" --log "$2/log" --wait start \
      --options "-k $2 -c listen_addresses='' -c max_connections=400 -c fsync=off"
}

# Root runs it as the user that the package has made.
as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}
