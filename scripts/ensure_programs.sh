#!/bin/sh
# The tests run on SQLite and on PostgreSQL, under strace (a slow disk) and libfaketime (a clock that jumps). Finds
# those programs, or installs Debian's packages when that needs no question asked. Without PostgreSQL the tests on it
# skip and say so (in CI they fail); without the others the tests of these two faults skip and say so.
set -u
missing=
command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v strace >/dev/null 2>&1 || missing="$missing strace"
ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || missing="$missing libfaketime"
[ -n "$missing" ] || exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "installing for the tests:$missing"
  # shellcheck disable=SC2086 # several names
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null && exit 0
fi
echo "Not here:$missing. The tests that need them will be skipped."
echo "To run them, install these packages of your system; LEADLIGHT_TEST_POSTGRES_URL names a PostgreSQL that runs elsewhere."
