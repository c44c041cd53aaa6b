"""REST aliases from the protos' `google.api.http`: which method a verb and a path mean, and what they ask of it.

The grammar is that of google/api/http.proto: `/v1/{parent=notes/*}/suggestions`, `/v1/{name=notes/*}:accept`; path
variables fill fields, `body` names the field that the body fills ("*" all), query parameters fill the rest.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from google.api import annotations_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from services.common.errors import LeadlightError, Reason, invalid_argument
from services.gateway.catalog import Rpc

_PART = re.compile(r"\{(?P<field>[^}=]+)(?:=(?P<inner>[^}]+))?\}|(?P<rest>\*\*)|(?P<one>\*)|(?P<text>[^{*]+)")
_AS_TEXT = frozenset(
    f"google.protobuf.{name}"
    for name in (
        "Timestamp",
        "Duration",
        "FieldMask",
        "StringValue",
        "Int32Value",
        "DoubleValue",
        "FloatValue",
    )
)
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Alias:
    """One verb and path of a method.

    Attributes:
        rpc: The method.
        verb: HTTP method, such as "GET".
        template: As the proto has it.
        pattern: The same, for matching; a group for each of `variables`.
        variables: Paths of the fields in the path.
        body: The field that the body fills; "*" for the whole request, "" for none.
    """

    rpc: Rpc
    verb: str
    template: str
    pattern: re.Pattern[str]
    variables: tuple[str, ...]
    body: str

    def request(self, match: re.Match[str], query: str, body: bytes) -> dict[str, Any]:
        """The request as protobuf's JSON.

        Raises:
            LeadlightError: INVALID_ARGUMENT for parameters that the method does not have, and for a body that is no
                JSON object.
        """
        found = self._from_body(body)
        for path, value in parse_qsl(query, keep_blank_values=True):
            if path.split(".")[0] == self.body or self.body == "*":
                raise invalid_argument(
                    path, f"stands in the body of {self.verb} {self.template}, not in the query"
                )
            _fill(found, self.rpc.method.input_type, path, value)
        for path, text in zip(self.variables, match.groups(), strict=True):
            _fill(found, self.rpc.method.input_type, path, unquote(text), replace=True)
        return found

    def _from_body(self, body: bytes) -> dict[str, Any]:
        if not body.strip():
            return {}
        if not self.body:
            raise _malformed(f"{self.verb} {self.template} takes no body")
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            raise _malformed("the body is not JSON") from None
        if self.body != "*":
            return {self.body: value}
        if not isinstance(value, dict):
            raise _malformed("the body is not a JSON object")
        return value


class Aliases:
    """All aliases of a server; those that say more of a path come first."""

    def __init__(self, rpcs: Iterable[Rpc]) -> None:
        found = [alias for rpc in rpcs for alias in aliases_of(rpc)]
        self.all: Sequence[Alias] = sorted(found, key=_generality)

    def find(self, verb: str, path: str) -> tuple[Alias, re.Match[str]] | None:
        """The alias that a verb and a path (percent-encoded, as sent) mean; None if there is none."""
        for alias in self.all:
            if alias.verb == verb and (match := alias.pattern.fullmatch(path)):
                return alias, match
        return None

    def verbs(self, path: str) -> list[str]:
        """The verbs that a path knows."""
        return sorted({alias.verb for alias in self.all if alias.pattern.fullmatch(path)})


def aliases_of(rpc: Rpc) -> list[Alias]:
    """The aliases of a method; none for streams, whose messages have no place in one exchange."""
    if not rpc.is_unary:
        return []
    rule = rpc.method.GetOptions().Extensions[annotations_pb2.http]
    aliases = []
    for each in (rule, *rule.additional_bindings):
        kind = each.WhichOneof("pattern")
        if kind is None:
            continue
        verb, template = (
            (each.custom.kind, each.custom.path) if kind == "custom" else (kind.upper(), getattr(each, kind))
        )
        pattern, variables = _compiled(template)
        aliases.append(Alias(rpc, verb, template, pattern, variables, each.body))
    return aliases


def _compiled(template: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    variables: list[str] = []
    pattern = ""
    for part in _PART.finditer(template):
        if part["field"]:
            variables.append(part["field"])
            inner = part["inner"] or "*"
            pattern += f"({_wild(inner)})"
        else:
            pattern += _wild(part[0])
    return re.compile(pattern), tuple(variables)


def _wild(text: str) -> str:
    pieces = re.split(r"(\*\*|\*)", text)
    return "".join({"**": ".+", "*": "[^/]+"}.get(piece) or re.escape(piece) for piece in pieces)


def _generality(alias: Alias) -> tuple[int, int]:
    """Fewer wildcards and more text first: `/v1/notes:resolveTimes` before `/v1/{name}`, a verb before none."""
    text = "".join(part["text"] or "" for part in _PART.finditer(alias.template))
    return (alias.pattern.pattern.count("[^/]+") + alias.pattern.pattern.count(".+"), -len(text))


def _fill(
    request: dict[str, Any], descriptor: Descriptor, path: str, text: str, *, replace: bool = False
) -> None:
    """Sets the field at `path`, such as "ref.kind", from text."""
    *outer, last = path.split(".")
    target = request
    for name in outer:
        field = _field(descriptor, name, path)
        if field.message_type is None or field.is_repeated:
            raise _unknown(path)
        inner = target.setdefault(_key(target, field), {})
        if not isinstance(inner, dict):
            raise invalid_argument(name, "is not an object")
        target, descriptor = inner, field.message_type
    field = _field(descriptor, last, path)
    key = _key(target, field)
    value = _value(field, text, path)
    if field.is_repeated:
        target.setdefault(key, []).append(value)
    elif key in target and not replace:
        raise invalid_argument(path, "is given more than once")
    else:
        target[key] = value


def _field(descriptor: Descriptor, name: str, path: str) -> FieldDescriptor:
    by_name: Mapping[str, FieldDescriptor] = descriptor.fields_by_name
    found = by_name.get(name) or next((each for each in descriptor.fields if each.json_name == name), None)
    if found is None:
        raise _unknown(path)
    return found


def _key(target: Mapping[str, Any], field: FieldDescriptor) -> str:
    """The name under which a JSON object has the field already, else its own."""
    return field.json_name if field.json_name in target else field.name


def _value(field: FieldDescriptor, text: str, path: str) -> Any:
    if field.message_type is not None and field.message_type.full_name not in _AS_TEXT:
        raise invalid_argument(path, "is no single value: name one of its fields, such as ref.id")
    if field.type == field.TYPE_BOOL:
        if text not in _BOOLEANS:
            raise invalid_argument(path, "must be true or false")
        return _BOOLEANS[text]
    if field.type == field.TYPE_ENUM and re.fullmatch(r"-?[0-9]{1,9}", text):
        return int(text)
    return text


def _unknown(path: str) -> LeadlightError:
    return invalid_argument(path, "is no parameter of this call")


def _malformed(what: str) -> LeadlightError:
    return invalid_argument("body", what, reason=Reason.MALFORMED_REQUEST)
