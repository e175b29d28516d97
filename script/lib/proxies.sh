# nginx and Caddy, which agent/tests/proxy puts in front of an agent. Not part of script/bootstrap:
# nothing else needs them, and older systems have no package of the second.
# shellcheck shell=bash

install_proxies() {
  local missing=()
  present nginx || missing+=(nginx-light)
  present caddy || missing+=(caddy)
  [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}
