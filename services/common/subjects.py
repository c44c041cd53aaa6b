"""A person who asks what is held on them, or to be forgotten: how stores find them, and how text loses them.

A service knows a person by what it was sent: an address, a number, a record's id, a name in a text. Its
`SubjectRights` says where each of its tables may hold one.
"""

import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import Enum
from functools import cache, cached_property
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter
from sqlmodel import SQLModel

from services.common.codes import Code
from services.common.db import TenantReader, TenantSession
from services.common.records import RecordRef

_MASK = "•"
_BETWEEN_DIGITS = r"[\s().\-/]{0,3}"
_LEAST_DIGITS = 6
_NATIONAL_DIGITS = 8
"""Numbers that agree in their last eight digits are one number, with and without the country's prefix."""

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Subject:
    """A person, by everything that names them.

    Attributes:
        emails: Addresses, in lower case.
        phones: Numbers, as they were given.
        records: Their records in the CRM.
        names: Names as people write them.
    """

    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    records: frozenset[RecordRef] = frozenset()
    names: frozenset[str] = frozenset()

    def is_address(self, address: str) -> bool:
        """Whether a mail address or a phone number is theirs."""
        return address.lower() in self.emails or self.has_phone(address)

    def has_phone(self, number: str) -> bool:
        """Whether a phone number is theirs, however it is written."""
        digits = _digits(number)
        return len(digits) >= _LEAST_DIGITS and any(_same_number(digits, own) for own in self._numbers)

    def is_in(self, value: object) -> bool:
        """Whether a text, or any text inside a value as `masked` takes it, names them."""
        pattern = self._pattern
        if pattern is None:
            return False
        texts = list(_texts_in(value))
        # The pattern takes several times as long, and most values name somebody else.
        return self._may_be_in("\n".join(texts)) and any(pattern.search(text) for text in texts)

    def is_in_as(self, kind: TypeAdapter[Any], stored: Any) -> bool:
        """Whether a text of a value that is stored as JSON names them; see `masked_as`."""
        return self.is_in(stored) and self.is_in(kind.validate_python(stored))

    def may_be_in_json(self, stored: str) -> bool:
        """Whether a JSON value may name them, by its text and far faster: False only where `is_in` would be too."""
        # An escape hides what is written; it is rare, as only quotes, backslashes and control characters have one.
        return self._pattern is not None and ("\\" in stored or self._may_be_in(stored))

    def masked(self, value: _Value) -> _Value:
        """The same without them: every letter that names them becomes a dot, so that positions stay.

        Args:
            value: JSON, or a dataclass, whose choices and `Code`s are nobody's name.
        """
        changed: Any = value
        match value:
            case Enum():
                pass
            case str() if self._pattern is not None:
                changed = self._pattern.sub(lambda found: _MASK * len(found.group()), value)
            case Mapping():
                changed = {name: self.masked(each) for name, each in value.items()}
            case list():
                changed = [self.masked(each) for each in value]
            case tuple():
                changed = tuple(self.masked(each) for each in value)
            case _ if is_dataclass(value):
                names = _with_words(changed.__class__)
                changed = replace(changed, **{name: self.masked(getattr(changed, name)) for name in names})
        return changed  # type: ignore[no-any-return]

    def masked_as(self, kind: TypeAdapter[Any], stored: Any) -> Any:
        """What is stored of a value, without them: it can be read again, as it could not if a code were masked.

        Args:
            kind: Reads and writes such values.
            stored: As it is stored, in JSON.
        """
        # Reading it takes longer, and most values name somebody else.
        if not self.is_in(stored):
            return stored
        value = kind.validate_python(stored)
        masked = self.masked(value)
        return stored if masked == value else kind.dump_python(masked, mode="json")

    def _may_be_in(self, text: str) -> bool:
        """Whether all words of an address or a name, or a number's digits, are somewhere in a text."""
        folded = _folded(text)
        return any(all(word in folded for word in words) for words in self._words) or (
            self._digits_in_order is not None and self._digits_in_order.search(text) is not None
        )

    @cached_property
    def _words(self) -> tuple[tuple[str, ...], ...]:
        """The words of each address and each name."""
        named = (*((each,) for each in self.emails), *(each.split() for each in self.names if each.strip()))
        return tuple(tuple(map(_folded, words)) for words in named)

    @cached_property
    def _digits_in_order(self) -> re.Pattern[str] | None:
        """The ends of their numbers, whatever stands around them."""
        return re.compile("|".join(map(_ending_of, self._numbers))) if self._numbers else None

    @cached_property
    def _numbers(self) -> frozenset[str]:
        return frozenset(digits for each in self.phones if len(digits := _digits(each)) >= _LEAST_DIGITS)

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        emails = (rf"(?<![\w.+-]){re.escape(each)}(?![\w-])" for each in self.emails)
        # With a prefix or without: what counts is the number's end.
        numbers = (
            rf"(?<!\d)\+?(?:\d{_BETWEEN_DIGITS}){{0,4}}{_ending_of(each)}(?!\d)" for each in self._numbers
        )
        names = (_name_pattern(each) for each in self.names if each.strip())
        parts = [*emails, *numbers, *names]
        # The longest first: an alternation takes the first that fits.
        return re.compile("|".join(sorted(parts, key=len, reverse=True)), re.IGNORECASE) if parts else None


@dataclass(frozen=True, slots=True)
class SubjectItem:
    """One thing that is held on a person.

    Attributes:
        resource: What it is, such as "note".
        name: Its name within the service.
        data: What is stored of it, as JSON.
    """

    resource: str
    name: str
    data: Mapping[str, Any]


@dataclass
class ErasedCounts:
    """What was erased, by resource.

    Attributes:
        deleted: How many were the person's own, and went.
        masked: How many stay without them.
    """

    deleted: Counter[str] = field(default_factory=Counter)
    masked: Counter[str] = field(default_factory=Counter)

    @property
    def resources(self) -> list[str]:
        """Resources of which something was found, in order."""
        return sorted(name for name in self.deleted | self.masked if self.deleted[name] + self.masked[name])


class SubjectRights(ABC):
    """Where a service holds a person."""

    @abstractmethod
    def export(self, reader: TenantReader, subject: Subject) -> Iterator[SubjectItem]:
        """Everything that is held on them."""

    @abstractmethod
    def erase(self, session: TenantSession, subject: Subject) -> ErasedCounts:
        """Takes them out of the database; what was the person's own is deleted, the rest masked.

        Returns:
            What was erased, and what `erase_files` is to take out.
        """

    def erase_files(self, reader: TenantReader, subject: Subject) -> None:  # noqa: B027 - few have files
        """Takes them out of what lies beside the database, once they are out of that; a repeat does it again."""


def as_json(row: SQLModel, *without: str) -> dict[str, Any]:
    """A stored row as JSON, without the tenant and what is named."""
    data: dict[str, Any] = row.model_dump(mode="json", exclude={"tenant", *without})
    return data


def subject_of(
    *, emails: Iterable[str], phones: Iterable[str], records: Iterable[RecordRef], names: Iterable[str]
) -> Subject:
    """A subject in normal form."""
    return Subject(
        frozenset(each.strip().lower() for each in emails),
        frozenset(each.strip() for each in phones),
        frozenset(records),
        frozenset(" ".join(each.split()) for each in names),
    )


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number).removeprefix("00")


def _same_number(one: str, other: str) -> bool:
    if min(len(one), len(other)) < _NATIONAL_DIGITS:
        return one == other
    return one[-_NATIONAL_DIGITS:] == other[-_NATIONAL_DIGITS:]


def _ending_of(number: str) -> str:
    return _BETWEEN_DIGITS.join(number[-_NATIONAL_DIGITS:])


@cache
def _with_words(kind: type) -> tuple[str, ...]:
    """The fields of a dataclass that may hold what people wrote."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(each.name for each in fields(kind) if not _is_code(hints[each.name]))


def _is_code(hint: Any) -> bool:
    return hint == Code or get_origin(hint) is Literal or Code in get_args(hint)


def _texts_in(value: object) -> Iterator[str]:
    match value:
        case Enum():
            return
        case str():
            yield value
        case Mapping():
            for each in value.values():
                yield from _texts_in(each)
        case list() | tuple():
            for each in value:
                yield from _texts_in(each)
        case _ if is_dataclass(value):
            for name in _with_words(value.__class__):
                yield from _texts_in(getattr(value, name))


def _folded(text: str) -> str:
    """Letters that a pattern takes for the same become the same: also the i without a dot, and the I with one."""
    return text.casefold().replace("\u0131", "i").replace("\u0307", "")


def _name_pattern(name: str) -> str:
    words = r"\s+".join(re.escape(word) for word in name.split())
    # Chinese has no space between words: there a name is found wherever it stands.
    before = r"(?<!\w)" if _is_alphabetic(name[0]) else ""
    after = r"(?!\w)" if _is_alphabetic(name[-1]) else ""
    return f"{before}{words}{after}"


def _is_alphabetic(letter: str) -> bool:
    return letter.isalnum() and not "\u2e80" <= letter <= "\u9fff"
