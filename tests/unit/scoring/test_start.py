"""A service that scores starts without what only training needs: a start of seconds less, half the memory."""

import subprocess
import sys

import pytest

HEAVY = ("sklearn", "scipy", "pandas")


@pytest.mark.parametrize("module", ["services.scoring.processes", "services.scoring.composition"])
def test_starts_without_training_libraries(module: str) -> None:
    found = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split()
    assert module in found
    assert not set(HEAVY) & set(found)


def test_the_watching_process_knows_nothing_of_the_service() -> None:
    found = subprocess.run(
        [sys.executable, "-c", "import sys, services.scoring.processes; print(*sys.modules)"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split()
    assert "services.scoring.composition" not in found
    assert not {"numpy", "pyarrow", "onnxruntime"} & set(found)
