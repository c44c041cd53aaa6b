"""Keys that verify tokens: one shared secret, a JWKS file, a JWKS URL."""

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import jwt
from pydantic import SecretStr

from services.common.errors import Code, LeadlightError, Reason

ASYMMETRIC = ("RS256", "ES256", "EdDSA")
_FETCH_TIMEOUT_S = 5.0
_KEYS_LIFESPAN_S = 300.0


class SigningKeys(Protocol):
    """Where the key of a token comes from.

    Attributes:
        fetched: Whether `key_for` may have to ask another machine.
    """

    fetched: bool

    @property
    def algorithms(self) -> Sequence[str]:
        """Algorithms a token may name; a secret's never overlap with public keys'."""
        ...

    def key_for(self, token: str) -> jwt.PyJWK | str:
        """The key to verify `token` with.

        Raises:
            jwt.PyJWTError: If there is none for it.
        """
        ...

    def generation(self) -> int:
        """A number that changes when the keys did, so that verified tokens are judged anew."""
        ...


class SharedSecret:
    """One secret for HS256, for small set-ups."""

    algorithms = ("HS256",)
    fetched = False

    def __init__(self, secret: SecretStr) -> None:
        self._secret = secret

    def key_for(self, token: str) -> str:  # noqa: ARG002
        """The secret, whatever the token names."""
        return self._secret.get_secret_value()

    def generation(self) -> int:
        """A secret changes by restart only."""
        return 0


class JwksFile:
    """Public keys from a file, read again when it changes."""

    algorithms = ASYMMETRIC
    fetched = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._mtime_ns = path.stat().st_mtime_ns
        self._keys = self._read()

    def _read(self) -> jwt.PyJWKSet:
        return jwt.PyJWKSet.from_dict(json.loads(self._path.read_text(encoding="utf-8")))

    def generation(self) -> int:
        """The file's time; a file that is gone or half-written leaves the keys read last in force."""
        try:
            mtime_ns = self._path.stat().st_mtime_ns
            with self._lock:
                if mtime_ns != self._mtime_ns:
                    self._keys = self._read()
                    self._mtime_ns = mtime_ns
        except (OSError, ValueError, jwt.PyJWTError):
            pass
        return self._mtime_ns

    def key_for(self, token: str) -> jwt.PyJWK:
        """The key whose `kid` the token names; a token without one takes a sole key."""
        kid = jwt.get_unverified_header(token).get("kid")
        keys = self._keys.keys
        if kid is None and len(keys) == 1:
            return keys[0]
        for key in keys:
            if kid is not None and key.key_id == kid:
                return key
        raise jwt.InvalidKeyError("no key of that id")


class JwksUrl:
    """Public keys from an identity provider, cached and fetched again for a key not seen before."""

    algorithms = ASYMMETRIC
    fetched = True

    def __init__(self, url: str) -> None:
        self._client = jwt.PyJWKClient(url, lifespan=_KEYS_LIFESPAN_S, timeout=_FETCH_TIMEOUT_S)

    def key_for(self, token: str) -> jwt.PyJWK:
        """The key whose `kid` the token names.

        Raises:
            LeadlightError: UNAVAILABLE when the provider cannot be reached and the key is not known.
        """
        try:
            return self._client.get_signing_key_from_jwt(token)
        except jwt.PyJWKClientConnectionError:
            raise LeadlightError(
                Code.UNAVAILABLE,
                Reason.KEYS_UNAVAILABLE,
                "the keys that verify tokens cannot be fetched at the moment",
                retry_after_s=1.0,
            ) from None

    def generation(self) -> int:
        """Verified tokens live shorter than the provider's keys are cached."""
        return 0
