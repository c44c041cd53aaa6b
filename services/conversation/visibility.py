"""Which calls a caller may see: all of the tenant's, or those alone in which they sell."""

from services.common.caller import Caller, Role
from services.conversation.call import Call, seller_keys
from services.conversation.tenant_settings import TenantSettings

SEE_ALL = frozenset({Role.MANAGER, Role.ADMIN, Role.SERVICE})


def bound_to_seller(caller: Caller, settings: TenantSettings) -> str | None:
    """The key of the seller whose calls alone the caller sees; None where they see all."""
    if caller.roles & SEE_ALL or not settings.sellers_see_own:
        return None
    return caller.subject.casefold()


def may_see(call: Call, bound_to: str | None) -> bool:
    """Whether a call is among those that may be seen."""
    return bound_to is None or bound_to in seller_keys(call)
