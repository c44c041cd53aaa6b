"""One run of ghz."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.load.leads import REPOSITORY

GHZ = REPOSITORY / "build" / "tools" / "bin" / "ghz"
CALLS = Path(__file__).parent / "calls"
PROTOSET = "leadlight.binpb"
_MARGIN_S = 60.0


@dataclass(frozen=True)
class Run:
    """What one run found.

    Attributes:
        calls: Calls that ended well.
        errors: All others.
        per_second: Calls that ended well, per second.
        p50_ms: Median latency.
        p95_ms: The latency that 95 % of the calls stayed within.
        p99_ms: The same for 99 %.
    """

    calls: int
    errors: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


def name_of(call: str) -> str:
    """The call's name for people, from its configuration."""
    name: str = json.loads((CALLS / f"{call}.json").read_text(encoding="utf-8"))["name"]
    return name


def run(call: str, folder: Path, address: str, *, in_flight: int, seconds: float) -> Run:
    """Calls without pause for some seconds.

    Args:
        call: Name of a file in calls/.
        folder: Where the data files and the protos are.
        address: host:port.
        in_flight: Calls under way at a time, over all connections.
        seconds: How long.

    Raises:
        RuntimeError: If ghz is not there or could not run.
    """
    if not GHZ.exists():
        raise RuntimeError("ghz is not there: `make tools` installs it (needs Go)")
    command = [str(GHZ), "--config", str(CALLS / f"{call}.json"), "--protoset", PROTOSET, "--format", "json"]
    limits = ["--concurrency", str(in_flight), "--connections", str(min(in_flight, 4))]
    done = subprocess.run(
        [*command, *limits, "--duration", f"{seconds}s", address],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        timeout=seconds + _MARGIN_S,
    )
    if done.returncode:
        raise RuntimeError(f"ghz failed on {call}: {done.stderr.strip() or done.stdout.strip()}")
    return _read(json.loads(done.stdout))


def _read(report: dict[str, Any]) -> Run:
    latency_ms = {
        each["percentage"]: each["latency"] / 1e6 for each in report.get("latencyDistribution") or ()
    }
    codes = report["statusCodeDistribution"]
    well = codes.get("OK", 0)
    return Run(
        calls=well,
        errors=sum(codes.values()) - well,
        per_second=well / (report["total"] / 1e9),
        p50_ms=latency_ms.get(50, float("nan")),
        p95_ms=latency_ms.get(95, float("nan")),
        p99_ms=latency_ms.get(99, float("nan")),
    )
