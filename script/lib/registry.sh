# Image registries for tests and the demo: one that asks for a password, and a mirror that
# everybody may read and nobody may write. Both listen on the bridge's address only, where
# containers and the daemons inside them can reach them and the world cannot.
# shellcheck shell=bash

bridge_address() {
  local bridge address
  address=$(docker network inspect bridge --format '{{with index .IPAM.Config 0}}{{.Gateway}}{{end}}')
  [ -n "$address" ] || {
    bridge=$(docker network inspect bridge --format '{{index .Options "com.docker.network.bridge.name"}}')
    address=$(ip -4 -o address show dev "$bridge" | awk '{ sub("/.*", "", $4); print $4; exit }')
  }
  [ -n "$address" ] || die "the engine's default bridge has no address"
  printf '%s\n' "$address"
}

# start_registry USER: the password comes by standard input, so that no process list shows it.
start_registry() {
  local dir=$SERVICES/registry host address
  host=$(bridge_address)
  address=$(claim registry "$host" 5500)
  rm -rf "$dir"
  mkdir -p "$dir/store"
  htpasswd -Bin "$1" >"$dir/htpasswd" 2>/dev/null
  registry_config "$dir/store" "$address" >"$dir/config.yml"
  cat >>"$dir/config.yml" <<CONFIG
auth: { htpasswd: { realm: agent-dev, path: "$dir/htpasswd" } }
CONFIG
  serve registry docker-registry serve "$dir/config.yml"
}

# start_mirror IMAGE...: serves these images of the engine as the public registry would.
start_mirror() {
  local dir=$SERVICES/mirror host address image
  host=$(bridge_address)
  mkdir -p "$dir/store"
  for image in "$@"; do
    fill_mirror "$dir" "$image"
  done
  address=$(claim mirror "$host" 5501)
  registry_config "$dir/store" "$address" readonly >"$dir/config.yml"
  serve mirror docker-registry serve "$dir/config.yml"
}

# Written through a registry of its own on loopback, gone before the mirror is served.
# An image that is in the store already is not copied again.
fill_mirror() {
  local dir=$1 image=$2 id mark address
  id=$(docker image inspect --format '{{.Id}}' "$image")
  mark=$dir/$(printf '%s' "$image" | tr '/:' '__').id
  [ "$(cat "$mark" 2>/dev/null)" != "$id" ] || return 0
  address=$(claim mirror-fill 127.0.0.1 5501)
  registry_config "$dir/store" "$address" >"$dir/fill.yml"
  serve mirror-fill docker-registry serve "$dir/fill.yml"
  skopeo copy --quiet --insecure-policy --dest-tls-verify=false \
    "docker-daemon:$image" "docker://$address/$(mirror_name "$image")"
  stop_service mirror-fill
  printf '%s\n' "$id" >"$mark"
}

# Images without an owner live under `library` on the public registry.
mirror_name() {
  case $1 in
  */*) printf '%s\n' "$1" ;;
  *) printf 'library/%s\n' "$1" ;;
  esac
}

# registry_config STORE ADDRESS [readonly]
registry_config() {
  cat <<CONFIG
version: 0.1
log: { level: warn, accesslog: { disabled: true } }
storage:
  filesystem: { rootdirectory: $1 }
  delete: { enabled: false }
  maintenance: { readonly: { enabled: $([ "${3:-}" = readonly ] && echo true || echo false) } }
http: { addr: "$2" }
CONFIG
}
