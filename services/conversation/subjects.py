"""A person in calls: what is held on them, and how they are taken out.

A call in which they took part is theirs: its words may name them in ways that nobody can list, so all words and all
findings go, and what stays is who else took part, and when. In every other call they are masked letter by letter, so
that offsets stay right.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select

from services.common.db import TenantReader, TenantSession
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

_AT_ONCE = 100
_PEOPLE = frozenset({RecordKind.LEAD, RecordKind.CONTACT})


class ConversationSubjects(SubjectRights):
    """A person's rights in the conversation service."""

    def export(self, reader: TenantReader, subject: Subject) -> Iterator[SubjectItem]:
        """Calls that are theirs, with what they said and what was found; calls and comments that name them."""
        for row in _calls(reader):
            call = call_store.call_of(row)
            theirs = _theirs(call, subject)
            if theirs:
                yield _own_call(reader, row, theirs)
            else:
                named = _naming(reader, call.call_id, subject)
                if named or _is_named_in(row, subject):
                    yield SubjectItem("call", f"calls/{call.call_id}", {"title": call.title, "turns": named})
            for comment in _comments(reader, call.call_id):
                if theirs or _wrote(comment, subject) or subject.is_in(comment.text):
                    name = f"calls/{call.call_id}/comments/{comment.comment_id}"
                    yield SubjectItem("comment", name, as_json(comment))
        for tracker in reader.exec(select(TrackerRow)):
            if subject.is_in(tracker.phrases):
                yield SubjectItem("tracker", f"trackers/{tracker.tracker_id}", as_json(tracker))

    def erase(self, session: TenantSession, subject: Subject) -> ErasedCounts:
        """Leaves of their calls when they were and who else took part, and masks them in the others."""
        counts = ErasedCounts()
        sellers: set[str] = set()
        for row in _calls(session):
            call = call_store.call_of(row)
            theirs = _theirs(call, subject)
            sellers.update(seller_keys(replace(call, participants=theirs)))
            comments = _comments(session, call.call_id)
            if theirs:
                counts.deleted["comment"] += len(comments)
                _erase_call(session, subject, call, theirs, counts)
            else:
                _mask_comments(session, comments, subject, counts)
                counts.masked["call"] += _mask_call(session, row, subject)
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


def _own_call(reader: TenantReader, row: CallRow, theirs: tuple[Participant, ...]) -> SubjectItem:
    """A call with what they said in it and what was found."""
    ids = {each.participant_id for each in theirs}
    said = select(UtteranceRow).where(UtteranceRow.call_id == row.call_id).order_by(col(UtteranceRow.place))
    findings = reader.get(AnalysisRow, call_id=row.call_id)
    data = as_json(row, "content_hash") | {
        "participants": [each for each in row.participants if each["participant_id"] in ids],
        "turns": [as_json(each, "call_id") for each in reader.exec(said) if each.participant_id in ids],
        "findings": {} if findings is None else findings.findings,
    }
    return SubjectItem("call", f"calls/{row.call_id}", data)


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


def _mask_call(session: TenantSession, row: CallRow, subject: Subject) -> bool:
    """Masks a person in a call of others; whether they were named."""
    call_id = row.call_id
    named = _naming(session, call_id, subject)
    findings = session.get(AnalysisRow, call_id=call_id)
    if not (named or _is_named_in(row, subject) or (findings and subject.is_in(findings.findings))):
        return False
    # What was found may have half of a name: of a call that names them in full, halves go too.
    halves = _halves(subject)
    session.update_rows(CallRow, [{"call_id": call_id, "title": subject.masked(row.title)}])
    session.update_rows(
        UtteranceRow,
        [
            {
                "call_id": call_id,
                "place": each["place"],
                "text": subject.masked(each["text"]),
                "words": halves.masked(each["words"]),
            }
            for each in named
        ],
    )
    if findings is not None:
        masked = halves.masked(subject.masked(findings.findings))
        session.update_rows(AnalysisRow, [{"call_id": call_id, "findings": masked}])
    keys = session.exec(select(CallBrandRow.key).where(CallBrandRow.call_id == call_id))
    session.delete_rows(CallBrandRow, [{"call_id": call_id, "key": key} for key in keys if halves.is_in(key)])
    for facts in fact_store.read_facts(session, [call_id]):
        mentions = tuple(each for each in facts.mentions if not halves.is_in([each.key, each.name]))
        if mentions != facts.mentions:
            cell_store.uncount_call(session, call_id)
            cell_store.count_call(session, replace(facts, mentions=mentions))
    removal.tell_commitments(session, call_store.call_of(row))
    return True


def _naming(reader: TenantReader, call_id: str, subject: Subject) -> list[dict[str, Any]]:
    """What was said in a call that names the person."""
    query = select(UtteranceRow).where(UtteranceRow.call_id == call_id).order_by(col(UtteranceRow.place))
    return [as_json(each, "call_id") for each in reader.exec(query) if subject.is_in(each.text)]


def _is_named_in(row: CallRow, subject: Subject) -> bool:
    return subject.is_in(row.title)


def _mask_comments(
    session: TenantSession, comments: list[CommentRow], subject: Subject, counts: ErasedCounts
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


def _calls(reader: TenantReader) -> Iterator[CallRow]:
    after = ""
    while True:
        query = select(CallRow).where(col(CallRow.call_id) > after).order_by(col(CallRow.call_id))
        rows = reader.exec(query.limit(_AT_ONCE)).all()
        yield from rows
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1].call_id


def _comments(reader: TenantReader, call_id: str) -> list[CommentRow]:
    return list(reader.exec(select(CommentRow).where(CommentRow.call_id == call_id)).all())


def _wrote(comment: CommentRow, subject: Subject) -> bool:
    return subject.is_address(comment.author) or subject.is_in(comment.author)


def _halves(subject: Subject) -> Subject:
    return replace(subject, names=frozenset(half for name in subject.names for half in name.split()))
