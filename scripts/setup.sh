#!/usr/bin/env bash
# Makes .venv from the hashed lock; installs missing system packages on Debian and Ubuntu.
# Idempotent: does nothing when lock, project file, Python and place of the checkout are the same.
set -euo pipefail
cd "$(dirname "$0")/.."

# file that proves it is there | package | what it is for
needed_libraries() {
  cat <<'LIST'
libglib-2.0.so.0|libglib2.0-0|the window toolkit
libEGL.so.1|libegl1|the window toolkit
libGL.so.1|libgl1|the window toolkit
libbrotlidec.so.1|libbrotli1|the window toolkit
libdbus-1.so.3|libdbus-1-3|the window toolkit and the key store
libfontconfig.so.1|libfontconfig1|fonts
libxkbcommon.so.0|libxkbcommon0|the keyboard
libxcb-cursor.so.0|libxcb-cursor0|windows on X11
libxkbcommon-x11.so.0|libxkbcommon-x11-0|windows on X11
libxcb-icccm.so.4|libxcb-icccm4|windows on X11
libxcb-keysyms.so.1|libxcb-keysyms1|windows on X11
libxcb-shape.so.0|libxcb-shape0|windows on X11
libXtst.so.6|libxtst6|tests with real key events
LIST
}

needed_programs() {
  cat <<'LIST'
fc-list|fontconfig|finding fonts
Xvfb|xvfb|tests with a display of their own
xrandr|x11-xserver-utils|tests that unplug a monitor
pdftoppm|poppler-utils|tests that look at PDF tickets
faketime|faketime|tests whose clock jumps
pgbouncer|pgbouncer|tests through a pool of connections
LIST
}

python_of() {
  local name
  for name in python3.11 python3.12 python3.13 python3; do
    if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
      echo "$name"
      return
    fi
  done
}

missing_packages() {
  local known proof package purpose python
  known=$(/sbin/ldconfig -p 2>/dev/null || true)
  while IFS='|' read -r proof package purpose; do
    grep -qF "$proof" <<<"$known" || echo "$package|$purpose"
  done < <(needed_libraries)
  while IFS='|' read -r proof package purpose; do
    PATH="$PATH:/usr/sbin" command -v "$proof" >/dev/null || echo "$package|$purpose"
  done < <(needed_programs)
  if ! fc-list ':lang=zh' 2>/dev/null | grep -q .; then
    echo "fonts-noto-cjk|Chinese text"
  fi
  python=$(python_of)
  if [ -z "$python" ]; then
    echo "python3|running the program (3.11 or newer)"
    echo "python3-venv|an environment of its own"
  elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "python3-venv|an environment of its own"
  fi
}

install_system_packages() {
  local missing packages command as_root=()
  [ "$(uname -s)" = Linux ] || return 0
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  echo "Missing on this system:"
  while IFS='|' read -r package purpose; do printf '  %-22s %s\n' "$package" "$purpose"; done <<<"$missing"
  if ! command -v apt-get >/dev/null; then
    echo "Install the equivalents of these with your system's package manager; going on without them."
    return 0
  fi
  packages=$(cut -d'|' -f1 <<<"$missing" | sort -u | xargs)
  command="apt-get install --no-install-recommends $packages"
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      printf 'Only root can install them. Ask for this to be run as root, then try again:\n  %s\n' "$command" >&2
      exit 1
    fi
    echo "Root is needed to install them:"
    as_root=(sudo)
  fi
  # A stale list of some other source must not stop us: what matters is whether the next line works.
  "${as_root[@]}" apt-get update -qq || true
  # shellcheck disable=SC2086  # a list of words
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    -o DPkg::Lock::Timeout=120 --no-install-recommends $packages >/dev/null; then
    printf 'That did not work. As root, this has to succeed first:\n  %s\n' "$command" >&2
    exit 1
  fi
}

state() {
  { pwd; readlink -f .venv/bin/python || true; cat requirements-dev.lock pyproject.toml scripts/setup.sh; } | sha256sum
}

make_environment() {
  local stamp=.venv/.lobby-setup python
  if [ -x .venv/bin/lobby ] && [ "$(cat "$stamp" 2>/dev/null)" = "$(state)" ]; then
    return 0
  fi
  install_system_packages
  python=$(python_of)
  if [ -z "$python" ]; then
    echo "Python 3.11 or newer is needed and was not found." >&2
    exit 1
  fi
  echo "Setting up .venv with $("$python" --version); the first time this takes a few minutes …"
  # A half-made environment, one of another Python and one that was moved do not work: begin anew.
  if ! grep -qsF "$PWD/.venv/bin/python" .venv/bin/pip || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    "$python" -m venv --clear .venv
  fi
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
  state >"$stamp"
}

make_environment
