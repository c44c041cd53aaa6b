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

uv venv --quiet --relocatable "$environment"
export VIRTUAL_ENV="$environment"
uv pip install --quiet --verify-hashes --constraints constraints.txt --extra "$service" --requirements pyproject.toml
# What the project itself is built with, from the lock too: isolation would fetch whatever is newest.
tools=$(mktemp -d)
uv venv --quiet "$tools"
sed -n '/^setuptools==/,/[^\\]$/p' constraints.txt >"$tools/setuptools.txt"
VIRTUAL_ENV=$tools uv pip install --quiet --require-hashes --requirements "$tools/setuptools.txt"
VIRTUAL_ENV=$tools uv build --quiet --wheel --no-build-isolation --python "$tools" --out-dir "$tools/wheels" .
VIRTUAL_ENV=$tools uv build --quiet --wheel --no-build-isolation --python "$tools" --out-dir "$tools/wheels" protos
uv pip install --quiet --no-deps --reinstall --compile-bytecode "$tools"/wheels/*.whl
rm -r "$tools"
