# Helper functions for jobs, under Travis CI's names and ours. POSIX shell with `local`.
# Our own names begin with ci__, so that they meet no variable of a job.

ANSI_RED='\033[31;1m'
ANSI_GREEN='\033[32;1m'
ANSI_YELLOW='\033[33;1m'
ANSI_RESET='\033[0m'
ANSI_CLEAR='\033[0K'

# travis_retry COMMAND…: up to three times, a second apart.
travis_retry() { ci__retry "$*" "$@"; }

# ci__retry NAME COMMAND…: the same under another name.
ci__retry() {
  local ci__result=0 ci__try=1 ci__name="$1"
  shift
  while [ "$ci__try" -le 3 ]; do
    if [ "$ci__try" -gt 1 ]; then
      printf '\033[31;1mThe command "%s" failed. Retrying, %s of 3.\033[0m\n' "$ci__name" "$ci__try" >&2
    fi
    if "$@"; then return 0; else ci__result=$?; fi
    sleep "${CI__SECOND:-1}"
    ci__try=$((ci__try + 1))
  done
  printf '\033[31;1mThe command "%s" failed 3 times.\033[0m\n' "$ci__name" >&2
  return "$ci__result"
}

# travis_wait [MINUTES] COMMAND…: a word each minute while a silent command runs.
travis_wait() {
  local ci__minutes=20 ci__log="travis_wait_$$.log" ci__pid ci__watch ci__result=0 ci__colour
  case ${1-} in
    '' | *[!0-9]*) ;;
    *) ci__minutes=$1; shift ;;
  esac
  "$@" > "$ci__log" 2>&1 &
  ci__pid=$!
  travis_jigger "$ci__pid" "$ci__minutes" "$@" &
  ci__watch=$!
  wait "$ci__pid" 2> /dev/null || ci__result=$?
  kill "$ci__watch" 2> /dev/null || :
  wait "$ci__watch" 2> /dev/null || :
  if [ "$ci__result" -eq 0 ]; then ci__colour=32; else ci__colour=31; fi
  printf '\n\033[%s;1mThe command %s exited with %s.\033[0m\n' "$ci__colour" "$*" "$ci__result"
  printf '\n\033[32;1mLog:\033[0m\n\n'
  cat "$ci__log"
  return "$ci__result"
}

# travis_jigger PID MINUTES COMMAND…: the word each minute, and the end when time is up.
travis_jigger() {
  local ci__of="$1" ci__minutes="$2" ci__minute=0
  shift 2
  while [ "$ci__minute" -lt "$ci__minutes" ]; do
    ci__minute=$((ci__minute + 1))
    printf 'Still running (%s of %s): %s\r' "$ci__minute" "$ci__minutes" "$*"
    sleep "${CI__MINUTE:-60}"
  done
  printf '\n\033[31;1mTimeout (%s minutes) reached. Terminating "%s"\033[0m\n' "$ci__minutes" "$*"
  kill -9 "$ci__of" 2> /dev/null || :
}

# travis_terminate N: ends the job with N.
travis_terminate() {
  ci__terminate "${1:-0}"
}

# travis_fold start|end NAME
travis_fold() {
  printf 'travis_fold:%s:%s\r\033[0K' "$1" "$2"
}

# Nanoseconds since 1970; whole seconds where date knows no better.
travis_nanoseconds() {
  local ci__now
  ci__now=$(date -u +%s%N)
  case $ci__now in
    *[!0-9]*) ci__now=$(date -u +%s)000000000 ;;
  esac
  printf '%s\n' "$ci__now"
}

travis_time_start() {
  TRAVIS_TIMER_ID=$(od -An -N4 -tx4 /dev/urandom | tr -d ' \n')
  TRAVIS_TIMER_START_TIME=$(travis_nanoseconds)
  export TRAVIS_TIMER_ID TRAVIS_TIMER_START_TIME
  printf 'travis_time:start:%s\r\033[0K' "$TRAVIS_TIMER_ID"
}

# travis_time_finish [EVENT]: keeps the status it was called with.
travis_time_finish() {
  local ci__result=$? ci__end ci__start="${TRAVIS_TIMER_START_TIME:-0}"
  ci__end=$(travis_nanoseconds)
  printf 'travis_time:end:%s:start=%s,finish=%s,duration=%s,event=%s\r\033[0K' \
    "${TRAVIS_TIMER_ID-}" "$ci__start" "$ci__end" "$((ci__end - ci__start))" "${1-}"
  return "$ci__result"
}

# travis_cmd TEXT [--echo] [--display TEXT] [--retry] [--timing] [--assert]
travis_cmd() {
  local ci__text="$1" ci__display="$1" ci__echo='' ci__retry='' ci__timing='' ci__assert=''
  local ci__result=0
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --echo) ci__echo=1 ;;
      --display) ci__display=${2-}; [ $# -lt 2 ] || shift ;;
      --retry) ci__retry=1 ;;
      --timing) ci__timing=1 ;;
      --assert) ci__assert=1 ;;
    esac
    shift
  done
  TRAVIS_CMD=$ci__text
  if [ "$ci__timing" ]; then travis_time_start; fi
  if [ "$ci__echo" ]; then printf '$ %s\n' "$ci__display"; fi
  if [ "$ci__retry" ]; then
    ci__retry "$ci__text" eval "$ci__text" || ci__result=$?
  else
    eval "$ci__text" || ci__result=$?
  fi
  if [ "$ci__timing" ]; then travis_time_finish; fi
  if [ "$ci__assert" ]; then travis_assert "$ci__result"; fi
  return "$ci__result"
}

# travis_assert [N]: stops the job as errored where N is not 0.
travis_assert() {
  local ci__result="${1:-$?}"
  if [ "$ci__result" -ne 0 ]; then
    printf '\033[31;1mThe command "%s" failed and exited with %s.\033[0m\n' \
      "${TRAVIS_CMD-}" "$ci__result"
    printf '\nYour build has been stopped.\n'
    ci__terminate 2
  fi
}

# travis_result N: a verdict line, and N as the status of the command that calls it.
travis_result() {
  local ci__colour=32
  if [ "$1" -ne 0 ]; then ci__colour=31; fi
  printf '\033[%s;1mThe command "%s" exited with %s.\033[0m\n' "$ci__colour" "${TRAVIS_CMD-}" "$1"
  return "$1"
}

# travis_apt_get_update: reads the lists of packages, saying little.
travis_apt_get_update() {
  ci__retry 'sudo apt-get update' sudo apt-get update -qq
}

# travis_download ADDRESS FILE: with curl, else with wget.
travis_download() {
  if [ $# -ne 2 ]; then
    printf 'usage: travis_download ADDRESS FILE\n' >&2
    return 2
  fi
  if command -v curl > /dev/null 2>&1; then
    curl -fsSL --connect-timeout 1 "$1" -o "$2"
  elif command -v wget > /dev/null 2>&1; then
    # All kinds of wget know this option.
    wget -q -T 20 "$1" -O "$2"
  else
    printf 'travis_download: this image has no curl and no wget\n' >&2
    return 1
  fi
}

# travis_vers2int VERSION: a number that grows with the version, of its first four parts.
travis_vers2int() {
  printf '%s\n' "${1#v}" | {
    IFS=. read -r ci__a ci__b ci__c ci__d ci__rest || :
    printf 1
    for ci__part in "$ci__a" "$ci__b" "$ci__c" "$ci__d"; do
      ci__part=${ci__part%%[!0-9]*}
      # A number that begins with 0 would be read as an octal one.
      ci__part=${ci__part#"${ci__part%%[!0]*}"}
      printf '%03d' "${ci__part:-0}"
    done
    printf '\n'
  }
}

# ci__note TEXT: a line to be noticed.
ci__note() {
  printf '\033[33;1m%s\033[0m\n' "$1"
}

# ci__number VERSION: its numbers, 11 of openjdk11 and 1.11 of 1.11.x; nothing of a name.
ci__number() {
  local ci__n="${1#"${1%%[0-9]*}"}"
  ci__n=${ci__n%%[!0-9.]*}
  printf '%s\n' "${ci__n%.}"
}

# ci__is VERSION TEXT: whether a tool that says TEXT is of that version; 2 where a name tells nothing.
ci__is() {
  local ci__want
  case $1 in
    nightly* | beta*)
      case $2 in *"${1%%-*}"*) return 0 ;; *) return 1 ;; esac ;;
    stable)
      case $2 in '' | *nightly* | *beta*) return 1 ;; *) return 0 ;; esac ;;
  esac
  ci__want=$(ci__number "$1")
  if [ -z "$ci__want" ]; then return 2; fi
  # Every number of the text, between blanks.
  case $(printf ' %s ' "$2" | tr -c '0-9.' ' ')x in
    *" $ci__want "* | *" $ci__want."*) return 0 ;;
  esac
  return 1
}

# ci__compare WHAT VERSION TEXT: says that the job gets another version than is asked for.
ci__compare() {
  local ci__result=0
  ci__is "$2" "$3" || ci__result=$?
  if [ -z "$3" ]; then
    ci__note "$1 is asked for, and this image has none."
  elif [ "$ci__result" -eq 1 ]; then
    ci__note "$1 is asked for, and this image has $(ci__number "$3")."
  fi
}

# ci__from WHAT PLACE
ci__from() {
  printf '%s comes from %s.\n' "$1" "$2"
}

# ci__lacks WHAT PLACE VERSIONS: why the job cannot go on.
ci__lacks() {
  printf '\033[31;1mThere is no %s here; %s has:\033[0m\n%s\n' "$1" "$2" "${3:-nothing}"
}

# ci__failed PHASE: what is said of TRAVIS_CMD when it failed with ci__status.
ci__failed() {
  printf '\033[31;1mThe command "%s" failed and exited with %s during %s.\033[0m\n' \
    "${TRAVIS_CMD-}" "$ci__status" "$1"
}

# ci__hint STATUS LINE…: lines to be noticed, and that status.
ci__hint() {
  local ci__result="$1"
  shift
  printf '\033[33;1m%s\033[0m\n' "$@"
  return "$ci__result"
}

ci_retry() { travis_retry "$@"; }
ci_wait() { travis_wait "$@"; }
ci_terminate() { travis_terminate "$@"; }
ci_fold() { travis_fold "$@"; }
ci_nanoseconds() { travis_nanoseconds "$@"; }
ci_time_start() { travis_time_start "$@"; }
ci_time_finish() { travis_time_finish "$@"; }
ci_cmd() { travis_cmd "$@"; }
ci_assert() { travis_assert "$@"; }
ci_result() { travis_result "$@"; }
ci_jigger() { travis_jigger "$@"; }
ci_apt_get_update() { travis_apt_get_update "$@"; }
ci_download() { travis_download "$@"; }
ci_vers2int() { travis_vers2int "$@"; }
