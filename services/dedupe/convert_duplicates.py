"""Duplicates, evidence and decisions between protobuf and the service's own types."""

from collections.abc import Mapping

from leadlight.dedupe.v1 import duplicate_pb2, evidence_pb2

from services.common.context import current
from services.common.db import utc_now
from services.common.errors import invalid_argument
from services.common.records import RecordRef
from services.common.server.wire import RECORD_KINDS, ref, ref_message, timestamp
from services.dedupe.decisions import PairDecision, pair_of
from services.dedupe.duplicates import DEFAULT_LIMIT, KINDS, CrowdedKey, Duplicate, FindOptions, Found
from services.dedupe.evidence import DEFAULT_THRESHOLD, Evidence

_VERDICTS: Mapping[duplicate_pb2.Verdict.ValueType, bool | None] = {
    duplicate_pb2.VERDICT_UNSPECIFIED: None,
    duplicate_pb2.VERDICT_DUPLICATE: True,
    duplicate_pb2.VERDICT_NOT_DUPLICATE: False,
}
_VERDICT_NUMBERS = {verdict: number for number, verdict in _VERDICTS.items()}


def find_options(message: duplicate_pb2.FindOptions) -> FindOptions:
    """How to look for duplicates, with the defaults where nothing is said."""
    return FindOptions(
        kinds=frozenset(RECORD_KINDS[kind] for kind in message.kinds) or KINDS,
        limit=message.limit or DEFAULT_LIMIT,
        threshold=message.threshold if message.HasField("threshold") else DEFAULT_THRESHOLD,
        exclude_inactive=message.exclude_inactive,
    )


def found_message(found: Found) -> duplicate_pb2.FindDuplicatesResponse:
    """What a look-up found."""
    return duplicate_pb2.FindDuplicatesResponse(
        duplicates=[duplicate_message(each) for each in found.duplicates],
        not_comparable=found.not_comparable,
        crowded_keys=[_crowded_key_message(each) for each in found.crowded_keys],
    )


def duplicate_message(duplicate: Duplicate) -> duplicate_pb2.Duplicate:
    """One record that may be the same."""
    return duplicate_pb2.Duplicate(
        ref=ref_message(duplicate.ref),
        probability=duplicate.evidence.probability,
        evidence=evidence_message(duplicate.evidence),
        rules=[f"rules/{rule_id}" for rule_id in duplicate.rules],
    )


def evidence_message(evidence: Evidence) -> evidence_pb2.Evidence:
    """Why two records are thought to be the same."""
    return evidence_pb2.Evidence(
        fields=[
            evidence_pb2.FieldEvidence(
                field=part.field.value,
                left=part.left,
                right=part.right,
                similarity=part.similarity,
                level=part.level,
                weight=part.weight,
            )
            for part in evidence.fields
        ],
        prior_weight=evidence.prior,
        dependence_weight=evidence.dependence,
        match_weight=evidence.match_weight,
        reasons=evidence.reasons,
    )


def _crowded_key_message(key: CrowdedKey) -> duplicate_pb2.CrowdedKey:
    return duplicate_pb2.CrowdedKey(fields=key.fields, record_count=key.records)


def decision(message: duplicate_pb2.PairDecision, path: str) -> PairDecision:
    """A decision of the caller's.

    Args:
        message: As it was sent.
        path: Its field, for errors.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    left, right = pair(message, f"{path}.")
    is_match = message.verdict == duplicate_pb2.VERDICT_DUPLICATE
    return PairDecision(left, right, is_match, current().caller.subject, utc_now())


def pair(
    message: duplicate_pb2.PairDecision | duplicate_pb2.DeletePairDecisionRequest, prefix: str
) -> tuple[RecordRef, RecordRef]:
    """Two different records, in the order in which pairs are kept.

    Args:
        message: What names them.
        prefix: What its fields begin with, such as "decision."; "" for the request itself.

    Raises:
        LeadlightError: INVALID_ARGUMENT for a record and itself.
    """
    left, right = ref(message.left, f"{prefix}left"), ref(message.right, f"{prefix}right")
    if left == right:
        raise invalid_argument(f"{prefix}right", "is the same record as left")
    return pair_of(left, right)


def verdict(value: duplicate_pb2.Verdict.ValueType) -> bool | None:
    """Whether only matches are wanted, or only the others; None for all."""
    return _VERDICTS[value]


def decision_message(value: PairDecision) -> duplicate_pb2.PairDecision:
    """A decision."""
    return duplicate_pb2.PairDecision(
        left=ref_message(value.left),
        right=ref_message(value.right),
        verdict=_VERDICT_NUMBERS[value.is_match],
        decided_by=value.decided_by,
        decide_time=timestamp(value.decided_at),
    )
