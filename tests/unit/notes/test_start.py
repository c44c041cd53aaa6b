"""A service that starts quickly: the process that watches over the others knows nothing of texts."""

import subprocess
import sys

HEAVY = {"lingua", "onnxruntime", "numpy", "babel", "holidays", "phonenumbers", "services.notes.composition"}


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
    assert not HEAVY & imported("services.notes.processes")


def test_a_worker_starts_without_what_only_training_needs() -> None:
    assert not {"sklearn", "scipy", "skl2onnx", "pandas"} & imported("services.notes.composition")


def test_the_runner_loads_what_reads_notes_when_there_is_something_to_read() -> None:
    found = imported("services.notes.running")
    assert not {"lingua", "onnxruntime", "babel", "holidays", "services.notes.analysis"} & found
