"""Who calls: the local tenant of the embedded default, or the person or machine a token names."""

import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import jwt

from services.common.caller import LOCAL_CALLER, Caller, Role
from services.common.errors import Code, LeadlightError, Reason
from services.common.settings import ServiceSettings, SettingsError
from services.common.signing_keys import JwksFile, JwksUrl, SharedSecret, SigningKeys

_TENANT = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_ROLES = {role.value: role for role in Role}
_BEARER = "bearer "
_MAX_TOKEN_CHARS = 8192
_MAX_VERIFIED = 4096
_VERIFIED_FOR_S = 60.0


class Authenticator(Protocol):
    """Turns the `authorization` metadata of a call into its caller."""

    def authenticate(self, authorization: str | None) -> Caller:
        """The caller.

        Args:
            authorization: Value of the metadata key `authorization`, None if the call has none.

        Raises:
            LeadlightError: UNAUTHENTICATED with MISSING_TOKEN or INVALID_TOKEN.
        """
        ...

    def may_wait(self, authorization: str | None) -> bool:
        """Whether `authenticate` may wait for keys from elsewhere, so that an event loop must not call it itself."""
        ...


class LocalAuthenticator:
    """Everybody who can reach the loopback listener is the local tenant with every role."""

    def authenticate(self, authorization: str | None) -> Caller:  # noqa: ARG002
        """`LOCAL_CALLER`."""
        return LOCAL_CALLER

    def may_wait(self, authorization: str | None) -> bool:  # noqa: ARG002
        """Never."""
        return False


class JwtAuthenticator:
    """Callers by bearer JWT: claims `tenant`, `sub`, `roles`, `exp`; `iss` and `aud` where asked for.

    A token verified once is taken as it is for a minute at most, never past its `exp` and never
    beyond a change of the key file, so that small calls don't pay for a signature each.
    """

    def __init__(
        self, keys: SigningKeys, *, issuer: str | None, audience: str | None, leeway_s: float
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._leeway_s = leeway_s
        self._verified: dict[str, tuple[Caller, float, int]] = {}

    def authenticate(self, authorization: str | None) -> Caller:
        """See `Authenticator`."""
        if authorization is None:
            raise LeadlightError(
                Code.UNAUTHENTICATED,
                Reason.MISSING_TOKEN,
                "send a token in the metadata: `authorization: Bearer <JWT>`",
            )
        if authorization[: len(_BEARER)].lower() != _BEARER or len(authorization) > _MAX_TOKEN_CHARS:
            raise _invalid("the authorization metadata is not `Bearer <JWT>`")
        token = authorization[len(_BEARER) :].strip()
        generation = self._keys.generation()
        known = self._verified.get(token)
        if known is not None and known[1] > time.time() and known[2] == generation:
            return known[0]
        claims = self._verify(token)
        caller = _caller_of(claims)
        self._remember(token, caller, float(claims["exp"]), generation)
        return caller

    def may_wait(self, authorization: str | None) -> bool:
        """See `Authenticator`: where keys are fetched, for tokens not verified lately."""
        if authorization is None or not self._keys.fetched:
            return False
        known = self._verified.get(authorization[len(_BEARER) :].strip())
        return known is None or known[1] <= time.time()

    def _verify(self, token: str) -> dict[str, Any]:
        required = ["exp", "sub", *(["iss"] if self._issuer else []), *(["aud"] if self._audience else [])]
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._keys.key_for(token),
                algorithms=list(self._keys.algorithms),
                issuer=self._issuer,
                audience=self._audience,
                leeway=self._leeway_s,
                options={"require": required, "verify_aud": self._audience is not None},
            )
        except jwt.ExpiredSignatureError:
            raise _invalid("the token has expired; get a new one") from None
        except jwt.MissingRequiredClaimError as error:
            raise _invalid(f"the token lacks the claim `{error.claim}`") from None
        except jwt.InvalidAudienceError:
            raise _invalid("the token is for another audience") from None
        except jwt.InvalidIssuerError:
            raise _invalid("the token is from another issuer") from None
        except jwt.ImmatureSignatureError:
            raise _invalid("the token is not valid yet") from None
        except (jwt.PyJWTError, ValueError):
            raise _invalid("the token's signature cannot be verified") from None
        return claims

    def _remember(self, token: str, caller: Caller, expires: float, generation: int) -> None:
        if len(self._verified) >= _MAX_VERIFIED:
            self._verified.clear()
        until = min(expires + self._leeway_s, time.time() + _VERIFIED_FOR_S)
        self._verified[token] = (caller, until, generation)


def _invalid(message: str) -> LeadlightError:
    return LeadlightError(Code.UNAUTHENTICATED, Reason.INVALID_TOKEN, message)


def _caller_of(claims: dict[str, Any]) -> Caller:
    tenant, subject, roles = claims.get("tenant"), claims["sub"], claims.get("roles", [])
    if not isinstance(tenant, str) or not _TENANT.fullmatch(tenant):
        raise _invalid("the token's claim `tenant` must be 1-64 letters, digits, `_` or `-`")
    if not isinstance(subject, str) or not subject:
        raise _invalid("the token's claim `sub` must name the caller")
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise _invalid("the token's claim `roles` must be a list of names")
    known = frozenset(_ROLES[role] for role in roles if role in _ROLES)
    return Caller(tenant=tenant, subject=subject, roles=known)


def role_required(roles: Iterable[Role]) -> LeadlightError:
    """The PERMISSION_DENIED of a caller that has none of the roles an RPC asks for."""
    names = ", ".join(sorted(roles))
    return LeadlightError(
        Code.PERMISSION_DENIED,
        Reason.ROLE_REQUIRED,
        f"the caller needs one of the roles: {names}",
        metadata={"roles": names},
    )


def make_authenticator(settings: ServiceSettings) -> Authenticator:
    """The authenticator the settings ask for.

    Raises:
        SettingsError: If the JWKS file cannot be read.
    """
    if settings.auth == "local":
        return LocalAuthenticator()
    keys: SigningKeys
    if settings.jwt_secret is not None:
        keys = SharedSecret(settings.jwt_secret)
    elif (source := settings.jwt_jwks or "").startswith(("https://", "http://")):
        keys = JwksUrl(source)
    else:
        try:
            keys = JwksFile(Path(source))
        except (OSError, ValueError, jwt.PyJWTError) as error:
            raise SettingsError(
                f"jwt_jwks: {source} is not a readable JWKS file ({type(error).__name__})"
            ) from None
    return JwtAuthenticator(
        keys,
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        leeway_s=settings.jwt_leeway_s,
    )
