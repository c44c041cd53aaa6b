"""What the contract tests send to the dedupe service's ScanService."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from google.protobuf.message import Message
from leadlight.common.v1 import record_pb2
from leadlight.dedupe.v1 import scan_pb2

from tests.contract.cases import BadInput, Requests
from tests.contract.common_cases import page_tokens
from tests.contract.dedupe_rule_cases import done
from tests.contract.served import Client


def scanned(client: Client) -> str:
    """Scans what is stored; gives the scan's name."""
    request = scan_pb2.ScanDuplicatesRequest(keep_weights=True)
    operation = done(client, client.call("ScanService.ScanDuplicates", request))
    scan = scan_pb2.Scan()
    operation.response.Unpack(scan)
    return scan.name


def snapshot(client: Client) -> list[Message]:
    """All scans, what the last one found, and the weights."""
    return [
        client.call("ScanService.ListScans", scan_pb2.ListScansRequest(page_size=1000)),
        client.call(
            "ScanService.ListClusters", scan_pb2.ListClustersRequest(parent="scans/-", page_size=1000)
        ),
        client.call("ScanService.ListPairs", scan_pb2.ListPairsRequest(parent="scans/-", page_size=1000)),
        client.call("ScanService.GetWeights", scan_pb2.GetWeightsRequest()),
    ]


def good(client: Client) -> dict[str, Callable[[], Requests]]:
    """Good requests; the tenant has records and duplicates among them."""
    scanned(client)

    def latest() -> str:
        # The last three are kept: one that was named at the start may be gone.
        scans = client.call("ScanService.ListScans", scan_pb2.ListScansRequest(page_size=1)).scans
        return str(scans[0].name)

    return {
        "ScanService.ScanDuplicates": lambda: [scan_pb2.ScanDuplicatesRequest(keep_weights=True)],
        "ScanService.GetScan": lambda: [scan_pb2.GetScanRequest(name=latest())],
        "ScanService.ListScans": lambda: [scan_pb2.ListScansRequest()],
        "ScanService.ListClusters": lambda: [scan_pb2.ListClustersRequest(parent="scans/-")],
        "ScanService.ListPairs": lambda: [scan_pb2.ListPairsRequest(parent="scans/-")],
        "ScanService.GetWeights": lambda: [scan_pb2.GetWeightsRequest()],
        "ScanService.ResetWeights": lambda: [scan_pb2.ResetWeightsRequest()],
    }


MISSING: Mapping[str, Callable[[], Requests]] = {
    "ScanService.GetScan": lambda: [scan_pb2.GetScanRequest(name="scans/none")],
    "ScanService.ListClusters": lambda: [scan_pb2.ListClustersRequest(parent="scans/none")],
    "ScanService.ListPairs": lambda: [scan_pb2.ListPairsRequest(parent="scans/none")],
}

NOTHING_MISSING: Mapping[str, str] = {
    "ScanService.ScanDuplicates": "no records are scanned at once",
    "ScanService.ListScans": "an empty list is a good answer",
    "ScanService.GetWeights": "where none were estimated those hold that ship",
    "ScanService.ResetWeights": "where none were estimated there is nothing to forget",
}


def bad(other_token: Callable[[Any], str]) -> dict[str, Sequence[BadInput]]:
    """Bad inputs beyond the proto's constraints.

    Args:
        other_token: A token of another list, from the service's `Contract`.
    """
    nul = record_pb2.RecordRef(kind=record_pb2.RECORD_KIND_LEAD, id="a\x00")
    return {
        "ScanService.ListScans": page_tokens(
            lambda token: scan_pb2.ListScansRequest(page_token=token), other_token
        ),
        "ScanService.ListClusters": [
            BadInput(
                "NUL in the record's id",
                lambda _: [scan_pb2.ListClustersRequest(parent="scans/-", ref=nul)],
                "ref.id",
            ),
            *page_tokens(
                lambda token: scan_pb2.ListClustersRequest(parent="scans/-", page_token=token), other_token
            ),
        ],
        "ScanService.ListPairs": page_tokens(
            lambda token: scan_pb2.ListPairsRequest(parent="scans/-", page_token=token), other_token
        ),
    }


NOTHING_BAD: Mapping[str, str] = {
    "ScanService.ScanDuplicates": "the proto's constraints say everything",
    "ScanService.GetScan": "the proto's pattern of the name says everything",
    "ScanService.GetWeights": "it has no fields",
    "ScanService.ResetWeights": "it has no fields",
}
