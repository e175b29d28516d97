# A Python with the other implementations of `sec1` that agent/tests/interop compares ours with.
# shellcheck shell=bash

INTEROP_WANTED=$ROOT/agent/tests/interop/requirements.txt
INTEROP_VENV=$DEV_DIR/interop

# Fails where the packages are not to be had: a comparison that was left out proves nothing.
make_interop_venv() {
  ! cmp -s "$INTEROP_WANTED" "$INTEROP_VENV/installed" || return 0
  rm -rf "$INTEROP_VENV"
  python3 -m venv "$INTEROP_VENV"
  "$INTEROP_VENV/bin/pip" install --quiet --disable-pip-version-check --requirement "$INTEROP_WANTED"
  cp "$INTEROP_WANTED" "$INTEROP_VENV/installed"
}
