#!/bin/sh
# Installs one service with what it needs and nothing else, into the Python environment named second. The image is
# made by it (docker/Dockerfile), and `make images-check` runs it as it stands where there is no container engine.
#
#   sh docker/install.sh scoring /opt/leadlight
#
# Run it in the project's folder, with uv on the path. Versions come from constraints.txt, and so do the hashes that
# each download is held to.
set -eu
service=$1
environment=$2

# The environment is named to each command: a variable such as UV_PYTHON, where it is set, wins over VIRTUAL_ENV.
uv venv --quiet --relocatable "$environment"
uv pip install --quiet --python "$environment" --verify-hashes --constraints constraints.txt --extra "$service" \
  --requirements pyproject.toml
# What the project itself is built with, from the lock too: isolation would fetch whatever is newest.
tools=$(mktemp -d)
uv venv --quiet "$tools"
sed -n '/^setuptools==/,/[^\\]$/p' constraints.txt >"$tools/setuptools.txt"
uv pip install --quiet --python "$tools" --require-hashes --requirements "$tools/setuptools.txt"
uv build --quiet --wheel --no-build-isolation --python "$tools" --out-dir "$tools/wheels" .
uv build --quiet --wheel --no-build-isolation --python "$tools" --out-dir "$tools/wheels" protos
uv pip install --quiet --python "$environment" --no-deps --reinstall --compile-bytecode "$tools"/wheels/*.whl
rm -r "$tools"
