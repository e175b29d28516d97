#!/bin/sh
# sudo for images that have none: root needs no more rights, and others get none by it.

user=root keep='' shell=''
while [ $# -gt 0 ]; do
  case $1 in
    --) shift; break ;;
    -u | --user) user=${2-}; [ $# -lt 2 ] || shift ;;
    --user=*) user=${1#*=} ;;
    -g | --group | -p | --prompt | -C | -T | -h | --host) [ $# -lt 2 ] || shift ;;
    -i | --login | -s | --shell) shell=1 ;;
    -V | --version) printf 'sudo: the one of the agent, for images that have none\n'; exit 0 ;;
    -v | --validate | -k | -K) [ $# -gt 1 ] || exit 0 ;;
    -l | --list) exit 0 ;;
    -*) ;;
    [A-Za-z_]*=*) export "$1" ;;
    *) break ;;
  esac
  shift
done

if [ "$(id -u)" != 0 ]; then
  printf 'sudo: this image has no sudo, and the job does not run as root; use an image with sudo, or one that runs as root\n' >&2
  exit 1
fi
if [ $# -eq 0 ]; then
  [ "$shell" ] || { printf 'usage: sudo [OPTION]… COMMAND…\n' >&2; exit 1; }
  set -- "${SHELL:-/bin/sh}"
fi
case $user in
  root | '#0') exec "$@" ;;
esac

# The words of the command as one text.
text=''
for word; do
  text="$text '$(printf '%s' "$word" | sed "s/'/'\\\\''/g")'"
done
exec su -s /bin/sh "$user" -c "exec $text"
