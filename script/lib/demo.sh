# The parts of the demo. They share AGENT (the binary), DEMO (its folder) and PASSWORD.
# The folder stays: the agent's data in it are what the layers of the last demo belong to.
# shellcheck shell=bash

DEMO_USER=ci
DEMO_IMAGE=thoughts/server

# demo_services FOLDER: what jobs download from the world lies in FOLDER.
demo_services() {
  ensure_debian
  start_registry "$DEMO_USER" <<<"$PASSWORD"
  start_mirror "$DEBIAN"
  # The compose of the base image stands in for a release from the world, so this needs no network.
  mkdir -p "$1"
  docker run --rm "$BASE_TAG" cat /usr/local/bin/docker-compose >"$1/docker-compose"
  start_files "$1"
}

# The trust and the proxies of this machine reach jobs by settings.
write_settings() {
  local bundle=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
  cat <<SETTINGS
docker:
  registry_mirror: http://$(address_of mirror)
  insecure_registries: ["$(address_of registry)", "$(address_of mirror)"]
jobs:
SETTINGS
  [ ! -e "$bundle" ] || printf '  ca_file: %s\n' "$bundle"
  printf '  proxy: {'
  proxy_setting http "${http_proxy:-${HTTP_PROXY:-}}"
  proxy_setting https "${https_proxy:-${HTTPS_PROXY:-}}"
  proxy_setting no_proxy "${no_proxy:-${NO_PROXY:-}}"
  printf ' }\n'
}

proxy_setting() {
  [ -z "$2" ] || printf ' %s: "%s",' "$1" "$2"
}

demo_repository() {
  local tree=$DEMO/thoughts
  rm -rf "$tree"
  cp -R "$ROOT/fixtures/thoughts" "$tree"
  cd "$tree" || return
  git -c init.defaultBranch=master init --quiet
  git remote add origin https://github.com/example/thoughts
  # The fixture's secrets are placeholders: a key and a registry exist only now.
  sed -i '/secure: "sec1\.0000000000000000\./d' .ci.yml
  "$AGENT" keys generate -r example/thoughts --repo-id 1
  printf '%s' "$DEMO_USER" | "$AGENT" encrypt -r example/thoughts REGISTRY_USER --add
  printf '%s' "$PASSWORD" | "$AGENT" encrypt -r example/thoughts REGISTRY_PASSWORD --add
  git add --all
  git -c user.name=demo -c user.email=demo@localhost commit --quiet --message "Keep thoughts"
  git tag v1.0.0
}

# demo_run NAME OPTION...: its output is shown and kept as NAME.out.
demo_run() {
  local name=$1
  shift
  (
    cd "$DEMO/thoughts" || exit
    "$AGENT" run --deploy --secrets "$@" -e "REGISTRY=$(address_of registry)" \
      -e "COMPOSE_URL=http://$(address_of files)/docker-compose"
  ) 2>&1 | tee "$DEMO/$name.out"
}

short_sha() {
  git -C "$DEMO/thoughts" rev-parse --short HEAD
}

# from_registry PATH OPTION...: the password goes by a pipe, so that no process list shows it.
from_registry() {
  local path=$1
  shift
  curl --silent --show-error --fail "$@" --config - "http://$(address_of registry)/v2/$DEMO_IMAGE/$path" \
    <<<"user = \"$DEMO_USER:$PASSWORD\""
}

registry_tags() {
  from_registry tags/list | jq -r '.tags[]?' | sort
}

# Engines push one of four kinds of manifest; a registry answers with the one it has only when asked for it.
registry_digest() {
  local kinds=application/vnd.docker.distribution.manifest
  kinds="$kinds.v2+json, $kinds.list.v2+json, application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json"
  from_registry "manifests/$1" --head --header "Accept: $kinds" |
    tr -d '\r' | awk 'tolower($1) == "docker-content-digest:" { print $2 }'
}

# Every REFERENCE@DIGEST that the run printed, against the registry's own answer.
compare_with_registry() {
  local line tag said held count=0
  while read -r line; do
    tag=${line%@*} said=${line#*@}
    held=$(registry_digest "$tag") || held=
    [ "$said" = "$held" ] || die "agent run says that $tag is $said, the registry says ${held:-nothing}"
    count=$((count + 1))
  done < <(grep -oE "$DEMO_IMAGE:[^@ ]+@sha256:[0-9a-f]{64}" "$DEMO/$1.out" | sed "s|^$DEMO_IMAGE:||" | sort -u)
  [ "$count" -gt 0 ] || die "agent run named no pushed image"
  note "$count images pushed, with the digests that the registry has"
}

print_registry() {
  local tag
  printf '\n%s\n' "the registry at $(address_of registry) holds"
  while read -r tag; do
    printf '  %-40s %s\n' "$DEMO_IMAGE:$tag" "$(registry_digest "$tag")"
  done < <(registry_tags)
}

expect_tags() {
  local wanted held
  wanted=$(printf '%s\n' "$@" | sort | xargs) held=$(registry_tags | xargs)
  [ "$wanted" = "$held" ] || die "the registry holds the tags: $held" "expected: $wanted"
}

# Nothing of a build outlives it but the layers for the next one.
expect_nothing_left() {
  local mine left
  mine=label=ci.agent=$(cat "$AGENT_DATA/identity")
  left=$(
    docker ps --all --quiet --filter "$mine"
    docker network ls --quiet --filter "$mine"
    docker volume ls --quiet --filter "$mine" | grep -v '^ci-layers-' || true
  )
  [ -z "$left" ] || die "the runs left something behind: $(xargs <<<"$left")"
}

clean_up() {
  if [ -n "$KEEP" ]; then
    (umask 077 && printf '%s\n' "$PASSWORD" >"$DEMO/password")
    note "" "kept: $DEMO; the registry's account is $DEMO_USER, its password lies in $DEMO/password" \
      "end it with: AGENT_DEV_DIR=$DEV_DIR script/services stop"
  else
    stop_services
    rm -rf "$DEMO/thoughts" "$DEMO/downloads" "$DEMO/password"
  fi
}
