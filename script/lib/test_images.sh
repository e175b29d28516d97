# Images of tests, made from Debian's packages so that no registry is needed:
# fixtures/images/NAME is the image agent-test/NAME.
# shellcheck shell=bash

# shellcheck source=script/lib/image.sh
. "${BASH_SOURCE[0]%/*}/image.sh"

TEST_IMAGES=${ROOT:?}/fixtures/images

# test_images NAME...: builds those whose inputs have changed, and what they begin with.
test_images() {
  local name
  ensure_debian
  # Two checkouts of one machine share the engine: one at a time.
  exec 8>/run/lock/agent-test-images
  flock 8
  for name in "$@"; do
    build_test_image "$name"
  done
  flock -u 8
}

build_test_image() {
  local name=$1 inputs base
  local folder=$TEST_IMAGES/$name tag=agent-test/$name
  [ -f "$folder/Dockerfile" ] || die "there is no image $name for tests" "see fixtures/images"
  inputs=$(test_image_inputs "$name")
  [ "$(image_inputs "$tag")" != "$inputs" ] || return 0
  for base in $(test_image_bases "$name"); do
    build_test_image "$base"
  done
  docker build --tag "$tag" --label "agent.inputs=$inputs" \
    --build-arg http_proxy --build-arg https_proxy --build-arg no_proxy "$folder"
}

# The images of tests that one begins with.
test_image_bases() {
  sed -n 's|^FROM agent-test/\([a-z0-9_-]*\).*|\1|p' "$TEST_IMAGES/$1/Dockerfile"
}

# Everything that goes into one: its files, Debian, and what goes into those it begins with.
test_image_inputs() {
  local base
  {
    printf '%s\n' "$DEBIAN"
    for base in $(test_image_bases "$1"); do test_image_inputs "$base"; done
    (cd "$TEST_IMAGES/$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum)
  } | sha256sum | cut -c1-16
}
