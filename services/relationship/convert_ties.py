"""Ties, introductions and opt-outs between protobuf and the service's own types."""

from leadlight.relationship.v1 import tie_pb2

from services.common.db import utc_now
from services.common.errors import invalid_argument
from services.common.server.wire import ref, storable, timestamp
from services.relationship.connections import Known, Target
from services.relationship.convert_activities import address
from services.relationship.membership import NamedPerson, plain_name
from services.relationship.opt_out_store import OptOutEntry
from services.relationship.tie_strength import band_of
from services.relationship.tie_text import evidence_text
from services.relationship.ties import Path, Tie

_KINDS = {tie_pb2.OPT_OUT_KIND_PERSON: "person", tie_pb2.OPT_OUT_KIND_GROUP: "group"}
_KIND_NUMBERS = {kind: number for number, kind in _KINDS.items()}


def target(request: tie_pb2.FindConnectionsRequest) -> Target:
    """Whom a caller asks about.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    match request.WhichOneof("target"):
        case "ref":
            return ref(request.ref, "ref")
        case "person":
            person = request.person
            return NamedPerson(_name(person.name, "person.name"), _name(person.company, "person.company"))
        case _:
            return address(request.address, "address")


def known_message(known: Known, language: str) -> tie_pb2.FindConnectionsResponse:
    """Who knows somebody."""
    return tie_pb2.FindConnectionsResponse(
        direct=[tie_message(tie, language) for tie in known.direct],
        two_hops=[_path_message(path) for path in known.paths],
    )


def tie_message(tie: Tie, language: str) -> tie_pb2.Tie:
    """A tie with what it rests on."""
    evidence = tie.evidence
    return tie_pb2.Tie(
        person=tie.colleague,
        contact=tie.contact,
        strength=tie.strength,
        band=_band(tie.strength),
        evidence=tie_pb2.TieEvidence(
            sent_count=evidence.sent,
            received_count=evidence.received,
            meeting_count=evidence.meetings,
            last_days_ago=evidence.days_ago,
            text=evidence_text(evidence, language),
        ),
    )


def opt_out(request: tie_pb2.SetOptOutRequest, subject: str) -> OptOutEntry:
    """A change of an opt-out.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    sent = request.opt_out
    kind = _KINDS[sent.kind]
    members = [address(each, f"opt_out.members[{index}]") for index, each in enumerate(sent.members)]
    if kind == "person":
        if members:
            raise invalid_argument("opt_out.members", "are for groups")
        name = address(sent.name, "opt_out.name")
        members = [name]
    else:
        name = storable(sent.name, "opt_out.name")
    return OptOutEntry(kind, name, tuple(dict.fromkeys(members)), sent.is_out, utc_now(), subject[:200])


def entry_message(entry: OptOutEntry) -> tie_pb2.OptOutEntry:
    """A change of an opt-out."""
    return tie_pb2.OptOutEntry(
        opt_out=tie_pb2.OptOut(
            kind=_KIND_NUMBERS[entry.kind],
            name=entry.name,
            members=entry.members if entry.kind == "group" else (),
            is_out=entry.is_out,
        ),
        time=timestamp(entry.set_at),
        by=entry.set_by,
    )


def _name(text: str, path: str) -> str:
    if not plain_name(storable(text, path)):
        raise invalid_argument(path, "holds no name")
    return text


def _path_message(path: Path) -> tie_pb2.TwoHopPath:
    return tie_pb2.TwoHopPath(
        first=tie_pb2.Tie(
            person=path.colleague, contact=path.via, strength=path.first, band=_band(path.first)
        ),
        second=tie_pb2.Tie(
            person=path.via, contact=path.target, strength=path.second, band=_band(path.second)
        ),
        strength=path.strength,
    )


def _band(strength: float) -> tie_pb2.TieBand.ValueType:
    return tie_pb2.TieBand.Value(f"TIE_BAND_{band_of(strength).name}")
