"""Random messages for every RPC of the suite: no INTERNAL, no crash, however they are broken.

python -m tests.robustness.fuzz_suite [--count N] [--service NAME ...] [--seconds S] [--seed N] [--resume]

The suite is served in this process on SQLite, so a crash of any service ends the run. How many messages each RPC
gets is LEADLIGHT_FUZZ_MESSAGES (10,000) unless --count says otherwise. Counts are kept in build/fuzz/<service>.json
after each round, and --resume goes on from there: ten thousand for each of all RPCs take hours, which may be taken in
slices, those of different services at the same time. One line for each service is printed, and each fault with the
request's bytes. Exit code 1 on a fault. SQLite writes much: with TMPDIR in memory a slice gets further.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from google.protobuf.message import Message
from rich.console import Console
from rich.table import Table

from tests.contract.cases import Contract, every_contract
from tests.contract.served import Rpc, rpcs, token
from tests.robustness.fuzz import Fault, Found, fuzz, good_requests, is_alive, key
from tests.robustness.random_messages import Messages

REPORTS = Path(__file__).parents[2] / "build" / "fuzz"
_ROUND = 30
_THREADS = 4
"""Of each service: one for its own messages, the others for what the gateway asks in the meantime."""
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
    parser.add_argument("--resume", action="store_true", help="go on where build/fuzz/ ends")
    asked = parser.parse_args()
    # A line for each call costs more than the call.
    structlog.configure(processors=[_drop])
    wanted = _Wanted(asked.count, time.monotonic() + asked.seconds, asked.seed, resume=asked.resume)
    alive = _send(asked.service, wanted)
    found = {service: _read(service) for service in asked.service}
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(_table(found))
    faults = [fault for own in found.values() for one in own.values() for fault in one.faults]
    for fault in faults:
        sent = [each.hex() for each in fault.payloads]
        console.print(f"FAULT {fault.rpc}: {fault.code} {fault.message} {sent}")
    return int(not alive or bool(faults))


@dataclass(frozen=True)
class _Wanted:
    """What is asked of every service: messages for each RPC, the monotonic time to stop at, the seed."""

    count: int
    end_s: float
    seed: int
    resume: bool


def _send(services: Sequence[str], wanted: _Wanted) -> bool:
    """Sends to all services at the same time: what one waits for, such as a job's end, holds up no other.

    Returns:
        Whether all of them still serve.
    """
    with (
        tempfile.TemporaryDirectory(prefix="leadlight-fuzz-") as folder,
        every_contract(Path(folder), threads=_THREADS) as contracts,
        ThreadPoolExecutor(len(services)) as pool,
    ):
        chosen = [rpc for rpc in dict.fromkeys(rpcs()) if rpc.service in services]
        good = good_requests(contracts, chosen)
        sending = [
            pool.submit(
                _send_to, contracts[service], [rpc for rpc in chosen if rpc.service == service], good, wanted
            )
            for service in services
        ]
        for each in sending:
            each.result()
        return all(is_alive(contract) for contract in contracts.values())


def _send_to(
    contract: Contract, own: Sequence[Rpc], good: Mapping[str, Sequence[Message]], wanted: _Wanted
) -> None:
    """Sends to one service in rounds over its RPCs: a run that is cut short has tried every one."""
    service = contract.served.name
    known = [request for requests in good.values() for request in requests]
    found = _read(service) if wanted.resume else {}
    open_ = list(own)
    while open_ and time.monotonic() < wanted.end_s:
        token.cache_clear()  # they live an hour, a run may last longer
        for rpc in open_:
            if time.monotonic() > wanted.end_s:
                break
            kept = found.setdefault(key(rpc), Found())
            size = min(_ROUND, wanted.count - kept.sent)
            messages = Messages(f"{wanted.seed} {key(rpc)} {kept.sent}", known)
            kept.add(fuzz(contract, rpc, good[key(rpc)], messages, size))
        _write(service, found)
        open_ = [rpc for rpc in own if found.setdefault(key(rpc), Found()).sent < wanted.count]


def _drop(_logger: Any, _name: str, _event: Any) -> Any:
    raise structlog.DropEvent


def _read(service: str) -> dict[str, Found]:
    """What was found by RPC of a service, of the faults the first ones."""
    path = _report(service)
    if not path.exists():
        return {}
    report = json.loads(path.read_text(encoding="utf-8"))
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


def _write(service: str, found: dict[str, Found]) -> None:
    path = _report(service)
    path.parent.mkdir(parents=True, exist_ok=True)
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
    path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def _report(service: str) -> Path:
    return REPORTS / f"{service}.json"


def _table(found: Mapping[str, Mapping[str, Found]]) -> Table:
    table = Table(title="Random messages", title_justify="left")
    table.add_column("service")
    for name in ("RPCs", "messages", "least for one", "OK", "refused", *_BLAMED, "faults"):
        table.add_column(name, justify="right")
    for service in sorted(service for service in found if found[service]):
        own = list(found[service].values())
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
