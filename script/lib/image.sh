# Images: the base image of jobs and what it is made from.
# shellcheck shell=bash

BASE_TAG=agent-base:latest
BASE_CONTEXT=${ROOT:?}/agent/images/base
UBUNTU=ubuntu:22.04
DEBIAN=debian:bookworm
DEBIAN_MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

# Everything that goes into the base image, so that a change to any of it builds it anew.
base_inputs() {
  { printf '%s\n' "$UBUNTU" "$DEBIAN"; cat "$BASE_CONTEXT"/*; } | sha256sum | cut -c1-16
}

base_is_current() {
  [ "$(image_inputs "$BASE_TAG")" = "$(base_inputs)" ]
}

# What an image of ours was made from, as its label says; nothing where there is none.
image_inputs() {
  docker image inspect --format '{{index .Config.Labels "agent.inputs"}}' "$1" 2>/dev/null || true
}

has_image() {
  docker image inspect "$1" >/dev/null 2>&1
}

try_pull() {
  has_image "$1" || timeout "${PULL_TIMEOUT:-60}" docker pull --quiet "$1"
}

build_base() {
  local base=$UBUNTU
  if ! try_pull "$UBUNTU"; then
    base=$DEBIAN
    ensure_debian
    note "no registry answers; $DEBIAN made from Debian packages stands in for $UBUNTU"
  fi
  # Proxies are build arguments that Docker knows by name and keeps out of the image.
  docker build --tag "$BASE_TAG" \
    --build-arg "BASE=$base" --label "agent.inputs=$(base_inputs)" --label "agent.base=$base" \
    --build-arg http_proxy --build-arg https_proxy --build-arg no_proxy "$BASE_CONTEXT"
}

ensure_debian() {
  try_pull "$DEBIAN" || make_debian
}

# A Debian root from packages. Only what a published image lacks too is taken away.
make_debian() {
  local suite=${DEBIAN#*:} root
  root=$(mktemp -d)
  debootstrap --variant=minbase "$suite" "$root" "$DEBIAN_MIRROR"
  debian_sources "$suite" >"$root/etc/apt/sources.list"
  printf 'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb"; };\nAPT::Install-Recommends "true";\n' \
    >"$root/etc/apt/apt.conf.d/docker-clean"
  rm -rf "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb \
    "$root"/var/lib/apt/lists/* "$root"/var/log/*.log "$root"/etc/hostname "$root"/etc/resolv.conf
  tar -C "$root" --numeric-owner --exclude='./dev/*' -c . |
    docker import --change 'CMD ["bash"]' --change 'LABEL agent.standin=debootstrap' - "$DEBIAN"
  rm -rf "$root"
}

debian_sources() {
  cat <<SOURCES
deb $DEBIAN_MIRROR $1 main
deb $DEBIAN_MIRROR $1-updates main
deb ${DEBIAN_MIRROR%/debian}/debian-security $1-security main
SOURCES
}
