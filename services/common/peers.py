"""Calls to the suite's other services: where they are, on whose behalf, and until when.

    class NotesPeer(...):
        def __init__(self, peers: Peers, address: str) -> None:
            self._commitments = CommitmentServiceStub(peers.channel("notes", address))

Work for a caller goes on as that caller: their token travels with the call, so what they may not see stays hidden
from the service that asks for them. Work for nobody in particular (an outbox, a job inside `context.using`) goes as
the role `service` of the tenant in question, by a token signed here.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

import grpc
import jwt
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2
from leadlight_client.configs import service_configs
from pydantic import Field, SecretStr, model_validator

from services.common.addresses import is_loopback
from services.common.caller import Role
from services.common.context import CallContext, current, deadline_passed
from services.common.errors import Code, LeadlightError, Reason
from services.common.server.guard import REQUEST_ID_KEY
from services.common.server.status import DETAILS_KEY
from services.common.settings import ServiceSettings, SettingsError

_TOKEN_LIFESPAN_S = 300.0
_RENEWED_BEFORE_S = 60.0
_MARGIN_S = 0.05
_MARGIN_SHARE = 0.1
_LONGEST_RECONNECT_MS = 5_000
_LONGEST_S = 30.0  # for work of the service's own, which has no deadline
_REASONS = {reason.value: reason for reason in Reason}
_CODES = {code.value: code for code in Code}
_NO_ANSWER = frozenset({Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED, Code.INTERNAL, Code.UNIMPLEMENTED})


class PeerSettings(ServiceSettings):
    """The settings of a service that calls others; it adds a field `<name>_address` for each of them."""

    peer_tls: Annotated[
        bool, Field(description="Call the other services over TLS; a must where they are on other machines.")
    ] = False
    peer_tls_ca: Annotated[
        Path | None, Field(description="PEM roots that the other services' certificates come from.")
    ] = None
    peer_tls_cert: Annotated[
        Path | None, Field(description="PEM certificate to show to services that ask for one (mTLS).")
    ] = None
    peer_tls_key: Annotated[Path | None, Field(description="PEM private key of peer_tls_cert.")] = None
    peer_signing_key: Annotated[
        Path | None,
        Field(
            description="PEM private key for the service's own tokens where auth=jwt uses a JWKS; "
            "its public half must be in that JWKS. With jwt_secret none is needed."
        ),
    ] = None
    peer_signing_key_id: Annotated[
        str | None, Field(description="`kid` of peer_signing_key in the JWKS.")
    ] = None

    @property
    def peer_addresses(self) -> dict[str, str]:
        """host:port of each other service, by its name."""
        return {
            name.removesuffix("_address"): getattr(self, name)
            for name in type(self).model_fields
            if name.endswith("_address")
        }

    @model_validator(mode="after")
    def _peers_beyond_loopback_are_guarded(self) -> Self:
        if (self.peer_tls_cert is None) != (self.peer_tls_key is None):
            raise ValueError("peer_tls_cert and peer_tls_key come together: set both or neither")
        for name, address in self.peer_addresses.items():
            if not is_loopback(address) and not self.peer_tls:
                raise ValueError(
                    f"{name}_address={address} is on another machine and peer_tls is off: "
                    "tokens and personal data would travel in the clear; set peer_tls=true"
                )
        return self


@dataclass(frozen=True, slots=True)
class _Signed:
    token: str
    signed_at_s: float
    renew_at_s: float


class ServiceTokens:
    """Tokens of the service's own, one per tenant, role `service`, five minutes long."""

    def __init__(self, settings: PeerSettings) -> None:
        self._settings = settings
        self._signed: dict[str, _Signed] = {}
        self._key: str | bytes | None = None
        self._algorithm = "HS256"
        if settings.auth == "local":
            return
        if settings.peer_signing_key is not None:
            try:
                pem = settings.peer_signing_key.read_bytes()
                self._algorithm = _algorithm_of(pem)
            except (OSError, ValueError, TypeError):
                raise SettingsError(
                    f"peer_signing_key: {settings.peer_signing_key} is not a readable PEM private key"
                ) from None
            self._key = pem
        elif isinstance(settings.jwt_secret, SecretStr):
            self._key = settings.jwt_secret.get_secret_value()

    def authorization(self, tenant: str) -> str | None:
        """`Bearer <JWT>` for work inside `tenant`, None where callers need no token (auth=local).

        Raises:
            LeadlightError: UNAVAILABLE with KEYS_UNAVAILABLE if there is nothing to sign with.
        """
        if self._settings.auth == "local":
            return None
        if self._key is None:
            raise LeadlightError(
                Code.UNAVAILABLE,
                Reason.KEYS_UNAVAILABLE,
                "the service has no key for tokens of its own: set peer_signing_key",
            )
        now_s = time.time()
        known = self._signed.get(tenant)
        # One signed later than now was signed before the clock was set back: others would find it not valid yet.
        if known is None or not known.signed_at_s <= now_s < known.renew_at_s:
            renew_at_s = now_s + _TOKEN_LIFESPAN_S - _RENEWED_BEFORE_S
            known = _Signed(self._sign(tenant, self._key, now_s), now_s, renew_at_s)
            self._signed[tenant] = known
        return f"Bearer {known.token}"

    def _sign(self, tenant: str, key: str | bytes, now_s: float) -> str:
        settings = self._settings
        claims: dict[str, Any] = {
            "tenant": tenant,
            "sub": f"service:{settings.service}",
            "roles": [Role.SERVICE.value],
            "iat": int(now_s),
            "exp": int(now_s + _TOKEN_LIFESPAN_S),
        }
        if settings.jwt_issuer is not None:
            claims["iss"] = settings.jwt_issuer
        if settings.jwt_audience is not None:
            claims["aud"] = settings.jwt_audience
        key_id = settings.peer_signing_key_id
        return jwt.encode(claims, key, self._algorithm, headers={"kid": key_id} if key_id else None)


class Peers:
    """Channels to the other services; made in the worker, closed with the worker."""

    def __init__(self, settings: PeerSettings) -> None:
        """Opens nothing yet.

        Raises:
            SettingsError: If a certificate or key cannot be read.
        """
        self._settings = settings
        self._signer = _Outgoing(ServiceTokens(settings))
        self._credentials = channel_credentials(settings)
        self._channels: list[grpc.Channel] = []

    def channel(self, name: str, address: str) -> grpc.Channel:
        """A channel to the service `name` at `address`, with its retries, its limits and the call's identity."""
        options = channel_options(name, self._settings.max_message_bytes)
        if self._credentials is None:
            bare = grpc.insecure_channel(address, options)
        else:
            bare = grpc.secure_channel(address, self._credentials, options)
        self._channels.append(bare)
        return grpc.intercept_channel(bare, self._signer)

    def close(self) -> None:
        """Closes every channel; calls under way end as cancelled."""
        for channel in self._channels:
            channel.close()


def channel_options(name: str, max_message_bytes: int) -> list[tuple[str, Any]]:
    """Options of a channel to the service `name`: its packaged service config and the suite's message limit.

    Without the config's timeouts: each call has one of its own, and gRPC measures the config's by the clock of the
    day. Once that was set back, every call would end at once with DEADLINE_EXCEEDED, for as long as it went back.

    Args:
        name: Such as "scoring".
        max_message_bytes: Largest message taken or sent.
    """
    config = json.loads(service_configs()[name].read_text(encoding="utf-8"))
    for method in config["methodConfig"]:
        method.pop("timeout", None)
    return [
        ("grpc.max_receive_message_length", max_message_bytes),
        ("grpc.max_send_message_length", max_message_bytes),
        # gRPC's own longest pause between attempts to reconnect is two minutes: too long for one that was restarted.
        ("grpc.max_reconnect_backoff_ms", _LONGEST_RECONNECT_MS),
        ("grpc.service_config", json.dumps(config)),
    ]


def channel_credentials(settings: PeerSettings) -> grpc.ChannelCredentials | None:
    """TLS to the other services, None for plaintext on loopback.

    Raises:
        SettingsError: If a file cannot be read.
    """
    if not settings.peer_tls:
        return None
    named = (settings.peer_tls_ca, settings.peer_tls_key, settings.peer_tls_cert)
    try:
        ca, key, cert = (path.read_bytes() if path else None for path in named)
    except OSError as error:
        raise SettingsError(f"peer_tls: {error.filename} cannot be read: {error.strerror}") from None
    return grpc.ssl_channel_credentials(ca, key, cert)


def time_for_peer_s(call: CallContext, asked_s: float | None = None) -> float:
    """Seconds a peer may take: the rest of the call's time (30 s at most) less a margin to still answer in.

    Args:
        call: The call it is done for.
        asked_s: What the peer is given at most.

    Raises:
        LeadlightError: DEADLINE_EXCEEDED if no time is left.
    """
    left_s = less_margin_s(min(call.remaining_s(), _LONGEST_S))
    return left_s if asked_s is None else min(left_s, asked_s)


def less_margin_s(remaining_s: float) -> float:
    """What is left of a call's time for others when it shall still answer itself.

    Raises:
        LeadlightError: DEADLINE_EXCEEDED if no time is left.
    """
    if remaining_s <= 0:
        raise deadline_passed()
    return remaining_s - min(_MARGIN_S, remaining_s * _MARGIN_SHARE)


def peer_error(error: grpc.RpcError, name: str) -> LeadlightError:
    """The error of a peer as one's own caller may see it: its code, its reason, `metadata["service"]` the peer.

    A peer that is down or slow is UNAVAILABLE with PEER_UNAVAILABLE. Codes and reasons of the peer's own are
    kept, its text too (it is public there); anything that is not the suite's error becomes UNAVAILABLE.
    """
    failed: Any = error
    code = _CODES.get(failed.code().name)
    if code is None or code in _NO_ANSWER:
        return LeadlightError(
            Code.UNAVAILABLE,
            Reason.PEER_UNAVAILABLE,
            f"the {name} service does not answer; try again a little later",
            metadata={"service": name},
            retry_after_s=1.0,
        )
    info = error_info(failed)
    reason = _REASONS.get(info.reason) if info else None
    metadata = {**(info.metadata if info else {}), "service": name}
    return LeadlightError(code, reason or Reason.PEER_REFUSED, failed.details() or "", metadata=metadata)


def error_info(error: grpc.RpcError) -> error_details_pb2.ErrorInfo | None:
    """The `ErrorInfo` in a failed call's trailers, None if there is none."""
    failed: Any = error
    for key, value in failed.trailing_metadata() or ():
        if key == DETAILS_KEY:
            try:
                status = status_pb2.Status.FromString(value)
            except DecodeError:
                return None
            info = error_details_pb2.ErrorInfo()
            for detail in status.details:
                if detail.Unpack(info):
                    return info
    return None


def _algorithm_of(pem: bytes) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    key = load_pem_private_key(pem, password=None)
    if isinstance(key, rsa.RSAPrivateKey):
        return "RS256"
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return "ES256"
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "EdDSA"
    raise ValueError("not an RSA, EC or Ed25519 key")


class _Outgoing(
    grpc.UnaryUnaryClientInterceptor,  # type: ignore[type-arg]
    grpc.UnaryStreamClientInterceptor,  # type: ignore[type-arg]
    grpc.StreamUnaryClientInterceptor,  # type: ignore[type-arg]
    grpc.StreamStreamClientInterceptor,  # type: ignore[type-arg]
):
    """Signs each call and bounds its time by that of the call it is made for."""

    def __init__(self, tokens: ServiceTokens) -> None:
        self._tokens = tokens

    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return continuation(self._signed(client_call_details), request)

    def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return continuation(self._signed(client_call_details), request)

    def intercept_stream_unary(
        self, continuation: Any, client_call_details: Any, request_iterator: Any
    ) -> Any:
        return continuation(self._signed(client_call_details), request_iterator)

    def intercept_stream_stream(
        self, continuation: Any, client_call_details: Any, request_iterator: Any
    ) -> Any:
        return continuation(self._signed(client_call_details), request_iterator)

    def _signed(self, details: Any) -> Any:
        call = current()
        metadata = [*(details.metadata or []), *identity(call, self._tokens)]
        return details._replace(metadata=metadata, timeout=time_for_peer_s(call, details.timeout))


def identity(call: CallContext, tokens: ServiceTokens) -> list[tuple[str, str]]:
    """The metadata that says on whose behalf a peer is called: the caller's own token, else the service's."""
    authorization = call.authorization or tokens.authorization(call.caller.tenant)
    metadata = [(REQUEST_ID_KEY, call.request_id)]
    if authorization is not None:
        metadata.append(("authorization", authorization))
    return metadata
