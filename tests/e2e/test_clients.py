"""Clients of other kinds, generated, built and run as `make clients` does: they say what the Python client says.

In CI the dashboard, a connect-es client too, stands for it.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.quality, pytest.mark.slow, pytest.mark.timeout(600)]


def test_a_generated_connect_es_client_over_http_says_what_the_python_client_says() -> None:
    missing = [program for program in ("node", "npm", "buf") if shutil.which(program) is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)} not found")
    done = subprocess.run(
        [sys.executable, "-m", "scripts.run_clients", "python", "connect-es"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    *_, row = done.stdout.splitlines()
    if "packages cannot be had" in row:
        pytest.skip(row.partition("skipped")[2].strip())
    said, _, table = done.stdout.partition("language ")
    assert said.startswith("python, connect-es:\n"), done.stdout
    assert "source = Referral" in said
    assert "refused: INVALID_FIELD by leadlight.scoring\n  kind: " in said
    assert row.split()[:3] == ["connect-es", "yes", "yes"], table
