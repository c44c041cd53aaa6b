"""Loads every RPC of every service and of the gateway with ghz, and prints one table.

python -m tests.load.every [--write-thresholds]

Variables: LEADLIGHT_LOAD_IN_FLIGHT (1,50,200), LEADLIGHT_LOAD_SECONDS (1), LEADLIGHT_LOAD_SERVICES (all),
LEADLIGHT_LOAD_RPCS (all; parts of names). A configuration for ghz is made for each RPC in build/load, with the good
request of the contract tests. An RPC that makes or removes something is sent the same request again and again: what
it then says (ALREADY_EXISTS, NOT_FOUND, ...) is an answer, counted apart. An error is a code that blames the service
or says that the load had no valid token. Exit code 1 on an error at up to 50 in flight, on a missed threshold, when a
refusal took longer than 50 ms, when a Health/Check on a connection of its own beside the load took longer than 50 ms
(half of them) or a second (1 %), or when an RPC could not be loaded; the others are loaded all the same. What misses
is loaded a second time, which counts.
With --write-thresholds the thresholds of the RPCs that were loaded are written anew, half of what was measured: for
a run on a machine that does nothing else.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

import grpc
from rich.console import Console
from rich.table import Table

from tests.contract.served import Rpc, rpcs, token
from tests.load.ghz import GHZ
from tests.load.health import HealthBeside
from tests.load.leads import REPOSITORY
from tests.load.suite import (
    HEALTH,
    SERVICES,
    Loaded,
    configuration,
    orders_work,
    running_suite,
    write_protoset,
)

BUILD = REPOSITORY / "build" / "load"
THRESHOLDS_FILE = Path(__file__).with_name("every_thresholds.json")
THRESHOLDS = json.loads(THRESHOLDS_FILE.read_text(encoding="utf-8"))
ERRORS = frozenset(
    {
        "Internal",
        "Unknown",
        "DataLoss",
        "Unavailable",
        "DeadlineExceeded",
        "Unimplemented",
        "Canceled",
        "Unauthenticated",
    }
)
REFUSED = "ResourceExhausted"
REFUSAL_MS = 50.0
# Orchestrators give a probe a second; half of the answers have to be at once.
HEALTH_P50_MS, HEALTH_P99_MS = 50.0, 1000.0
CLEAN_IN_FLIGHT = 50
_WIDTH = 200
_LEAST_HEALTH_S = 0.5


@dataclass(frozen=True)
class Result:
    """An RPC under one load.

    Attributes:
        name: Of the service and the RPC.
        in_flight: Calls under way at a time.
        per_second: Calls answered in a second, whatever the answer; refusals and errors not among them.
        p50_ms: Median latency of those.
        p95_ms: 95 % of them.
        p99_ms: 99 % of them.
        errors: Calls that ended with a code which blames the service.
        refused: Calls that were turned away, RESOURCE_EXHAUSTED.
        refused_p99_ms: How fast 99 % of those were.
        codes: All codes.
        ratio: `per_second` over that of the Health/Check just before.
        rss_mib: Memory of the service's largest process afterwards.
        health_p50_ms: Median latency of a Health/Check on a connection of its own meanwhile.
        health_p99_ms: 99 % of those.
    """

    name: str
    in_flight: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    errors: int
    refused: int
    refused_p99_ms: float
    codes: Counter[str]
    ratio: float
    rss_mib: float
    health_p50_ms: float
    health_p99_ms: float

    def missed(self) -> list[str]:
        """What it should have done."""
        found = []
        at = f"{self.name} with {self.in_flight} in flight"
        if self.errors and self.in_flight <= CLEAN_IN_FLIGHT:
            found.append(f"{at}: {self.errors} errors {dict(self.codes)}")
        if self.refused and self.refused_p99_ms > REFUSAL_MS:
            found.append(f"{at}: refusals took {self.refused_p99_ms:.0f} ms")
        if self.health_p50_ms > HEALTH_P50_MS or self.health_p99_ms > HEALTH_P99_MS:
            took = f"p50 {self.health_p50_ms:.0f} ms, p99 {self.health_p99_ms:.0f} ms"
            found.append(f"{at}: Health/Check beside it took {took}")
        bar = THRESHOLDS["rpcs"].get(self.name, THRESHOLDS["default"])
        if self.in_flight == THRESHOLDS["in_flight"] and self.ratio < bar:
            found.append(f"{at}: {self.ratio:.4f} of Health/Check, bar {bar}")
        return found


class NotLoadedError(Exception):
    """An RPC could not be loaded, or the Health/Check before it: no request, no call that ended, or ghz failed."""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.load.every", description="Loads every RPC with ghz."
    )
    parser.add_argument(
        "--write-thresholds", action="store_true", help="half of what was measured, from now on"
    )
    asked = parser.parse_args()
    in_flight = [int(each) for each in os.environ.get("LEADLIGHT_LOAD_IN_FLIGHT", "1,50,200").split(",")]
    seconds = float(os.environ.get("LEADLIGHT_LOAD_SECONDS", "1"))
    services = os.environ.get("LEADLIGHT_LOAD_SERVICES", ",".join(SERVICES)).split(",")
    parts = os.environ.get("LEADLIGHT_LOAD_RPCS", "").split(",")
    BUILD.mkdir(parents=True, exist_ok=True)
    write_protoset(BUILD / "suite.binpb")
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    results: list[Result] = []
    missed = []
    with (
        tempfile.TemporaryDirectory(prefix="leadlight-load-") as folder,
        running_suite(Path(folder), services) as suite,
    ):
        for rpc in dict.fromkeys(rpcs()):
            if rpc.service in services and any(part in rpc.name for part in parts):
                token.cache_clear()  # one lives an hour, all RPCs may take longer
                try:
                    results.extend(_twice(suite[rpc.service], rpc, load, seconds) for load in in_flight)
                except NotLoadedError as error:
                    missed.append(str(error))
    console.print(_table(results))
    if asked.write_thresholds:
        found = json.dumps(thresholds(results, THRESHOLDS), indent=2) + "\n"
        THRESHOLDS_FILE.write_text(found, encoding="utf-8")
    missed += [line for each in results for line in each.missed()]
    for line in missed:
        console.print(f"MISSED {line}")
    return 1 if missed else 0


def thresholds(results: list[Result], before: dict[str, Any]) -> dict[str, Any]:
    """The thresholds that a run gives: half of each ratio to Health/Check, with two digits.

    Args:
        results: Of the run. What ended with errors sets no threshold, nor does another number in flight.
        before: The thresholds so far; those of RPCs that this run did not load stay.
    """
    measured = {
        each.name: float(f"{each.ratio / 2:.2g}")
        for each in results
        if each.in_flight == before["in_flight"] and not each.errors and each.ratio > 0
    }
    return before | {"rpcs": dict(sorted((before["rpcs"] | measured).items()))}


def _twice(service: Loaded, rpc: Rpc, in_flight: int, seconds: float) -> Result:
    """Loads one RPC, and once more if something was missed: the second run counts.

    The kernel spreads connections over workers by chance: all of an RPC's may be one's, and those of the Health/Check
    before it both's.
    """
    first = measure(service, rpc, in_flight, seconds)
    return measure(service, rpc, in_flight, seconds) if first.missed() else first


def measure(service: Loaded, rpc: Rpc, in_flight: int, seconds: float) -> Result:
    """Loads one RPC, right after a Health/Check under the same load."""
    health = _run("health", HEALTH, service.address, in_flight, max(seconds / 2, _LEAST_HEALTH_S))
    name = f"{rpc.service} {rpc.name}"
    try:
        requests = service.contract.good[rpc.name]()
    except (AssertionError, grpc.RpcError) as error:
        raise NotLoadedError(f"{name}: a good request could not be made: {error}") from error
    config = configuration(rpc, requests)
    # Each call of these orders long work: as many as are in flight, once.
    with HealthBeside(service.address) as beside:
        length_s = 0 if orders_work(rpc) else seconds
        run = _run(name.replace(" ", "."), config, service.address, in_flight, length_s)
    latencies = sorted(
        each["latency"] / 1e6 for each in run["details"] if each["status"] not in {*ERRORS, REFUSED}
    )
    refusals = sorted(each["latency"] / 1e6 for each in run["details"] if each["status"] == REFUSED)
    cuts = (
        quantiles(latencies, n=100, method="inclusive") if len(latencies) > 1 else [*latencies, 0.0][:1] * 99
    )
    codes = Counter(run["statusCodeDistribution"])
    per_second = len(latencies) / (run["total"] / 1e9)
    return Result(
        name=name,
        in_flight=in_flight,
        per_second=per_second,
        p50_ms=cuts[49],
        p95_ms=cuts[94],
        p99_ms=cuts[98],
        errors=sum(codes[code] for code in ERRORS),
        refused=codes[REFUSED],
        refused_p99_ms=refusals[int(0.99 * (len(refusals) - 1))] if refusals else 0.0,
        codes=codes,
        ratio=per_second / (health["count"] / (health["total"] / 1e9)),
        rss_mib=service.rss_mib(),
        health_p50_ms=beside.percentile_ms(50),
        health_p99_ms=beside.percentile_ms(99),
    )


def _run(
    name: str, config: dict[str, object], address: str, in_flight: int, seconds: float
) -> dict[str, Any]:
    """One run of ghz: for so many seconds, or once for each in flight if that is 0."""
    if not GHZ.exists():
        raise RuntimeError("ghz is not there: `make tools` installs it (needs Go)")
    path = BUILD / f"{name}.json"
    path.write_text(json.dumps(config, indent=2), encoding="utf-8")
    length = (
        ["--duration", f"{seconds}s", "--duration-stop", "wait"] if seconds else ["--total", str(in_flight)]
    )
    limits = ["--concurrency", str(in_flight), "--connections", str(min(in_flight, 4))]
    command = [str(GHZ), "--config", str(path), "--protoset", str(BUILD / "suite.binpb"), "--format", "json"]
    done = subprocess.run([*command, *limits, *length, address], check=False, capture_output=True, text=True)
    if done.returncode:
        raise NotLoadedError(f"ghz failed on {name}: {done.stderr.strip() or done.stdout.strip()}")
    found: dict[str, Any] = json.loads(done.stdout)
    if not found["count"]:
        raise NotLoadedError(f"{name}: no call ended with {in_flight} in flight")
    return found


def _table(results: list[Result]) -> Table:
    table = Table(title="4 connections (1 with 1 call in flight)", title_justify="left")
    table.add_column("RPC", no_wrap=True)
    for name in (
        "in flight",
        "calls/s",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "errors",
        "refused",
        "in ms",
        "/ Health",
        "RSS MiB",
        "health p50",
        "p99 ms",
    ):
        table.add_column(name, justify="right")
    table.add_column("answers")
    for each in results:
        table.add_row(
            each.name,
            str(each.in_flight),
            f"{each.per_second:,.0f}",
            f"{each.p50_ms:.1f}",
            f"{each.p95_ms:.1f}",
            f"{each.p99_ms:.1f}",
            str(each.errors),
            str(each.refused),
            f"{each.refused_p99_ms:.0f}" if each.refused else "",
            f"{each.ratio:.4f}",
            f"{each.rss_mib:.0f}",
            f"{each.health_p50_ms:.1f}",
            f"{each.health_p99_ms:.0f}",
            " ".join(f"{code} {count}" for code, count in sorted(each.codes.items())),
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
