"""Which mails belong together, and which mail answers which: from a set of mails, in whatever order they came.

A thread is a connected component of mails that share an id (Message-ID, In-Reply-To, References, the mailbox's own
conversation id). A mail that names no other belongs to those with its subject and participants in the same quarter of
a year as well: half of all programs that log mail keep no more than that, and without an end a weekly report would be
one thread for years, read whole with each mail. In a thread the sides take turns; a turn waits from its first mail to
the other side's next one.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from services.relationship.activity import Activity, Kind, Side, State
from services.relationship.response_clock import ElapsedMs

# Re, Fwd, and what Danish, Norwegian, Swedish, German and Chinese programs write for them.
_PREFIX = re.compile(
    r"^\s*(?:(?:re|sv|vs|aw|antw|fw|fwd|vb|vbs|wg|tr|回复|答复|转发)\s*(?:\[\d+\])?\s*[:\uff1a]\s*)+",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Mail:
    """What threading needs to know of a mail.

    Attributes:
        activity_id: Its activity.
        sent_at: When.
        side: Of its sender.
        tokens: What it shares with others of its thread.
    """

    activity_id: str
    sent_at: datetime
    side: Side
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A mail's place in its thread.

    Attributes:
        thread: The least activity id in it.
        opens_turn: It is the first of its side since the other side's last one.
        answer_ms: From it to the other side's next one; None unless it opens a turn that was answered.
    """

    thread: str
    opens_turn: bool
    answer_ms: int | None


def tokens(activity: Activity) -> tuple[str, ...]:
    """What a mail shares with the others of its thread, hashed; nothing for what is no completed mail."""
    if activity.kind is not Kind.EMAIL or activity.state is not State.COMPLETED:
        return ()
    named = [f"id:{each}" for each in (activity.in_reply_to, *activity.references) if each]
    if activity.thread_id:
        named.append(f"thread:{activity.thread_id}")
    own = [f"id:{activity.message_id}"] if activity.message_id else []
    subject = plain_subject(activity.subject)
    if not named and subject:
        people = ",".join(sorted({each.address for each in activity.participants}))
        own.append(f"subject:{subject}\n{people}\n{_quarter(activity.started_at)}")
    found = dict.fromkeys([*own, *named])
    return tuple(hashlib.sha256(each.encode()).hexdigest()[:32] for each in found)


def _quarter(moment: datetime) -> str:
    at = moment.astimezone(UTC)
    return f"{at.year}-{(at.month - 1) // 3}"


def plain_subject(subject: str) -> str:
    """A subject without Re:, Fwd: and the like, folded."""
    return _SPACE.sub(" ", _PREFIX.sub("", subject)).strip().casefold()


def placed(mails: Iterable[Mail], *, elapsed_ms: ElapsedMs) -> dict[str, Place]:
    """The place of each of some mails that are whole threads.

    Args:
        mails: All mails of some threads.
        elapsed_ms: Time between two moments, as the tenant counts it.
    """
    found: dict[str, Place] = {}
    for members in _components(list(mails)):
        thread = min(mail.activity_id for mail in members)
        turns = _turns(sorted(members, key=lambda mail: (mail.sent_at, mail.activity_id)))
        for index, turn in enumerate(turns):
            # The next turn is the other side's by construction.
            reply = turns[index + 1][0] if index + 1 < len(turns) else None
            for mail in turn:
                opens = mail is turn[0] and mail.side is not Side.UNKNOWN
                answer = elapsed_ms(mail.sent_at, reply.sent_at) if opens and reply else None
                found[mail.activity_id] = Place(thread, opens, answer)
    return found


def _turns(mails: list[Mail]) -> list[list[Mail]]:
    turns: list[list[Mail]] = []
    for mail in mails:
        if turns and turns[-1][0].side is mail.side:
            turns[-1].append(mail)
        else:
            turns.append([mail])
    return turns


def _components(mails: list[Mail]) -> list[list[Mail]]:
    """Mails joined by shared tokens (union by the first mail that showed a token)."""
    parents = list(range(len(mails)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    first: dict[str, int] = {}
    for index, mail in enumerate(mails):
        for token in mail.tokens:
            if token in first:
                parents[root(index)] = root(first[token])
            else:
                first[token] = index
    members: dict[int, list[Mail]] = {}
    for index, mail in enumerate(mails):
        members.setdefault(root(index), []).append(mail)
    return list(members.values())
