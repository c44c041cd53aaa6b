"""The `leadlight` command as people run it, with its own data folder and its own ports."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SERVICES = ("SCORING", "RELATIONSHIP", "DEDUPE", "QUALIFICATION", "CONVERSATION", "NOTES", "GATEWAY")


@dataclass(frozen=True)
class Shell:
    """A terminal-less shell.

    Attributes:
        data_dir: The suite's data folder.
        settings: More variables, such as LEADLIGHT_GATEWAY_WEB_FOLDER.
    """

    data_dir: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LEADLIGHT_")}
        own = {f"LEADLIGHT_{service}_LISTEN": "127.0.0.1:0" for service in SERVICES}
        own["LEADLIGHT_GATEWAY_HTTP"] = "127.0.0.1:0"
        return (
            kept
            | own
            | {
                "LEADLIGHT_DATA_DIR": str(self.data_dir),
                "LEADLIGHT_WORKERS": "1",
                "NO_COLOR": "1",
                "OMP_NUM_THREADS": "1",
            }
            | dict(self.settings)
        )

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "clients.cli", *map(str, arguments)],
            cwd=ROOT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: object, timeout_s: float = 240) -> subprocess.CompletedProcess[str]:
        with self.start(*arguments) as process:
            stdout, stderr = process.communicate(timeout=timeout_s)
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)
