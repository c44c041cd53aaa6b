"""Holds the suite under mixed load for ten minutes: memory stays flat, no descriptor leaks, nothing fails.

python -m tests.load.soak

Variables: LEADLIGHT_SOAK_SECONDS (600), LEADLIGHT_SOAK_CALLERS (8), LEADLIGHT_LOAD_SERVICES (all). Every caller calls
one RPC after the other in an order by chance, each with its good request; those that order long work are left out.
New connections are made all the time, as short-lived clients do. Exit code 1 if a service's memory grew by more than
a tenth and 16 MiB from the first third to the last, if it holds more than 16 descriptors more, or on an error.
"""

import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import grpc
from rich.console import Console
from rich.table import Table

from tests.contract.served import Client, Rpc, rpcs
from tests.load.suite import SERVICES, Loaded, orders_work, running_suite

ERRORS = frozenset({"INTERNAL", "UNKNOWN", "DATA_LOSS", "UNAVAILABLE", "DEADLINE_EXCEEDED", "UNIMPLEMENTED"})
UNPREPARED = "UNPREPARED"
SAMPLES = 30
GROWTH_SHARE, GROWTH_MIB, GROWTH_DESCRIPTORS = 0.10, 16.0, 16
CALLS_PER_CONNECTION = 50


@dataclass
class Seen:
    """What a service's processes held over time, and what its calls ended with.

    Attributes:
        rss_mib: Resident memory of its largest process, by sample.
        descriptors: Open descriptors of all its processes, by sample.
        codes: How many calls ended with each code.
    """

    rss_mib: list[float] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)

    def missed(self, name: str) -> list[str]:
        """What leaks or fails."""
        found = []
        early, late = _thirds(self.rss_mib)
        if late - early > max(GROWTH_MIB, GROWTH_SHARE * early):
            found.append(f"{name}: memory grew from {early:.0f} to {late:.0f} MiB")
        early, late = _thirds(self.descriptors)
        if late - early > GROWTH_DESCRIPTORS:
            found.append(f"{name}: descriptors grew from {early:.0f} to {late:.0f}")
        errors = {code: count for code, count in self.codes.items() if code in ERRORS}
        return [*found, f"{name}: errors {errors}"] if errors else found


def _thirds(samples: Sequence[float]) -> tuple[float, float]:
    """Medians of the first third of the samples and of the last."""
    third = max(1, len(samples) // 3)
    return median(samples[:third]), median(samples[-third:])


def main() -> int:
    seconds = float(os.environ.get("LEADLIGHT_SOAK_SECONDS", "600"))
    callers = int(os.environ.get("LEADLIGHT_SOAK_CALLERS", "8"))
    services = os.environ.get("LEADLIGHT_LOAD_SERVICES", ",".join(SERVICES)).split(",")
    console = Console(width=None if sys.stdout.isatty() else 200)
    with (
        tempfile.TemporaryDirectory(prefix="leadlight-soak-") as folder,
        running_suite(Path(folder), services) as suite,
    ):
        seen = {name: Seen() for name in suite}
        stop = threading.Event()
        threads = [
            threading.Thread(target=call_on, args=(suite, seen, number, stop)) for number in range(callers)
        ]
        for thread in threads:
            thread.start()
        try:
            for _ in range(SAMPLES):
                time.sleep(seconds / SAMPLES)
                for name, service in suite.items():
                    seen[name].rss_mib.append(service.rss_mib())
                    seen[name].descriptors.append(service.descriptors())
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    console.print(_table(seen))
    missed = [line for name, each in seen.items() for line in each.missed(name)]
    for line in missed:
        console.print(f"MISSED {line}")
    return 1 if missed else 0


def call_on(suite: Mapping[str, Loaded], seen: Mapping[str, Seen], seed: int, stop: threading.Event) -> None:
    """Calls one RPC after the other until told to stop."""
    chance = random.Random(seed)  # noqa: S311 - an order, no secret
    choice = [rpc for rpc in dict.fromkeys(rpcs()) if rpc.service in suite and not orders_work(rpc)]
    while not stop.is_set():
        service = suite[chance.choice(sorted(suite))]
        own = [rpc for rpc in choice if rpc.service == service.name]
        options = [("grpc.use_local_subchannel_pool", 1)]
        with grpc.insecure_channel(service.address, options) as channel:
            client = Client(channel, service.contract.served.client().tenant, service=service.name)
            for _ in range(CALLS_PER_CONNECTION):
                if stop.is_set():
                    break
                rpc = chance.choice(own)
                seen[service.name].codes[_code(client, service, rpc)] += 1


def _code(client: Client, service: Loaded, rpc: Rpc) -> str:
    try:
        client.answers(rpc, service.contract.good[rpc.name]())
    except grpc.RpcError as error:
        return str(error.code().name)
    except AssertionError:  # another caller cancelled or removed what this one was about to make ready
        return UNPREPARED
    return "OK"


def _table(seen: Mapping[str, Seen]) -> Table:
    table = Table(title="Soak: from the first sample to the last", title_justify="left")
    table.add_column("service")
    for name in ("calls", "errors", "RSS MiB first", "most", "last", "descriptors first", "most", "last"):
        table.add_column(name, justify="right")
    for name, each in seen.items():
        errors = sum(count for code, count in each.codes.items() if code in ERRORS)
        memory = [each.rss_mib[0], max(each.rss_mib), each.rss_mib[-1]]
        held = [each.descriptors[0], max(each.descriptors), each.descriptors[-1]]
        numbers = [f"{value:.0f}" for value in (*memory, *held)]
        table.add_row(name, f"{each.codes.total():,}", str(errors), *numbers)
    return table


if __name__ == "__main__":
    sys.exit(main())
