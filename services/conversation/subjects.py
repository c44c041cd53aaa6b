"""A person in calls: what is held on them, and how they are taken out.

A call in which they took part is theirs: its words may name them in ways that nobody can list, so all words and all
findings go, and what stays is who else took part, and when. In every other call they are masked letter by letter, so
that offsets stay right.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select

from services.common.db import TenantReader, TenantSession
from services.common.paging import in_portions
from services.common.records import RecordKind
from services.common.subjects import ErasedCounts, Subject, SubjectItem, SubjectRights, as_json
from services.conversation import call_store, removal
from services.conversation.call import Call, Participant, Side, seller_keys
from services.conversation.home import cell_store, fact_store
from services.conversation.models import (
    AnalysisRow,
    CallBrandRow,
    CallRow,
    CommentRow,
    HomeMentionRow,
    TrackerRow,
    UtteranceRow,
)

_AT_ONCE = 50
_BY_UTTERANCE = ("names", "hits", "mentions", "highlights", "commitments")
_PEOPLE = frozenset({RecordKind.LEAD, RecordKind.CONTACT})


@dataclass(frozen=True, slots=True)
class _Held:
    """A call with all that is held of it.

    Attributes:
        row: The call's own row.
        call: The same, without utterances.
        said: Its utterances, in order.
        findings: What was found in it, or None.
        comments: What was written on it.
    """

    row: CallRow
    call: Call
    said: Sequence[UtteranceRow]
    findings: AnalysisRow | None
    comments: Sequence[CommentRow]

    def naming(self, subject: Subject) -> list[UtteranceRow]:
        """The utterances that name a person."""
        return [each for each in self.said if subject.is_in(each.text)]

    def names(self, subject: Subject) -> bool:
        """Whether anything that was said or found names a person."""
        findings = self.findings.findings if self.findings else None
        return bool(self.naming(subject)) or subject.is_in([self.row.title, findings])


class ConversationSubjects(SubjectRights):
    """A person's rights in the conversation service."""

    def export(self, reader: TenantReader, subject: Subject) -> Iterator[SubjectItem]:
        """Calls that are theirs, with what they said and what was found; calls and comments that name them."""
        for held in _calls(reader):
            name = f"calls/{held.call.call_id}"
            theirs = _theirs(held.call, subject)
            if theirs:
                yield SubjectItem("call", name, _own_call(held, theirs))
            elif held.names(subject):
                turns = [as_json(each, "call_id") for each in held.naming(subject)]
                yield SubjectItem("call", name, {"title": held.call.title, "turns": turns})
            for comment in held.comments:
                if theirs or _wrote(comment, subject) or subject.is_in(comment.text):
                    yield SubjectItem("comment", f"{name}/comments/{comment.comment_id}", as_json(comment))
        for tracker in reader.exec(select(TrackerRow)):
            if subject.is_in(tracker.phrases):
                yield SubjectItem("tracker", f"trackers/{tracker.tracker_id}", as_json(tracker))

    def erase(self, session: TenantSession, subject: Subject) -> ErasedCounts:
        """Leaves of their calls when they were and who else took part, and masks them in the others."""
        counts = ErasedCounts()
        sellers: set[str] = set()
        for held in _calls(session):
            theirs = _theirs(held.call, subject)
            sellers.update(seller_keys(replace(held.call, participants=theirs)))
            if theirs:
                counts.deleted["comment"] += len(held.comments)
                _erase_call(session, subject, held.call, theirs, counts)
            else:
                _mask_comments(session, held.comments, subject, counts)
                if held.names(subject):
                    _mask_call(session, held, subject)
                    counts.masked["call"] += 1
        for seller in sorted(sellers):
            cell_store.forget_seller(session, seller)
        _forget_elsewhere(session, subject, counts)
        return counts


def _theirs(call: Call, subject: Subject) -> tuple[Participant, ...]:
    """The participants of a call who are the person.

    A call about their lead or contact is one with them: with whoever buys in it and has no record of their own.
    """
    is_about = (
        call.regarding in subject.records and call.regarding is not None and call.regarding.kind in _PEOPLE
    )
    return tuple(
        each
        for each in call.participants
        if each.record in subject.records
        or subject.is_address(each.address)
        or subject.has_phone(each.number)
        or (is_about and each.record is None and each.side is not Side.SELLER)
        or any(subject.is_in(name) or subject.is_address(name) for name in (each.participant_id, each.name))
    )


def _own_call(held: _Held, theirs: Sequence[Participant]) -> dict[str, Any]:
    """A call with what they said in it and what was found."""
    ids = {each.participant_id for each in theirs}
    return as_json(held.row, "content_hash") | {
        "participants": [each for each in held.row.participants if each["participant_id"] in ids],
        "turns": [as_json(each, "call_id") for each in held.said if each.participant_id in ids],
        "findings": _findings_about(held, held.findings.findings, ids) if held.findings else {},
    }


def _findings_about(held: _Held, findings: dict[str, Any], ids: Collection[str]) -> dict[str, Any]:
    """What was found in what they said; what the others said is the others' own."""
    places = {each.place for each in held.said if each.participant_id in ids}
    found: dict[str, Any] = {
        part: [each for each in findings[part] if each["utterance"] in places] for part in _BY_UTTERANCE
    }
    found["sentiments"] = [each for place, each in enumerate(findings["sentiments"]) if place in places]
    speech = findings["measures"]["participants"]
    found["speech"] = {each: speech[each] for each in sorted(ids) if each in speech}
    return found


def _erase_call(
    session: TenantSession,
    subject: Subject,
    call: Call,
    theirs: tuple[Participant, ...],
    counts: ErasedCounts,
) -> None:
    others = tuple(each for each in call.participants if each not in theirs)
    if others:
        regarding = None if call.regarding in subject.records else call.regarding
        removal.anonymise(session, call, replace(call, participants=others, regarding=regarding))
        counts.masked["call"] += 1
    else:
        removal.delete_call(session, call.call_id)
        counts.deleted["call"] += 1


def _mask_call(session: TenantSession, held: _Held, subject: Subject) -> None:
    """Masks a person in a call of others."""
    call_id = held.call.call_id
    # What was found may have half of a name: of a call that names them in full, halves go too.
    halves = _halves(subject)
    session.update_rows(CallRow, [{"call_id": call_id, "title": subject.masked(held.row.title)}])
    session.update_rows(
        UtteranceRow,
        [
            {
                "call_id": call_id,
                "place": each.place,
                "text": subject.masked(each.text),
                "words": halves.masked(each.words),
            }
            for each in held.naming(subject)
        ],
    )
    analysis = call_store.read_analysis(session, held.call)
    if analysis is not None:
        call_store.change_analysis(session, halves.masked(subject.masked(analysis)))
    keys = session.exec(select(CallBrandRow.key).where(CallBrandRow.call_id == call_id))
    session.delete_rows(CallBrandRow, [{"call_id": call_id, "key": key} for key in keys if halves.is_in(key)])
    for facts in fact_store.read_facts(session, [call_id]):
        mentions = tuple(each for each in facts.mentions if not halves.is_in([each.key, each.name]))
        if mentions != facts.mentions:
            cell_store.uncount_call(session, call_id)
            cell_store.count_call(session, replace(facts, mentions=mentions))
    removal.tell_commitments(session, held.call)


def _mask_comments(
    session: TenantSession, comments: Sequence[CommentRow], subject: Subject, counts: ErasedCounts
) -> None:
    for each in comments:
        key = {"call_id": each.call_id, "comment_id": each.comment_id}
        if _wrote(each, subject):
            counts.deleted["comment"] += session.delete_rows(CommentRow, [key])
        elif subject.is_in(each.text):
            text = subject.masked(each.text)
            counts.masked["comment"] += session.update_rows(CommentRow, [{**key, "text": text}])


def _forget_elsewhere(session: TenantSession, subject: Subject, counts: ErasedCounts) -> None:
    """Takes them out of trackers, and out of sums over calls that are gone by now."""
    for tracker in session.exec(select(TrackerRow)).all():
        left = [each for each in tracker.phrases if not subject.is_in(each)]
        if not left:
            counts.deleted["tracker"] += session.delete_rows(TrackerRow, [{"tracker_id": tracker.tracker_id}])
        elif left != tracker.phrases:
            row = {"tracker_id": tracker.tracker_id, "phrases": left}
            counts.masked["tracker"] += session.update_rows(TrackerRow, [row])
    brands = session.exec(select(HomeMentionRow.key, HomeMentionRow.name).distinct()).all()
    for key in sorted({key for key, name in brands if subject.is_in([key, name])}):
        session.change(delete(HomeMentionRow).where(col(HomeMentionRow.key) == key))


def _calls(reader: TenantReader) -> Iterator[_Held]:
    """Every call of the tenant, by its id."""
    for rows in in_portions(reader, select(CallRow), CallRow.call_id, at_once=_AT_ONCE):
        yield from _held(reader, rows)


def _held(reader: TenantReader, rows: Sequence[CallRow]) -> Iterator[_Held]:
    ids = [row.call_id for row in rows]
    said: dict[str, list[UtteranceRow]] = defaultdict(list)
    in_order = select(UtteranceRow).where(col(UtteranceRow.call_id).in_(ids))
    for each in reader.exec(in_order.order_by(col(UtteranceRow.call_id), col(UtteranceRow.place))):
        said[each.call_id].append(each)
    comments: dict[str, list[CommentRow]] = defaultdict(list)
    for comment in reader.exec(select(CommentRow).where(col(CommentRow.call_id).in_(ids))):
        comments[comment.call_id].append(comment)
    findings = reader.exec(select(AnalysisRow).where(col(AnalysisRow.call_id).in_(ids)))
    found = {each.call_id: each for each in findings}
    for row in rows:
        call_id = row.call_id
        yield _Held(row, call_store.call_of(row), said[call_id], found.get(call_id), comments[call_id])


def _wrote(comment: CommentRow, subject: Subject) -> bool:
    return subject.is_address(comment.author) or subject.is_in(comment.author)


def _halves(subject: Subject) -> Subject:
    return replace(subject, names=frozenset(half for name in subject.names for half in name.split()))
