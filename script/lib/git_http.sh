# Git over HTTP: serves a folder of bare repositories to read and to push, on loopback.
# shellcheck shell=bash

# start_git_http FOLDER: then FOLDER/owner/name.git is http://ADDRESS/owner/name.git
start_git_http() {
  local config=$SERVICES/git-http.conf address
  address=$(claim git-http 127.0.0.1 5502)
  git_http_config "$(realpath "$1")" "${address##*:}" >"$config"
  serve git-http lighttpd -D -f "$config"
}

# An empty prefix makes every URL a call of the backend, which finds the repository itself.
git_http_config() {
  cat <<CONFIG
server.modules = ("mod_alias", "mod_setenv", "mod_cgi")
server.document-root = "$1"
server.bind = "127.0.0.1"
server.port = $2
server.stream-request-body = 0
alias.url = ("/" => "$(git --exec-path)/git-http-backend/")
cgi.assign = ("" => "")
setenv.set-environment = (
  "GIT_PROJECT_ROOT" => "$1",
  "GIT_HTTP_EXPORT_ALL" => "1",
  "REMOTE_USER" => "dev",
)
CONFIG
}

# Clones and pushes once through a server of its own, to know that all parts work together.
check_git_http() {
  local dir url
  dir=$(mktemp -d)
  git init --quiet --bare "$dir/served/check/repo.git"
  start_git_http "$dir/served"
  url=http://$(address_of git-http)/check/repo.git
  git -c init.defaultBranch=main init --quiet "$dir/tree"
  git -C "$dir/tree" -c user.name=dev -c user.email=dev@localhost commit --quiet --allow-empty --message check
  git -C "$dir/tree" push --quiet "$url" HEAD:refs/heads/main
  git ls-remote --exit-code --heads "$url" main
  stop_service git-http
  rm -rf "$dir"
}
