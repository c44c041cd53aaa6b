"""Failures as the Connect protocol writes them."""

from connectrpc.code import Code
from connectrpc.errors import ConnectError, ErrorDetail
from protobuf.wkt import Any as ConnectAny

from services.gateway.convert_failures import Failed

_SPELLED_OTHERWISE = {"CANCELLED": "CANCELED"}


def connect_error(failed: Failed) -> ConnectError:
    """A failed call with its details, for the Connect library to write."""
    name = failed.code.name
    details = [
        ErrorDetail(ConnectAny(type_url=each.type_url, value=each.value)) for each in failed.details().details
    ]
    return ConnectError(Code[_SPELLED_OTHERWISE.get(name, name)], failed.message, details)
