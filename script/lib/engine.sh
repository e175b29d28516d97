# The engine: use the one that answers, start one where none does.
# shellcheck shell=bash

ENGINE_LOG=${ENGINE_LOG:-/var/log/dockerd.log}

engine_answers() {
  docker version --format '{{.Server.Version}}' >/dev/null 2>&1
}

start_engine() {
  local pid=
  if systemd_runs; then
    systemctl start docker
  else
    mount_cgroups
    # Its own session and no inherited descriptors: it must outlive this script and hold no lock of it.
    setsid dockerd >"$ENGINE_LOG" 2>&1 </dev/null 3>&- 9>&- &
    pid=$!
  fi
  wait_for_engine 60 "$pid"
}

# Without an init system nobody may have mounted them, as in a fresh debootstrap root.
mount_cgroups() {
  ! grep -q ' cgroup2\? ' /proc/mounts || return 0
  apt-get install -yq --no-install-recommends cgroupfs-mount
  cgroupfs-mount
}

# wait_for_engine SECONDS PID: gives up at once when PID, an engine that was started here, has ended.
wait_for_engine() {
  local tenths=$(($1 * 10)) pid=$2
  while [ "$tenths" -gt 0 ]; do
    ! engine_answers || return 0
    [ -z "$pid" ] || kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
    tenths=$((tenths - 1))
  done
  tail -n 15 "$ENGINE_LOG" >&3 2>/dev/null || true
  die "the Docker engine did not start" "its log is $ENGINE_LOG (with systemd: journalctl -u docker)"
}
