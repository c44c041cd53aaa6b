"""The OpenAPI 3.1 document of everything that is served over HTTP, from the same descriptors as the routes."""

import re
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from buf.validate import validate_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from services.gateway.catalog import Rpc
from services.gateway.rest import Alias, aliases_of

Schema = dict[str, Any]
_INT32: Schema = {"type": "integer", "format": "int32"}
_UINT32: Schema = {"type": "integer", "minimum": 0}
_INT64: Schema = {"type": "string", "format": "int64", "pattern": "^-?[0-9]+$"}
_NUMBER: Schema = {
    "anyOf": [{"type": "number"}, {"type": "string", "enum": ["NaN", "Infinity", "-Infinity"]}]
}
_SCALARS: Mapping[int, Schema] = {
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_STRING: {"type": "string"},
    FieldDescriptor.TYPE_BYTES: {"type": "string", "format": "byte"},
    FieldDescriptor.TYPE_DOUBLE: _NUMBER,
    FieldDescriptor.TYPE_FLOAT: _NUMBER,
    FieldDescriptor.TYPE_INT32: _INT32,
    FieldDescriptor.TYPE_SINT32: _INT32,
    FieldDescriptor.TYPE_SFIXED32: _INT32,
    FieldDescriptor.TYPE_UINT32: _UINT32,
    FieldDescriptor.TYPE_FIXED32: _UINT32,
    FieldDescriptor.TYPE_INT64: _INT64,
    FieldDescriptor.TYPE_SINT64: _INT64,
    FieldDescriptor.TYPE_SFIXED64: _INT64,
    FieldDescriptor.TYPE_UINT64: _INT64,
    FieldDescriptor.TYPE_FIXED64: _INT64,
}
_WELL_KNOWN: Mapping[str, Schema] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$"},
    "google.protobuf.FieldMask": {"type": "string", "description": "Names of fields, with commas between."},
    "google.protobuf.Empty": {"type": "object"},
    "google.protobuf.Struct": {"type": "object"},
    "google.protobuf.Value": {},
    "google.protobuf.ListValue": {"type": "array", "items": {}},
    "google.protobuf.Any": {
        "type": "object",
        "properties": {"@type": {"type": "string"}},
        "additionalProperties": True,
    },
    "google.protobuf.StringValue": {"type": "string"},
    "google.protobuf.BytesValue": {"type": "string", "format": "byte"},
    "google.protobuf.BoolValue": {"type": "boolean"},
    "google.protobuf.DoubleValue": _NUMBER,
    "google.protobuf.FloatValue": _NUMBER,
    "google.protobuf.Int32Value": {"type": "integer", "format": "int32"},
    "google.protobuf.UInt32Value": {"type": "integer", "minimum": 0},
    "google.protobuf.Int64Value": _INT64,
    "google.protobuf.UInt64Value": _INT64,
}
_ERROR: Schema = {
    "type": "object",
    "description": "A failed call, as the Connect protocol writes it.",
    "properties": {
        "code": {"type": "string", "description": "Canonical code, such as invalid_argument."},
        "message": {"type": "string"},
        "details": {
            "type": "array",
            "description": "google.rpc details: ErrorInfo always, BadRequest with field paths, RetryInfo.",
            "items": {
                "type": "object",
                "properties": {
                    "type": {"type": "string", "description": "Full name of the message."},
                    "value": {"type": "string", "description": "The message, base64 without padding."},
                    "debug": {"description": "The message as JSON, for people."},
                },
                "required": ["type", "value"],
            },
        },
    },
    "required": ["code"],
}
_FAILED = {"default": {"$ref": "#/components/responses/Error"}}


def document(rpcs: Iterable[Rpc], *, tokens: bool) -> Schema:
    """The OpenAPI document.

    Args:
        rpcs: What is served; streams have no place in OpenAPI and are left out.
        tokens: Whether callers need a token.
    """
    schemas = _Schemas()
    paths: dict[str, Schema] = {}
    for rpc in rpcs:
        if not rpc.is_unary:
            continue
        paths[rpc.path] = {"post": _call(rpc, schemas)}
        for number, alias in enumerate(aliases_of(rpc)):
            path = _shown(alias)
            paths.setdefault(path, {})[alias.verb.lower()] = _aliased(alias, number, schemas)
    components: Schema = {
        "schemas": {"connect.Error": _ERROR, **schemas.all},
        "responses": {
            "Error": {
                "description": "The call failed.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/connect.Error"}}},
            }
        },
    }
    if tokens:
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Leadlight",
            "version": version("leadlight"),
            "description": "Every unary call of the suite. Streams are reached over gRPC and Connect.",
        },
        "paths": dict(sorted(paths.items())),
        "components": components,
        **({"security": [{"token": []}]} if tokens else {}),
    }


def _operation(rpc: Rpc, schemas: "_Schemas", identity: str) -> Schema:
    roles = ", ".join(sorted(rpc.roles))
    return {
        "operationId": identity,
        "tags": [rpc.service_name],
        "summary": rpc.method.name,
        "description": f"For the roles {roles}.",
        "responses": {
            "200": {"description": "The answer.", "content": _json(schemas.of(rpc.method.output_type))},
            **_FAILED,
        },
    }


def _call(rpc: Rpc, schemas: "_Schemas") -> Schema:
    body = {"required": True, "content": _json(schemas.of(rpc.method.input_type))}
    return {**_operation(rpc, schemas, f"{rpc.service_name}.{rpc.method.name}"), "requestBody": body}


def _aliased(alias: Alias, number: int, schemas: "_Schemas") -> Schema:
    rpc = alias.rpc
    identity = f"{rpc.service_name}.{rpc.method.name}.rest{number or ''}"
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": _in_path(alias, name, schemas)}
        for name in re.findall(r"\{([^}]+)\}", _shown(alias))
    ]
    operation = _operation(rpc, schemas, identity)
    if alias.body == "*":
        operation["requestBody"] = {"content": _json(schemas.of(rpc.method.input_type))}
    else:
        if alias.body:
            body = schemas.field(rpc.method.input_type.fields_by_name[alias.body])
            operation["requestBody"] = {"content": _json(body)}
        parameters += _query(rpc.method.input_type, {*alias.variables, alias.body}, schemas)
    return {**operation, "parameters": parameters} if parameters else operation


def _query(message: Descriptor, taken: set[str], schemas: "_Schemas", prefix: str = "") -> list[Schema]:
    found: list[Schema] = []
    for field in message.fields:
        path = f"{prefix}{field.name}"
        if path in taken:
            continue
        inner = field.message_type
        if inner is None or inner.full_name in _WELL_KNOWN:
            found.append({"name": path, "in": "query", "schema": schemas.field(field)})
        elif not field.is_repeated and not prefix:
            found += _query(inner, taken, schemas, f"{path}.")
    return found


def _in_path(alias: Alias, name: str, schemas: "_Schemas") -> Schema:
    path = next((each for each in alias.variables if each.split(".")[-1] == name), None)
    if path is None:  # a part of a resource's name
        return {"type": "string"}
    *outer, last = path.split(".")
    message: Any = alias.rpc.method.input_type
    for each in outer:
        message = message.fields_by_name[each].message_type
    return schemas.field(message.fields_by_name[last], bare=True)


def _shown(alias: Alias) -> str:
    """The path as OpenAPI writes it: `/v1/notes/{notes_id}` for `/v1/{name=notes/*}`, `{kind}` for `{ref.kind}`.

    A variable is one segment there, and one name for all verbs.
    """

    def spelled_out(match: re.Match[str]) -> str:
        return re.sub(r"([^/{}]+)/\*", r"\1/{\1_id}", match[1])

    whole = re.sub(r"\{[^}=]+=([^}]+)\}", spelled_out, alias.template)
    return re.sub(r"\{[^}]*\.([^}.]+)\}", r"{\1}", whole)


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


class _Schemas:
    """The messages that were asked for so far."""

    def __init__(self) -> None:
        self.all: dict[str, Schema] = {}

    def of(self, message: Descriptor) -> Schema:
        """The schema of a message: itself if it is well known, else a reference to it."""
        known = _WELL_KNOWN.get(message.full_name)
        if known is not None:
            return dict(known)
        if message.full_name not in self.all:
            schema = self.all[message.full_name] = {"type": "object"}  # at once: messages may hold themselves
            properties = {field.json_name: self.field(field) for field in message.fields}
            required = [field.json_name for field in message.fields if _rules(field).required]
            if properties:
                schema["properties"] = properties
            if required:
                schema["required"] = required
        return {"$ref": f"#/components/schemas/{message.full_name}"}

    def field(self, field: FieldDescriptor, *, bare: bool = False) -> Schema:
        """The schema of a field; without its constraints if `bare`."""
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            return {
                "type": "object",
                "additionalProperties": self.field(field.message_type.fields_by_name["value"]),
            }
        single = self._single(field)
        if field.is_repeated:
            items = _rules(field).repeated
            bounds = {"minItems": items.min_items, "maxItems": items.max_items}
            return {"type": "array", "items": single} | {name: most for name, most in bounds.items() if most}
        return single if bare else single | _bounds(field)

    def _single(self, field: FieldDescriptor) -> Schema:
        if field.message_type is not None:
            return self.of(field.message_type)
        if field.enum_type is not None:
            return self._enum(field.enum_type)
        return dict(_SCALARS[field.type])

    def _enum(self, enum: EnumDescriptor) -> Schema:
        if enum.full_name == "google.protobuf.NullValue":
            return {"type": "null"}
        self.all.setdefault(enum.full_name, {"type": "string", "enum": [value.name for value in enum.values]})
        return {"$ref": f"#/components/schemas/{enum.full_name}"}


def _rules(field: FieldDescriptor) -> validate_pb2.FieldRules:
    return field.GetOptions().Extensions[validate_pb2.field]


def _bounds(field: FieldDescriptor) -> Schema:
    """What the proto's constraints say that JSON Schema can say, too."""
    rules = _rules(field)
    if field.type == field.TYPE_STRING and rules.HasField("string"):
        text = rules.string
        found = {"minLength": text.min_len, "maxLength": text.max_len, "pattern": text.pattern}
        if rules.ignore == validate_pb2.IGNORE_IF_ZERO_VALUE:  # empty may stand for absent
            del found["minLength"], found["pattern"]
        return {name: value for name, value in found.items() if value}
    kind = rules.WhichOneof("type")
    if kind in {"int32", "uint32"}:
        numbers = getattr(rules, kind)
        names = {"gte": "minimum", "gt": "exclusiveMinimum", "lte": "maximum", "lt": "exclusiveMaximum"}
        return {shown: getattr(numbers, name) for name, shown in names.items() if numbers.HasField(name)}
    return {}
