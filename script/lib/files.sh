# A folder over plain HTTP on the bridge's address, for what jobs would download from the world.
# shellcheck shell=bash

# start_files FOLDER
start_files() {
  local config=$SERVICES/files.conf host address
  host=$(bridge_address)
  address=$(claim files "$host" 5503)
  cat >"$config" <<CONFIG
server.document-root = "$(realpath "$1")"
server.bind = "${address%:*}"
server.port = ${address##*:}
CONFIG
  serve files lighttpd -D -f "$config"
}
