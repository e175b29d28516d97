# Talk: one line a step with the time it took; what the step itself prints goes to a log.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
DEV_DIR=${AGENT_DEV_DIR:-$ROOT/target/dev}
mkdir -p "$DEV_DIR"
# Scripts go to other folders; a relative path would then be another one.
DEV_DIR=$(cd "$DEV_DIR" && pwd)
LOG=${LOG:-$DEV_DIR/$(basename "$0").log}
QUIET=${QUIET:-}

# A step's own output is redirected, so its notes use this copy of the standard error.
exec 3>&2

note() {
  [ -n "$QUIET" ] || printf '%s\n' "$@" >&3
}

die() {
  printf 'error: %s\n' "$1" >&3
  shift
  [ $# -eq 0 ] || printf 'hint: %s\n' "$@" >&3
  exit "${SAID:-1}"
}

# seconds_since START, where START was taken from EPOCHREALTIME
seconds_since() {
  awk -v a="${1/,/.}" -v b="${EPOCHREALTIME/,/.}" 'BEGIN { printf "%.1f s", b - a }'
}

# step TITLE COMMAND...: runs it in a subshell with its output in the log; ends the script when it fails.
step() {
  local title=$1 start=$EPOCHREALTIME status
  shift
  printf '\n== %s\n' "$title" >>"$LOG"
  guarded "$@" >>"$LOG" 2>&1
  [ "$status" -ne 97 ] || exit 1
  if [ "$status" -ne 0 ]; then
    tail -n 20 "$LOG" >&3
    die "$title: failed with status $status" "the whole output is in $LOG"
  fi
  note "$(printf '%-48s %8s' "$title" "$(seconds_since "$start")")"
}

# show TITLE COMMAND...: the same with the output on the screen.
show() {
  local title=$1 start=$EPOCHREALTIME status
  shift
  note "" "== $title"
  guarded "$@"
  [ "$status" -ne 97 ] || exit 1
  [ "$status" -eq 0 ] || die "$title: failed with status $status"
  note "== $title: $(seconds_since "$start")"
}

# Sets the caller's `status`, 97 when `die` has said already what went wrong. (A plain
# `if command` would switch `set -e` off inside of the command.)
guarded() {
  set +e
  (
    SAID=97
    set -e
    "$@"
  )
  status=$?
  set -e
}
