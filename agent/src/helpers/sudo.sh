#!/bin/sh
# sudo for images that have none: root needs no more rights, and others get none by it.
# Our own names begin with ci__, so that they meet no variable of a job.

ci__usage() {
  printf 'sudo: %s; the agent brings this one for images that have none\n' "$1" >&2
  exit 1
}

ci__user=root ci__shell=''
while [ $# -gt 0 ]; do
  case $1 in
    --) shift; break ;;
    --user=*) ci__user=${1#*=}; shift ;;
    -u | --user) [ $# -gt 1 ] || ci__usage "$1 wants a user"; ci__user=$2; shift 2 ;;
    -g | --group | -p | --prompt | -C | -D | --chdir | -R | -T | -h | --host)
      [ $# -gt 1 ] || ci__usage "$1 wants a value"
      case $1 in -D | --chdir) cd "$2" || exit 1 ;; esac
      shift 2
      ;;
    -i | --login | -s | --shell) ci__shell=1; shift ;;
    -A | -b | -E | -H | -n | -P | -S | --preserve-env | --preserve-env=* | --set-home | --non-interactive | --stdin) shift ;;
    -V | --version) printf 'sudo of the agent\n'; exit 0 ;;
    -l | --list) exit 0 ;;
    -v | --validate | -k | -K) shift; [ $# -gt 0 ] || exit 0 ;;
    -u*) ci__user=${1#-u}; shift ;;
    -[AbEHnPSisk]?*)
      # Several in one word: the first, and the others after it.
      ci__rest=${1#-?} ci__first=${1%"$ci__rest"}
      shift
      set -- "$ci__first" "-$ci__rest" "$@"
      ;;
    -*) ci__usage "the option $1 is not known" ;;
    [A-Za-z_]*=*) export "$1"; shift ;;
    *) break ;;
  esac
done
# Variables may stand behind `--`, too.
while [ $# -gt 0 ]; do
  case $1 in
    [A-Za-z_]*=*) export "$1"; shift ;;
    *) break ;;
  esac
done

if [ "$(id -u)" != 0 ]; then
  printf 'sudo: this image has no sudo, and the job does not run as root; use an image with sudo, or one that runs as root\n' >&2
  exit 1
fi
if [ $# -eq 0 ]; then
  [ "$ci__shell" ] || ci__usage 'there is no command'
  set -- "${SHELL:-/bin/sh}"
fi
case $ci__user in
  root | '#0') exec "$@" ;;
esac

# The words of the command as one text.
ci__text=''
for ci__word; do
  ci__text="$ci__text '$(printf '%s' "$ci__word" | sed "s/'/'\\\\''/g")'"
done
exec su -s /bin/sh "$ci__user" -c "exec $ci__text"
