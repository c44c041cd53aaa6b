"""Who may call which method, read from the protos' `access` option."""

from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from leadlight.common.v1 import access_pb2

from services.common.caller import Role

_ROLE_OF = {access_pb2.Role.Value(f"ROLE_{role.name}"): role for role in Role}

FOREIGN: dict[str, frozenset[Role]] = {"google.longrunning.Operations": frozenset(Role)}
"""Services whose protos are not ours: any role may look after its tenant's operations."""


def roles_of(service: ServiceDescriptor, method: MethodDescriptor) -> frozenset[Role]:
    """The roles of which a caller of `method` needs one.

    Raises:
        ValueError: If the proto does not say; such a method is not served.
    """
    if service.full_name in FOREIGN:
        return FOREIGN[service.full_name]
    options = method.GetOptions()
    numbers = options.Extensions[access_pb2.access].roles
    if not numbers or not all(number in _ROLE_OF for number in numbers):
        raise ValueError(
            f"{method.full_name} does not say who may call it: add `option (leadlight.common.v1.access)`"
        )
    return frozenset(_ROLE_OF[number] for number in numbers)
