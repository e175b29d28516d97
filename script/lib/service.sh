# Small servers in the background. Each has NAME.pid, NAME.log and NAME.address in the services folder.
# shellcheck shell=bash

SERVICES=${DEV_DIR:?}/services

# claim NAME HOST PORT: ends an earlier server of that name and prints HOST with the first free
# port from PORT on, since another checkout on this machine may be running the same servers.
claim() {
  local port=$3
  mkdir -p "$SERVICES"
  stop_service "$1"
  while listening "$2:$port"; do port=$((port + 10)); done
  printf '%s\n' "$2:$port" | tee "$SERVICES/$1.address"
}

# serve NAME COMMAND...: starts it and waits until the claimed address accepts connections.
serve() {
  local name=$1 tries=200 address
  shift
  address=$(address_of "$name")
  setsid "$@" >"$SERVICES/$name.log" 2>&1 </dev/null 3>&- 9>&- &
  printf '%s\n' "$!" >"$SERVICES/$name.pid"
  until listening "$address"; do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ] || ! kill -0 "$(cat "$SERVICES/$name.pid")" 2>/dev/null; then
      tail -n 5 "$SERVICES/$name.log" >&3
      die "$name does not answer at $address" "its log is $SERVICES/$name.log"
    fi
    sleep 0.05
  done
}

address_of() {
  cat "$SERVICES/$1.address"
}

listening() {
  (exec 4<>"/dev/tcp/${1%:*}/${1##*:}") 2>/dev/null
}

stop_service() {
  local file=$SERVICES/$1.pid pid
  [ -e "$file" ] || return 0
  pid=$(cat "$file")
  ! runs_here "$pid" || { kill "$pid" 2>/dev/null && await_end "$pid"; } || kill -KILL "$pid" 2>/dev/null || true
  rm -f "$file" "$SERVICES/$1.address"
}

# After a reboot the number may belong to somebody else: ask what it runs in.
runs_here() {
  tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -qF "$SERVICES"
}

# A registry with idle connections takes seconds to go; nobody writes any more, so don't wait for it.
await_end() {
  local tries=6
  while kill -0 "$1" 2>/dev/null; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 0.05
  done
}

stop_services() {
  local file
  for file in "$SERVICES"/*.pid; do
    [ ! -e "$file" ] || stop_service "$(basename "$file" .pid)"
  done
}
