# Small servers in the background, each with its process id and log under the services folder.
# shellcheck shell=bash

# serve NAME ADDRESS COMMAND...: starts it and waits until the address accepts connections.
serve() {
  local name=$1 address=$2 tries=100
  shift 2
  mkdir -p "$SERVICES"
  stop_service "$name"
  ! listening "$address" || die "$name: $address is in use by something else"
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

listening() {
  (exec 4<>"/dev/tcp/${1%:*}/${1##*:}") 2>/dev/null
}

stop_service() {
  local file=$SERVICES/$1.pid pid
  [ -e "$file" ] || return 0
  pid=$(cat "$file")
  # After a reboot the number may belong to somebody else: ask what it runs in.
  if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$SERVICES"; then
    kill "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
  fi
  rm -f "$file"
}

stop_services() {
  local file
  for file in "$SERVICES"/*.pid; do
    [ ! -e "$file" ] || stop_service "$(basename "$file" .pid)"
  done
}
