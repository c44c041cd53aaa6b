"""A service that starts quickly: the process that watches over the others knows nothing of records."""

import subprocess
import sys

HEAVY = {"numpy", "duckdb", "pyarrow", "phonenumbers", "sqlmodel", "services.dedupe.composition"}


def imported(module: str) -> set[str]:
    found = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split()
    assert module in found
    return set(found)


def test_the_watching_process_knows_nothing_of_the_service() -> None:
    assert not HEAVY & imported("services.dedupe.processes")


def test_a_worker_starts_without_what_only_scans_need() -> None:
    assert not {"duckdb", "pyarrow", "pandas"} & imported("services.dedupe.composition")


def test_the_runner_loads_what_scans_when_there_is_something_to_scan() -> None:
    assert not {"duckdb", "pyarrow", "numpy", "pandas"} & imported("services.dedupe.running")
