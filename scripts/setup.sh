#!/usr/bin/env bash
# Makes .venv from the hashed lock; installs missing system packages on Debian and Ubuntu.
# Idempotent: does nothing when the lock and the project file have not changed.
set -euo pipefail
cd "$(dirname "$0")/.."

# file that proves it is there | package | what it is for
needed() {
  cat <<'LIST'
libglib-2.0.so.0|libglib2.0-0|the window toolkit
libEGL.so.1|libegl1|the window toolkit
libGL.so.1|libgl1|the window toolkit
libdbus-1.so.3|libdbus-1-3|the window toolkit and the key store
libfontconfig.so.1|libfontconfig1|fonts
libxkbcommon.so.0|libxkbcommon0|the keyboard
libxcb-cursor.so.0|libxcb-cursor0|windows on X11
libxkbcommon-x11.so.0|libxkbcommon-x11-0|windows on X11
libxcb-icccm.so.4|libxcb-icccm4|windows on X11
libxcb-keysyms.so.1|libxcb-keysyms1|windows on X11
libxcb-shape.so.0|libxcb-shape0|windows on X11
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
  local library package purpose
  local cache
  cache=$(/sbin/ldconfig -p 2>/dev/null || ldconfig -p 2>/dev/null || true)
  while IFS='|' read -r library package purpose; do
    grep -q "$library" <<<"$cache" || echo "$package|$purpose"
  done < <(needed)
  if ! { command -v fc-list >/dev/null && fc-list ':lang=zh' 2>/dev/null | grep -q .; }; then
    echo "fontconfig|finding fonts"
    echo "fonts-noto-cjk|Chinese text"
  fi
  command -v Xvfb >/dev/null || echo "xvfb|tests with a real X11 display"
  command -v xdotool >/dev/null || echo "xdotool|tests with real key events"
  local python
  python=$(python_of)
  if [ -z "$python" ]; then
    echo "python3|running the program (3.11 or newer)"
    echo "python3-venv|an environment of its own"
  elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "python3-venv|an environment of its own"
  fi
}

install_system_packages() {
  local missing packages
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  packages=$(cut -d'|' -f1 <<<"$missing" | sort -u | tr '\n' ' ')
  echo "Missing on this system:"
  while IFS='|' read -r package purpose; do printf '  %-22s %s\n' "$package" "$purpose"; done <<<"$missing"
  if ! command -v apt-get >/dev/null; then
    echo "Install the equivalents of these with your system's package manager; going on without them."
    return 0
  fi
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "Please run as root:  apt-get install $packages" >&2
      exit 1
    fi
    echo "Root is needed to install them:"
    root=(sudo)
  fi
  "${root[@]}" apt-get update -qq
  # shellcheck disable=SC2086  # a list of words
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
}

make_environment() {
  local stamp wanted python
  wanted=$(cat requirements-dev.lock pyproject.toml "$0" | sha256sum)
  stamp=.venv/.lobby-setup
  if [ -x .venv/bin/lobby ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    return 0
  fi
  install_system_packages
  python=$(python_of)
  if [ -z "$python" ]; then
    echo "Python 3.11 or newer is needed and was not found." >&2
    exit 1
  fi
  echo "Setting up .venv with $("$python" --version) …"
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
  printf '%s' "$wanted" >"$stamp"
}

make_environment
