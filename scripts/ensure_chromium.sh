#!/bin/sh
# The dashboard's tests drive Chromium. Finds it, or installs Debian's package when that needs no question asked.
# Without it those tests skip and say so (in CI they fail).
set -u
if command -v chromium >/dev/null 2>&1; then
  exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "installing Chromium for the tests"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null && exit 0
fi
echo "Chromium is not here: the dashboard's tests will be skipped. To run them, install your system's chromium package."
