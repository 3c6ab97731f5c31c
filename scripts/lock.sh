#!/usr/bin/env bash
# Pins every requirement of the Linux development environment with the hashes of all its files.
# Names no index. Windows and macOS install from the ranges in pyproject.toml.
set -euo pipefail
cd "$(dirname "$0")/.."
options=(--quiet --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --resolver=backtracking)
mkdir -p build
.venv/bin/python - <<'PYTHON' >build/dev.in
import tomllib
groups = tomllib.load(open("pyproject.toml", "rb"))
print("\n".join(groups["project"]["dependencies"]))
print("\n".join(groups["dependency-groups"]["dev"]))
PYTHON
.venv/bin/pip-compile "${options[@]}" --output-file requirements-dev.lock build/dev.in
