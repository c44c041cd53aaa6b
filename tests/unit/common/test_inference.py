"""Models are opened without a word to onnxruntime's maker."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
MODEL = REPOSITORY / "services" / "notes" / "onnx_models" / "asks.onnx"


@pytest.mark.parametrize("service", ["scoring.runtime", "notes.actions.learned"])
def test_services_that_open_models_leave_no_identifier_to_report_under(service: str, tmp_path: Path) -> None:
    program = f"""
import sys
from pathlib import Path
import services.{service}
from services.common.inference import open_session
open_session(Path(sys.argv[1]).read_bytes())
"""
    # onnxruntime keeps silent on a machine for CI by itself.
    kept = {name: value for name, value in os.environ.items() if name not in {"CI", "ORT_DISABLE_TELEMETRY"}}
    folders = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    variables = kept | folders | {"PYTHONPATH": str(REPOSITORY)}
    subprocess.run([sys.executable, "-c", program, str(MODEL)], env=variables, check=True, cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []
