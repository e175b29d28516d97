# The machine: what it must bring along, and Debian packages.
# shellcheck shell=bash

# A file or command, and the package that brings it. Looked up by file, so that a command
# installed in another way (a git of your own, an engine from elsewhere) counts as well.
TOOLS=(
  cc:gcc
  /usr/include/stdio.h:libc6-dev
  /etc/ssl/certs/ca-certificates.crt:ca-certificates
  git:git
  curl:curl
  jq:jq
  python3:python3
  flock:util-linux
  iptables:iptables
  ip:iproute2
  debootstrap:debootstrap
  docker-registry:docker-registry
  htpasswd:apache2-utils
  skopeo:skopeo
  lighttpd:lighttpd
  ps:procps
  hostname:hostname
  # The static one: the command `busybox` may be another build, of no use in an image without libc.
  /usr/share/doc/busybox-static:busybox-static
  /usr/lib/postgresql:postgresql
  shellcheck:shellcheck
)

missing_packages() {
  local entry
  for entry in "${TOOLS[@]}"; do
    present "${entry%%:*}" || printf '%s\n' "${entry##*:}"
  done
  # Debian's Python makes no virtual environments without a package of its own.
  python3 -c 'import ensurepip' 2>/dev/null || printf '%s\n' python3-venv
  engine_packages
  browser_packages
}

# Chromium with its driver, for the tests of pages; Ubuntu has other names for the two.
browser_packages() {
  local id=
  ! present chromedriver || return 0
  # shellcheck source=/dev/null
  [ ! -r /etc/os-release ] || id=$(. /etc/os-release && echo "${ID:-}")
  case $id in
  ubuntu) printf '%s\n' chromium-browser chromium-chromedriver ;;
  *) printf '%s\n' chromium chromium-driver ;;
  esac
}

# The engine itself is wanted only where none answers.
engine_packages() {
  if ! present docker || { ! engine_answers && ! present dockerd; }; then
    printf '%s\n' docker.io
  fi
}

present() {
  case $1 in
  /*) [ -e "$1" ] ;;
  *) command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] ;;
  esac
}

# Says everything that is missing at once, so that nobody has to come back for the next one.
require_system() {
  local id='' lacking=()
  # shellcheck source=/dev/null
  [ ! -r /etc/os-release ] || id=$(. /etc/os-release && echo "${ID:-} ${ID_LIKE:-}")
  case " $id " in
  *" debian "* | *" ubuntu "*) ;;
  *) lacking+=("Debian or Ubuntu (this is ${id:-unknown}): install Docker 20.10 or later, its compose, git, curl, jq, a C compiler, python3 with venv, docker-registry, htpasswd, skopeo, lighttpd, postgresql and a static busybox by hand") ;;
  esac
  [ "$(id -u)" -eq 0 ] || lacking+=("root: run it with sudo")
  present cargo || lacking+=("Rust: see https://rustup.rs, and have cargo in PATH")
  [ ${#lacking[@]} -gt 0 ] || return 0
  printf 'missing: %s\n' "${lacking[@]}" >&3
  exit 1
}

install_packages() {
  local policy=/usr/sbin/policy-rc.d placed='' status
  # Some of these packages start a server when installed; a build machine asked for none of them.
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    placed=1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  apt-get install -yq --no-install-recommends "$@" && status=0 || status=$?
  [ -z "$placed" ] || rm -f "$policy"
  disable_servers "$@"
  return "$status"
}

# The same for the next boot, and only for what was installed just now.
disable_servers() {
  local package
  systemd_runs || return 0
  for package in "$@"; do
    case $package in
    lighttpd | docker-registry | postgresql | caddy) systemctl disable --quiet "$package" || true ;;
    nginx-light) systemctl disable --quiet nginx || true ;;
    esac
  done
}

systemd_runs() {
  [ -d /run/systemd/system ]
}
