"""Random messages for every RPC of the suite: no INTERNAL, no crash, however they are broken.

python -m tests.quality.fuzz [--count N] [--service NAME ...] [--seconds S] [--seed N]

The suite is served in this process on SQLite. Counts by code are printed; faults are printed with the request's bytes.
With --seconds the messages stop there, and the table says how many there were.
"""

import argparse
import json
import logging
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.contract.cases import every_contract
from tests.contract.served import rpcs
from tests.robustness.fuzz import Found, fuzz, good_requests, key
from tests.robustness.random_messages import Messages

REPORT = Path(__file__).parents[2] / "build" / "quality-fuzz.json"
_ROUND = 30


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.quality.fuzz", description="Random messages for every RPC."
    )
    parser.add_argument("--count", type=int, default=10_000, help="messages for each RPC")
    parser.add_argument("--service", nargs="+", default=sorted({rpc.service for rpc in rpcs()}))
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    chosen = [rpc for rpc in rpcs() if rpc.service in asked.service]
    found: dict[str, Found] = {key(rpc): Found() for rpc in chosen}
    sent = dict.fromkeys(found, 0)
    console = Console()
    with (
        tempfile.TemporaryDirectory(prefix="leadlight-fuzz-") as folder,
        every_contract(Path(folder)) as contracts,
    ):
        good = good_requests(contracts, chosen)
        known = [request for requests in good.values() for request in requests]
        end_s = time.monotonic() + asked.seconds
        # In rounds over all of them, so that a run that is cut short has tried every RPC.
        for start in range(0, asked.count, _ROUND):
            size = min(_ROUND, asked.count - start)
            for number, rpc in enumerate(chosen):
                if time.monotonic() > end_s:
                    break
                messages = Messages(asked.seed + start * len(chosen) + number, known)
                now = fuzz(contracts[rpc.service], rpc, good[key(rpc)], messages, size)
                found[key(rpc)].codes += now.codes
                found[key(rpc)].faults += now.faults
                sent[key(rpc)] += size
        alive = all(contract.snapshot() is not None for contract in contracts.values())
    console.print(_table(found, sent), width=max(console.width, 140))
    for fault in [each for one in found.values() for each in one.faults]:
        console.print(
            f"FAULT {fault.rpc}: {fault.code} {fault.message} {[each.hex() for each in fault.payloads]}"
        )
    REPORT.parent.mkdir(exist_ok=True)
    report = {
        name: {"messages": sent[name], "codes": each.codes, "faults": len(each.faults)}
        for name, each in found.items()
    }
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return int(not alive or any(each.faults for each in found.values()))


def _table(found: dict[str, Found], sent: dict[str, int]) -> Table:
    table = Table(title="Random messages", title_justify="left")
    codes = sorted({code for each in found.values() for code in each.codes})
    table.add_column("RPC")
    for name in ("messages", *codes, "faults"):
        table.add_column(name, justify="right")
    for name, each in found.items():
        table.add_row(
            name, str(sent[name]), *(str(each.codes[code] or "") for code in codes), str(len(each.faults))
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
