#!/bin/sh
# The tests run on SQLite and on PostgreSQL. Finds PostgreSQL's server programs, or installs Debian's package when
# that needs no question asked. Without them the tests on PostgreSQL skip and say so (in CI they fail).
set -u
if command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
  exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "installing PostgreSQL for the tests"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null && exit 0
fi
echo "PostgreSQL's server programs are not here: the tests on PostgreSQL will be skipped."
echo "To run them, install your system's postgresql package, or set LEADLIGHT_TEST_POSTGRES_URL."
