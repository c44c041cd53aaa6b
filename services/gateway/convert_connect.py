"""Failures as the Connect protocol writes them."""

import json
from typing import Any

from connectrpc.code import Code
from connectrpc.errors import ConnectError, ErrorDetail
from google.protobuf import any_pb2, json_format, symbol_database
from google.protobuf.message import DecodeError
from protobuf.wkt import Any as ConnectAny
from protobuf.wkt import Struct

from services.gateway.convert_failures import Failed

_SPELLED_OTHERWISE = {"CANCELLED": "CANCELED"}


def connect_error(failed: Failed) -> ConnectError:
    """A failed call with its details, for the Connect library to write."""
    name = failed.code.name
    details = [_Detail(each) for each in failed.details().details]
    return ConnectError(Code[_SPELLED_OTHERWISE.get(name, name)], failed.message, details)


class _Detail(ErrorDetail):
    """A detail that people can read, too: what the library writes as `debug` is its JSON."""

    def __init__(self, detail: any_pb2.Any) -> None:
        super().__init__(ConnectAny(type_url=detail.type_url, value=detail.value))
        self._detail = detail

    def value(self, *_: Any) -> Any:
        """Its JSON as a Struct, None for a type that is not known here."""
        try:
            message = symbol_database.Default().GetSymbol(self._detail.TypeName())()
            message.ParseFromString(self._detail.value)
        except (KeyError, DecodeError):
            return None
        return Struct.from_json(json.dumps(json_format.MessageToDict(message)))
