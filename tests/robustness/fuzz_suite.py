"""Random messages for every RPC of the suite: no INTERNAL, no crash, however they are broken.

python -m tests.robustness.fuzz_suite [--count N] [--service NAME ...] [--seconds S] [--seed N] [--resume]

The suite is served in this process on SQLite, so a crash of any service ends the run. How many messages each RPC
gets is LEADLIGHT_FUZZ_MESSAGES (10,000) unless --count says otherwise. Counts are kept in build/fuzz.json after each
round, and --resume goes on from there: ten thousand for each of all RPCs take hours, which may be taken in slices.
One line for each service is printed, and each fault with the request's bytes. Exit code 1 on a fault.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import structlog
from rich.console import Console
from rich.table import Table

from tests.contract.cases import every_contract
from tests.contract.served import Rpc, rpcs, token
from tests.robustness.fuzz import Fault, Found, fuzz, good_requests, is_alive, key
from tests.robustness.random_messages import Messages

REPORT = Path(__file__).parents[2] / "build" / "fuzz.json"
_ROUND = 30
_BLAMED = ("INTERNAL", "UNKNOWN")
_TAKEN_FAULTS = 20


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.robustness.fuzz_suite", description="Random messages for every RPC."
    )
    given = int(os.environ.get("LEADLIGHT_FUZZ_MESSAGES", "10000"))
    parser.add_argument("--count", type=int, default=given, help="messages for each RPC")
    parser.add_argument("--service", nargs="+", default=sorted({rpc.service for rpc in rpcs()}))
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", action="store_true", help="go on where build/fuzz.json ends")
    asked = parser.parse_args()
    # A line for each call costs more than the call.
    structlog.configure(processors=[_drop])
    found = _read() if asked.resume else {}
    chosen = [rpc for rpc in dict.fromkeys(rpcs()) if rpc.service in asked.service]
    alive = _send(chosen, found, asked.count, asked.seconds, asked.seed)
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(_table(found))
    for fault in [each for one in found.values() for each in one.faults]:
        sent = [each.hex() for each in fault.payloads]
        console.print(f"FAULT {fault.rpc}: {fault.code} {fault.message} {sent}")
    return int(not alive or any(each.faults for each in found.values()))


def _send(chosen: list[Rpc], found: dict[str, Found], count: int, seconds: float, seed: int) -> bool:
    """Sends up to so many messages to each, in rounds over all: a run that is cut short has tried every RPC."""
    with (
        tempfile.TemporaryDirectory(prefix="leadlight-fuzz-") as folder,
        every_contract(Path(folder)) as contracts,
    ):
        good = good_requests(contracts, chosen)
        known = [request for requests in good.values() for request in requests]
        end_s = time.monotonic() + seconds
        open_ = list(chosen)
        while open_ and time.monotonic() < end_s:
            token.cache_clear()  # they live an hour, a run may last longer
            for rpc in open_:
                if time.monotonic() > end_s:
                    break
                kept = found.setdefault(key(rpc), Found())
                size = min(_ROUND, count - kept.sent)
                messages = Messages(f"{seed} {key(rpc)} {kept.sent}", known)
                kept.add(fuzz(contracts[rpc.service], rpc, good[key(rpc)], messages, size))
            _write(found)
            open_ = [rpc for rpc in chosen if found.setdefault(key(rpc), Found()).sent < count]
        return all(is_alive(contract) for contract in contracts.values())


def _drop(_logger: Any, _name: str, _event: Any) -> Any:
    raise structlog.DropEvent


def _read() -> dict[str, Found]:
    """What earlier slices found, without the faults' bytes beyond the first."""
    if not REPORT.exists():
        return {}
    report = json.loads(REPORT.read_text(encoding="utf-8"))
    return {
        name: Found(
            each["messages"],
            Counter(each["codes"]),
            [
                Fault(
                    name, fault["code"], fault["message"], tuple(bytes.fromhex(one) for one in fault["sent"])
                )
                for fault in each["faults"]
            ],
        )
        for name, each in report.items()
    }


def _write(found: dict[str, Found]) -> None:
    REPORT.parent.mkdir(exist_ok=True)
    report = {
        name: {
            "messages": each.sent,
            "codes": each.codes,
            "faults": [
                {"code": one.code, "message": one.message, "sent": [data.hex() for data in one.payloads]}
                for one in each.faults[:_TAKEN_FAULTS]
            ],
        }
        for name, each in found.items()
    }
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def _table(found: dict[str, Found]) -> Table:
    table = Table(title="Random messages", title_justify="left")
    table.add_column("service")
    for name in ("RPCs", "messages", "least for one", "OK", "refused", *_BLAMED, "faults"):
        table.add_column(name, justify="right")
    for service in sorted({name.split()[0] for name in found}):
        own = [each for name, each in found.items() if name.split()[0] == service]
        codes = sum((each.codes for each in own), Counter[str]())
        blamed = [codes[code] for code in _BLAMED]
        table.add_row(
            service,
            str(len(own)),
            f"{sum(each.sent for each in own):,}",
            f"{min(each.sent for each in own):,}",
            f"{codes['OK']:,}",
            f"{codes.total() - codes['OK'] - sum(blamed):,}",
            *(str(each) for each in blamed),
            str(sum(len(each.faults) for each in own)),
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
