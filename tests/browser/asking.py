"""Asks the suite behind the dashboard, for what a test needs there or wants to know."""

import json
import urllib.request
from typing import Any


def ask(address: str, method: str, request: dict[str, Any]) -> Any:
    """A call's answer.

    Args:
        address: The dashboard's.
        method: "package.Service/Method".
        request: As JSON.
    """
    call = urllib.request.Request(  # noqa: S310 - the suite's own address
        f"{address}/{method}",
        data=json.dumps(request).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(call, timeout=60) as answer:  # noqa: S310 - the suite's own address
        return json.load(answer)
