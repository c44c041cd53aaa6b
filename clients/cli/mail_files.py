"""Mails of a mailbox (mbox) or of one file (.eml): their headers, never their words."""

import hashlib
import mailbox
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path

from leadlight.relationship.v1 import activity_pb2

from clients.cli.captured import Capture, add_person
from clients.cli.failures import CommandError

_ID = re.compile(r"<([^<>\s]+)>")
_SPACE = re.compile(r"\s+")
_PRIVATE = frozenset({"personal", "private", "company-confidential"})
"""Of the header Sensitivity (RFC 2156)."""
_MOST_REFERENCES = 200
_MOST_PEOPLE = 1000
_LONGEST_ID, _LONGEST_MESSAGE_ID, _LONGEST_SUBJECT = 255, 998, 500
_LONGEST_ADDRESS = 320


class UnusableError(Exception):
    """A mail or meeting that can't be taken in; the message says why."""


@dataclass
class MailFile(Capture):
    """The mails of a file.

    Attributes:
        path: The file.
        is_mailbox: It is an mbox; else one mail.
    """

    path: Path = Path()
    is_mailbox: bool = False

    def activities(self) -> Iterator[activity_pb2.Activity]:
        """Each mail, in the file's order.

        Raises:
            CommandError: If the file cannot be read, or is no mailbox.
        """
        number = 0
        for number, headers in enumerate(self._headers(), 1):
            try:
                made = self._activity(headers)
            except UnusableError as error:
                self.bad.append(f"mail {number}: {error}")
                continue
            if self.offered(made, is_private=_text(headers, "Sensitivity").casefold() in _PRIVATE):
                yield made
        if not number:
            raise CommandError(f"{self.path} holds no mails: each begins with a line `From ` in an mbox")

    def _headers(self) -> Iterator[Message]:
        parser = BytesHeaderParser()
        try:
            if not self.is_mailbox:
                with self.path.open("rb") as file:
                    yield parser.parse(file)
                return
            box = mailbox.mbox(self.path, create=False)
            try:
                for key in box.iterkeys():
                    yield parser.parsebytes(box.get_bytes(key))
            finally:
                box.close()
        except (FileNotFoundError, mailbox.NoSuchMailboxError):
            raise CommandError(f"{self.path} does not exist") from None
        except OSError as error:
            raise CommandError(f"{self.path} cannot be read: {error.strerror or error}") from None

    def _activity(self, headers: Message) -> activity_pb2.Activity:
        made = activity_pb2.Activity(kind=activity_pb2.ACTIVITY_KIND_EMAIL)
        made.start_time.FromDatetime(self._sent_at(headers))
        senders = _people(headers, "From") or _people(headers, "Sender")
        if not senders:
            raise UnusableError("it has no sender")
        add_person(made, *senders[0], activity_pb2.PARTICIPANT_ROLE_FROM)
        for name, role in (
            ("To", activity_pb2.PARTICIPANT_ROLE_TO),
            ("Cc", activity_pb2.PARTICIPANT_ROLE_CC),
            ("Bcc", activity_pb2.PARTICIPANT_ROLE_CC),
        ):
            for person in _people(headers, name):
                add_person(made, *person, role)
        if len(made.participants) == 1:
            raise UnusableError("it has no receiver")
        if len(made.participants) > _MOST_PEOPLE:
            raise UnusableError(f"it has more than {_MOST_PEOPLE:,} people")
        made.subject = _SPACE.sub(" ", _text(headers, "Subject"))[:_LONGEST_SUBJECT]
        _name_thread(made, headers)
        made.id = made.message_id
        if not 0 < len(made.id) <= _LONGEST_ID:
            told = made.SerializeToString(deterministic=True)
            made.id = f"mail-{hashlib.sha256(told).hexdigest()[:32]}"
        return made

    def _sent_at(self, headers: Message) -> datetime:
        text = _text(headers, "Date")
        try:
            at = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            raise UnusableError(f"no time can be read from {text[:40]!r}") from None
        if at.tzinfo is None:
            self.naive += 1
            at = at.replace(tzinfo=self.zone)
        return at


def _name_thread(made: activity_pb2.Activity, headers: Message) -> None:
    """Sets the ids that mails of a thread share; none is its own answer."""

    def ids(name: str) -> list[str]:
        found = _ID.findall(_text(headers, name))
        return [each for each in dict.fromkeys(found) if len(each) <= _LONGEST_MESSAGE_ID]

    made.message_id = next(iter(ids("Message-ID")), "")
    answers = [each for each in ids("In-Reply-To") if each != made.message_id]
    made.in_reply_to = next(iter(answers), "")
    named = [each for each in ids("References") if each != made.message_id]
    made.references.extend(named[-_MOST_REFERENCES:])


def _people(headers: Message, name: str) -> list[tuple[str, str]]:
    """Address and name of each person in a header."""
    written = [str(each) for each in headers.get_all(name, [])]
    return [
        (address, _decoded(called))
        for called, address in getaddresses(written)
        if "@" in address and len(address) <= _LONGEST_ADDRESS
    ]


def _text(headers: Message, name: str) -> str:
    return _decoded(str(headers.get(name, ""))).strip()


def _decoded(text: str) -> str:
    """Text whose words may be encoded (RFC 2047); as it stands where they can't be read."""
    try:
        decoded = str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        decoded = text
    # What came as raw bytes can't be sent as text.
    return decoded.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
