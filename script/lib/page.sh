# Runs the blocks that page.py has taken out of a page, one after the other in this shell.
# shellcheck shell=bash
# usage: bash page.sh PAGE FOLDER
set -euo pipefail

PAGE_LIB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PAGE_NAME=$1 PAGE_FOLDER=$2 PAGE_LINE='' PAGE_TITLE='' PAGE_START=''
PAGE_OUT=$PAGE_FOLDER/out
set --
exec 3>&2

page_seconds() {
  awk -v a="${PAGE_START/,/.}" -v b="${EPOCHREALTIME/,/.}" 'BEGIN { printf "%.1f s", b - a }'
}

# Whatever ends this shell: says which block it was, and ends what still runs.
page_end() {
  local status=$? pids
  if [ -n "$PAGE_LINE" ]; then
    {
      cat "$PAGE_OUT"
      [ ! -e ~/first-hour/serve.log ] || { echo "-- serve.log:" && tail -n 20 ~/first-hour/serve.log; }
      echo "error: $PAGE_NAME:$PAGE_LINE: the block failed with status $status ($PAGE_TITLE)"
    } >&3
  fi
  pids=$(jobs -p)
  # shellcheck disable=SC2086 # one word each
  [ -z "$pids" ] || { kill $pids && wait $pids; } 2>/dev/null || true
  [ -z "$PAGE_LINE" ] || page_sweep
}
trap page_end EXIT

# Containers of a build that was under way when the walk stopped.
page_sweep() {
  local mine
  [ -e "$PAGE_FOLDER/identity" ] || return 0
  mine=label=ci.agent=$(cat "$PAGE_FOLDER/identity")
  docker ps --all --quiet --filter "$mine" | xargs --no-run-if-empty docker rm --force --volumes >/dev/null || true
  docker network ls --quiet --filter "$mine" | xargs --no-run-if-empty docker network rm >/dev/null || true
}

while IFS=$'\t' read -r -u 8 PAGE_LINE PAGE_FILE PAGE_TITLE; do
  PAGE_START=$EPOCHREALTIME
  # shellcheck source=/dev/null
  . "$PAGE_FOLDER/$PAGE_FILE.sh" >"$PAGE_OUT" 2>&1 </dev/null 8<&-
  [ ! -e ~/first-hour/data/identity ] || cp ~/first-hour/data/identity "$PAGE_FOLDER/identity"
  if [ -e "$PAGE_FOLDER/$PAGE_FILE.text" ]; then
    python3 "$PAGE_LIB/page.py" compare "$PAGE_FOLDER/$PAGE_FILE.text" "$PAGE_OUT" >&3
  fi
  printf '%-48s %8s\n' "$PAGE_TITLE (line $PAGE_LINE)" "$(page_seconds)" >&3
done 8<"$PAGE_FOLDER/blocks"
PAGE_LINE=
