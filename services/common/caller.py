"""Who calls: the tenant, the person or machine, and the roles a token grants."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a caller may be; the names of `leadlight.common.v1.Role` without their prefix."""

    SELLER = "seller"
    MANAGER = "manager"
    ADMIN = "admin"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Caller:
    """The authenticated caller of one request.

    Attributes:
        tenant: The tenant whose rows the call may see; 1-64 characters.
        subject: Who calls, as the token's issuer names them. Never logged.
        roles: What the caller may do.
    """

    tenant: str
    subject: str
    roles: frozenset[Role]


LOCAL_CALLER = Caller(tenant="local", subject="local", roles=frozenset(Role))
"""The caller of the embedded default: one tenant, every role, loopback only."""
