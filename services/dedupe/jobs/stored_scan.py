"""`dedupe.scan` for the service's store: pairs with their levels of agreement, and the scan in numbers.

Clusters are put together where it is stored: of the pairs that nobody has rejected, between records that are there.
"""

from dataclasses import replace

import pyarrow as pa

from services.dedupe.jobs import scan

_PAIRS = pa.schema([*scan.PAIRS, ("pattern", pa.int64())])

JOB = replace(
    scan.JOB,
    outputs={"pairs": _PAIRS, "report": scan.REPORT},
    stages=scan.JOB.stages[:-1],
    order={"pairs": scan.JOB.order["pairs"]},
)
