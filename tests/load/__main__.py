"""Loads every unary RPC of the scoring service, and the analyses of notes, with ghz and prints one table.

python -m tests.load [--rounds N] [--seconds S] [--workers 1 2] [--in-flight 1 50 200] [--calls score ...]

Each service is started as an operator would, on loopback with SQLite in a temporary folder, with one worker and
then with two. Exit code 1 if a threshold of thresholds.json is missed or a call failed.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.load import leads, measure
from tests.load.measure import Load, Result
from tests.load.service import running

_THRESHOLDS = Path(__file__).with_name("thresholds.json")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description="Loads every RPC with ghz.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--in-flight", type=int, nargs="+", default=[1, 50, 200])
    every = [call for calls in measure.CALLS.values() for call in calls]
    parser.add_argument("--calls", nargs="+", choices=every, default=every)
    asked = parser.parse_args()
    console = Console()
    found = leads.available()
    console.print(f"{os.cpu_count()} cores; model trained on {found.path.name}")
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="leadlight-load-") as folder:
        data_dir = Path(folder) / "data"
        with running(data_dir, workers=1) as service:
            measure.prepare(service, found, Path(folder))
        measure.prepare_notes(Path(folder))
        for name, known in measure.CALLS.items():
            calls = [call for call in known if call in asked.calls]
            if not calls:
                continue
            for workers in asked.workers:
                with running(data_dir, workers=workers, service=name) as service:
                    for in_flight in asked.in_flight:
                        load = Load(in_flight, asked.rounds, asked.seconds)
                        results += measure.measure(service, Path(folder), load, workers=workers, calls=calls)
    console.print(_table(results), width=max(console.width, 140))
    missed = [
        *_missed(results),
        *(f"{each.call}: {each.errors} calls failed" for each in results if each.errors),
    ]
    for line in missed:
        console.print(f"MISSED {line}")
    return 1 if missed else 0


def _table(results: list[Result]) -> Table:
    table = Table(
        title="4 connections (1 with 1 call in flight), medians over the rounds", title_justify="left"
    )
    for name in ("workers", "in flight"):
        table.add_column(name, justify="right")
    table.add_column("call")
    for name in (
        "calls/s",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "errors",
        "/ Health",
        "CPU us",
        "CPU ratio",
        "RSS MiB",
    ):
        table.add_column(name, justify="right")
    for each in results:
        table.add_row(
            str(each.workers),
            str(each.in_flight),
            each.call,
            f"{each.per_second:,.0f}",
            f"{each.p50_ms:.2f}",
            f"{each.p95_ms:.2f}",
            f"{each.p99_ms:.2f}",
            str(each.errors),
            f"{each.ratio:.2f}",
            f"{each.cpu_us:.0f}",
            f"{each.cpu_ratio:.2f}",
            f"{each.rss_mib:.0f}",
        )
    return table


def _missed(results: list[Result]) -> list[str]:
    missed = []
    for bar in json.loads(_THRESHOLDS.read_text(encoding="utf-8")):
        for each in results:
            here = each.call == bar["call"] and each.workers == bar["workers"]
            if here and each.in_flight == bar["in_flight"] and each.ratio < bar["at_least"]:
                missed.append(
                    f"{each.call}: {each.ratio:.2f} of {bar['baseline']} with {each.workers} worker(s) and "
                    f"{each.in_flight} in flight, bar {bar['at_least']}"
                )
    return missed


if __name__ == "__main__":
    sys.exit(main())
