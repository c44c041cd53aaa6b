"""Random messages for any RPC, from its descriptor: nobody's good will, and close enough to good to go deep.

A fifth are bytes of a good request with some of them changed, the others good or smallest valid requests in which
some fields, at any depth, are set to what such a field might hold at worst. What good requests say elsewhere (names,
ids, tokens) is drawn from too, since a name that exists reaches more code than one that does not.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

_MAX_DEPTH = 5
_CHANGES = (1, 1, 1, 2, 4)
_TEXTS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "-",
    "*",
    "..",
    "../../etc/passwd",
    "'; DROP TABLE record; --",
    "%s%n{0}",
    "\u202eabc",
    "\ufeff",
    "\U0010ffff\U0001f469\u200d\U0001f469",
    "I\u0307\u00df\ufb03",
    "a" * 129,
    "\u00e9" * 300,
    "x" * 20_000,
    "NaN",
    "-0",
    "1e400",
    "9" * 40,
    "2026-02-30",
    "2026-11-23T09:00:00Z",
    "0000-00-00T00:00:00Z",
    "Mars/Olympus",
    "xx-YY",
    "[" * 2000,
    '{"a":' * 500,
    "a@b",
    "a@" + "b" * 300 + ".example",
    "+999999999999999999",
    "records/a/b/c",
    "operations/",
    "6f1d2c5e-3b0a-4c49-9d1f-0a4b7c8d9e10",
)
_INTEGERS = (0, 1, -1, 2, 7, 1000, 1001, 2**31 - 1, -(2**31), 2**32 - 1, 2**63 - 1, -(2**63), 2**64 - 1)
_FLOATS = (0.0, -0.0, 1.0, -1.0, 0.5, 1e-320, 1e308, -1e308, float("inf"), float("-inf"), float("nan"))
_BOUNDS = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}


class Messages:
    """Makes random messages, always the same ones for a seed.

    Args:
        seed: Of the chance.
        known: Good requests, whose texts may stand in for each other.
    """

    def __init__(self, seed: int | str, known: Sequence[Message]) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - a sample, no secret
        self._texts = sorted({text for each in known for text in _texts_in(each)})

    def payload(self, good: Sequence[Message]) -> bytes:
        """What to send instead of one of the good requests of an RPC.

        Args:
            good: Good or at least valid requests of one type; at least one.
        """
        base = self._chance.choice(good)
        kind = self._chance.random()
        if kind < 0.2:
            return self._broken(base.SerializeToString())
        message: Message = type(base)()
        if kind < 0.95:
            message.CopyFrom(base)
        for _ in range(self._chance.choice(_CHANGES)):
            self._change(message, 0)
        return message.SerializeToString()

    def _broken(self, data: bytes) -> bytes:
        broken = bytearray(data)
        for _ in range(self._chance.randint(1, 8)):
            at = self._chance.randint(0, len(broken))
            match self._chance.randrange(3):
                case 0:
                    broken[at:at] = self._chance.randbytes(self._chance.randint(1, 4))
                case 1:
                    del broken[at : at + self._chance.randint(1, 4)]
                case _ if at < len(broken):
                    broken[at] ^= 1 << self._chance.randrange(8)
        return bytes(broken)

    def _change(self, message: Message, depth: int) -> None:
        fields = message.DESCRIPTOR.fields
        if not fields:
            return
        field = fields[self._chance.randrange(len(fields))]
        if self._chance.random() < 0.1:
            message.ClearField(field.name)
        elif _is_map(field):
            self._change_map(message, field, depth)
        elif field.message_type is not None:
            self._change_inner(message, field, depth)
        elif field.is_repeated:
            values = getattr(message, field.name)
            values.extend(self._scalar(field) for _ in range(self._chance.choice((1, 1, 2, 30))))
        else:
            setattr(message, field.name, self._scalar(field))

    def _change_inner(self, message: Message, field: FieldDescriptor, depth: int) -> None:
        if depth >= _MAX_DEPTH:
            return
        inner = getattr(message, field.name)
        if field.is_repeated:
            if inner and self._chance.random() < 0.3:
                inner.add().CopyFrom(self._chance.choice(inner))  # the same one twice
            inner = self._chance.choice(inner) if inner and self._chance.random() < 0.7 else inner.add()
        else:
            inner.SetInParent()
        for _ in range(self._chance.randint(0, 2)):
            self._change(inner, depth + 1)

    def _change_map(self, message: Message, field: FieldDescriptor, depth: int) -> None:
        entry = field.message_type
        assert entry is not None
        key, value = entry.fields_by_name["key"], entry.fields_by_name["value"]
        values = getattr(message, field.name)
        name = self._scalar(key)
        if values and self._chance.random() < 0.5:
            name = self._chance.choice(sorted(values))
        if value.message_type is None:
            values[name] = self._scalar(value)
        else:
            self._change(values[name], depth + 1)

    def _scalar(self, field: FieldDescriptor) -> Any:
        chance = self._chance
        match field.cpp_type:
            case FieldDescriptor.CPPTYPE_STRING if field.type == FieldDescriptor.TYPE_BYTES:
                return chance.randbytes(chance.choice((0, 1, 16, 5000)))
            case FieldDescriptor.CPPTYPE_STRING:
                return chance.choice(self._texts if self._texts and chance.random() < 0.5 else _TEXTS)
            case FieldDescriptor.CPPTYPE_BOOL:
                return chance.random() < 0.5
            case FieldDescriptor.CPPTYPE_ENUM:
                assert field.enum_type is not None
                return chance.choice([*(each.number for each in field.enum_type.values), -1, 999])
            case FieldDescriptor.CPPTYPE_FLOAT | FieldDescriptor.CPPTYPE_DOUBLE:
                return chance.choice(_FLOATS)
            case integer:
                low, high = _BOUNDS[integer]
                return chance.choice([each for each in _INTEGERS if low <= each <= high])


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _texts_in(message: Message) -> Iterator[str]:
    for field, value in message.ListFields():
        values = value if field.is_repeated and not _is_map(field) else [value]
        if _is_map(field):
            yield from (key for key in value if isinstance(key, str))
        elif field.type == FieldDescriptor.TYPE_STRING:
            yield from values
        elif field.message_type is not None:
            for each in values:
                yield from _texts_in(each)
