#!/usr/bin/env bash
# with-session.sh CMD...: runs CMD with an X display, a session bus and an unlocked keychain (Secret Service) of its own.
# Nothing of the caller's session is used or touched, and all of it ends with CMD.
#
# Environment: KEYRING_PASSWORD (must not be empty: an empty one leaves the keychain locked and the first store waits
# for a person), SESSION_DATA_HOME (keeps the keychain between runs), SCREEN (size and depth of the display),
# NO_KEYRING=1 (a session without any keychain).
set -euo pipefail
work=$(mktemp -d "${TMPDIR:-/tmp}/session.XXXXXX")
display_pid=
cleanup() {
  [ -z "$display_pid" ] || { kill "$display_pid" 2>/dev/null && wait "$display_pid" 2>/dev/null; }
  rm -rf "$work"
  return 0
}
trap cleanup EXIT
trap 'exit 143' TERM INT

mkdir -m 700 "$work/run" "$work/data" "$work/config" "$work/cache"
export XDG_RUNTIME_DIR=$work/run XDG_DATA_HOME=${SESSION_DATA_HOME:-$work/data}
export XDG_CONFIG_HOME=$work/config XDG_CACHE_HOME=$work/cache
export GDK_BACKEND=x11 NO_AT_BRIDGE=1 GTK_A11Y=none
unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS GNOME_KEYRING_CONTROL

# -displayfd makes the server itself pick a free number: unlike `xvfb-run -a`, two runs cannot race for one.
mkfifo "$work/display"
Xvfb -displayfd 3 -screen 0 "${SCREEN:-1400x900x24}" -nolisten tcp -noreset 3>"$work/display" 2>"$work/xvfb.log" &
display_pid=$!
read -r -t 15 number <"$work/display" || { cat "$work/xvfb.log" >&2; exit 1; }
export DISPLAY=:$number

dbus-run-session -- bash -c '
  set -e
  if [ -z "${NO_KEYRING:-}" ]; then
    printf %s "${KEYRING_PASSWORD:-gatewright}" | gnome-keyring-daemon --unlock --components=secrets >/dev/null
  fi
  "$@"' _ "$@" &
child=$!
trap 'kill $child 2>/dev/null; exit 143' TERM INT
wait $child
