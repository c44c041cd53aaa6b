"""Tokens: who they make of a caller, and which are refused."""

import base64
import json
import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from pydantic import SecretStr

from services.common.auth import Authenticator, JwtAuthenticator, LocalAuthenticator, make_authenticator
from services.common.caller import LOCAL_CALLER, Role
from services.common.errors import Code, LeadlightError, Reason
from services.common.settings import ServiceSettings, SettingsError
from services.common.signing_keys import JwksFile, JwksUrl, SharedSecret


class AnySettings(ServiceSettings):
    service: ClassVar[str] = "any"


SECRET = "0123456789abcdef0123456789abcdef"
RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()


class In(float):
    """A time so many seconds from when the token is made."""


def claims(**changes: Any) -> dict[str, Any]:
    whole = {"tenant": "acme", "sub": "u1", "roles": ["seller"], "exp": In(60), **changes}
    timed = {key: time.time() + value if isinstance(value, In) else value for key, value in whole.items()}
    return {key: value for key, value in timed.items() if value is not None}


def bearer(key: Any = SECRET, algorithm: str = "HS256", kid: str | None = None, **changes: Any) -> str:
    token = jwt.encode(claims(**changes), key, algorithm, headers={"kid": kid} if kid else None)
    return f"Bearer {token}"


def by_secret(**options: Any) -> JwtAuthenticator:
    settings: Any = {"issuer": None, "audience": None, "leeway_s": 0.0, **options}
    return JwtAuthenticator(SharedSecret(SecretStr(SECRET)), **settings)


def refusal(authenticator: Authenticator, authorization: str | None) -> LeadlightError:
    with pytest.raises(LeadlightError) as info:
        authenticator.authenticate(authorization)
    return info.value


def test_a_good_token_names_the_caller() -> None:
    caller = by_secret().authenticate(bearer(roles=["manager", "service", "astronaut"]))
    assert (caller.tenant, caller.subject) == ("acme", "u1")
    assert caller.roles == {Role.MANAGER, Role.SERVICE}


def test_the_scheme_is_read_in_any_case() -> None:
    assert by_secret().authenticate(bearer().replace("Bearer", "bearer")).tenant == "acme"


def test_no_token_is_missing() -> None:
    error = refusal(by_secret(), None)
    assert (error.code, error.reason) == (Code.UNAUTHENTICATED, Reason.MISSING_TOKEN)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"exp": In(-60)}, "expired"),
        ({"exp": None}, "lacks the claim `exp`"),
        ({"exp": "soon"}, "cannot be verified"),
        ({"sub": None}, "lacks the claim `sub`"),
        ({"sub": ""}, "`sub`"),
        ({"nbf": In(60)}, "not valid yet"),
        ({"tenant": None}, "`tenant`"),
        ({"tenant": ""}, "`tenant`"),
        ({"tenant": "a/b"}, "`tenant`"),
        ({"tenant": "ærø"}, "`tenant`"),
        ({"tenant": "acme\n"}, "`tenant`"),
        ({"tenant": "x" * 65}, "`tenant`"),
        ({"tenant": 7}, "`tenant`"),
        ({"roles": "seller"}, "`roles`"),
        ({"roles": [1]}, "`roles`"),
    ],
)
def test_a_token_with_bad_claims_is_invalid(changes: dict[str, Any], words: str) -> None:
    error = refusal(by_secret(), bearer(**changes))
    assert (error.code, error.reason) == (Code.UNAUTHENTICATED, Reason.INVALID_TOKEN)
    assert words in error.message


def unsigned(header: dict[str, str]) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims())]
    return f"Bearer {b'.'.join([*parts, b'']).decode()}"


@pytest.mark.parametrize(
    "authorization",
    [
        bearer("another secret, also 32 bytes long"),
        bearer()[:-2],
        bearer(SECRET * 2, "HS512"),
        bearer(RSA, "RS256"),
        unsigned({"alg": "none", "typ": "JWT"}),
        unsigned({"alg": "HS256", "typ": "JWT"}),
        "Bearer ",
        "Bearer not.a.token",
        "Basic dXNlcjpwYXNz",
        "Bearer " + "x" * 9000,
    ],
)
def test_a_forged_or_foreign_token_is_invalid(authorization: str) -> None:
    error = refusal(by_secret(), authorization)
    assert (error.code, error.reason) == (Code.UNAUTHENTICATED, Reason.INVALID_TOKEN)


@pytest.mark.parametrize(
    ("options", "changes", "good"),
    [
        ({"audience": "leadlight"}, {"aud": "leadlight"}, True),
        ({"audience": "leadlight"}, {"aud": ["crm", "leadlight"]}, True),
        ({"audience": "leadlight"}, {"aud": "crm"}, False),
        ({"audience": "leadlight"}, {}, False),
        ({}, {"aud": "anything"}, True),
        ({"issuer": "https://id"}, {"iss": "https://id"}, True),
        ({"issuer": "https://id"}, {"iss": "https://evil"}, False),
        ({"issuer": "https://id"}, {}, False),
        ({"leeway_s": 30.0}, {"exp": In(-5)}, True),
        ({"leeway_s": 1.0}, {"exp": In(-60)}, False),
    ],
)
def test_audience_issuer_and_clock(options: dict[str, Any], changes: dict[str, Any], good: bool) -> None:
    authenticator = by_secret(**options)
    if good:
        assert authenticator.authenticate(bearer(**changes)).tenant == "acme"
    else:
        assert refusal(authenticator, bearer(**changes)).reason is Reason.INVALID_TOKEN


def test_a_token_known_from_before_is_still_refused_once_it_expired() -> None:
    authenticator, token = by_secret(), bearer(exp=In(1.2))
    assert authenticator.authenticate(token) is authenticator.authenticate(token)
    time.sleep(1.5)
    assert refusal(authenticator, token).reason is Reason.INVALID_TOKEN


def test_the_memory_of_known_tokens_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.common.auth._MAX_VERIFIED", 5)
    authenticator = by_secret()
    for number in range(12):
        assert authenticator.authenticate(bearer(sub=f"u{number}")).subject == f"u{number}"
        assert len(authenticator._verified) <= 5


def jwk(private: Any, algorithm: Any, kid: str, **more: str) -> dict[str, Any]:
    return {**json.loads(algorithm.to_jwk(private.public_key())), "kid": kid, **more}


def write_keys(path: Path, *keys: dict[str, Any]) -> None:
    path.write_text(json.dumps({"keys": list(keys)}))


def by_keys(keys: JwksFile | JwksUrl) -> JwtAuthenticator:
    return JwtAuthenticator(keys, issuer=None, audience=None, leeway_s=0.0)


RSA_JWK = jwk(RSA, RSAAlgorithm, "r", alg="RS256")
EC_JWK = jwk(EC, ECAlgorithm, "e", alg="ES256")
ED_JWK = jwk(ED, OKPAlgorithm, "d", alg="EdDSA")


@pytest.mark.parametrize(
    ("key", "algorithm", "kid", "good"),
    [
        (RSA, "RS256", "r", True),
        (EC, "ES256", "e", True),
        (ED, "EdDSA", "d", True),
        (RSA, "RS384", "r", False),
        (EC, "ES256", "r", False),
        (RSA, "RS256", "unknown", False),
        (RSA, "RS256", None, False),
        (SECRET, "HS256", "r", False),
    ],
)
def test_keys_of_a_file(tmp_path: Path, key: Any, algorithm: str, kid: str | None, good: bool) -> None:
    path = tmp_path / "keys.json"
    write_keys(path, RSA_JWK, EC_JWK, ED_JWK)
    authenticator = by_keys(JwksFile(path))
    if good:
        assert authenticator.authenticate(bearer(key, algorithm, kid)).tenant == "acme"
    else:
        assert refusal(authenticator, bearer(key, algorithm, kid)).reason is Reason.INVALID_TOKEN


def test_a_public_key_is_never_taken_for_a_shared_secret(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    write_keys(path, RSA_JWK)
    secret = jwt.utils.base64url_decode(RSA_JWK["n"])
    assert refusal(by_keys(JwksFile(path)), bearer(secret, "HS256", "r")).reason is Reason.INVALID_TOKEN


def test_a_changed_key_file_counts_at_once_also_for_known_tokens(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    write_keys(path, RSA_JWK)
    authenticator = by_keys(JwksFile(path))
    old, new = bearer(RSA, "RS256", "r"), bearer(EC, "ES256", "e")
    assert authenticator.authenticate(old)
    assert refusal(authenticator, new)
    write_keys(path, EC_JWK)
    os.utime(path, ns=(0, time.time_ns() + 10**9))
    assert authenticator.authenticate(new)
    assert refusal(authenticator, old).reason is Reason.INVALID_TOKEN


def test_a_half_written_key_file_leaves_the_keys_in_force(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    write_keys(path, RSA_JWK)
    authenticator = by_keys(JwksFile(path))
    path.write_text('{"keys": [')
    os.utime(path, ns=(0, time.time_ns() + 10**9))
    assert authenticator.authenticate(bearer(RSA, "RS256", "r"))


@pytest.fixture
def key_server() -> Iterator[tuple[str, list[dict[str, Any]], list[str]]]:
    keys: list[dict[str, Any]] = []
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = json.dumps({"keys": keys}).encode()
            self.send_response(200 if keys else 503)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/keys", keys, asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_keys_of_a_url_are_fetched_once(key_server: tuple[str, list[dict[str, Any]], list[str]]) -> None:
    url, keys, asked = key_server
    keys.append(RSA_JWK)
    authenticator = by_keys(JwksUrl(url))
    for number in range(5):
        assert authenticator.authenticate(bearer(RSA, "RS256", "r", sub=f"u{number}"))
    assert len(asked) == 1


def test_unknown_keys_cannot_make_the_server_ask_the_provider_each_time(
    key_server: tuple[str, list[dict[str, Any]], list[str]],
) -> None:
    url, keys, asked = key_server
    keys.append(RSA_JWK)
    authenticator = by_keys(JwksUrl(url))
    for number in range(20):
        assert refusal(authenticator, bearer(EC, "ES256", f"unknown-{number}")).reason is Reason.INVALID_TOKEN
    assert len(asked) <= 2


def test_a_provider_that_is_away_is_not_the_callers_fault(
    key_server: tuple[str, list[dict[str, Any]], list[str]],
) -> None:
    url, _, _ = key_server
    error = refusal(by_keys(JwksUrl(url)), bearer(RSA, "RS256", "r"))
    assert (error.code, error.reason) == (Code.UNAVAILABLE, Reason.KEYS_UNAVAILABLE)
    assert error.retry_after_s is not None


def test_the_settings_choose_the_authenticator(tmp_path: Path) -> None:
    local = make_authenticator(AnySettings())
    assert isinstance(local, LocalAuthenticator)
    assert local.authenticate(None) is LOCAL_CALLER
    secret = make_authenticator(AnySettings(auth="jwt", jwt_secret=SecretStr(SECRET), jwt_issuer="i"))
    assert secret.authenticate(bearer(iss="i")).tenant == "acme"
    path = tmp_path / "keys.json"
    write_keys(path, EC_JWK)
    keys = make_authenticator(AnySettings(auth="jwt", jwt_jwks=str(path)))
    assert keys.authenticate(bearer(EC, "ES256")).tenant == "acme", "a sole key needs no name"
    path.write_text("{}")
    with pytest.raises(SettingsError, match="not a readable JWKS file"):
        make_authenticator(AnySettings(auth="jwt", jwt_jwks=str(path)))


def test_only_keys_from_elsewhere_may_have_to_be_waited_for() -> None:
    remote = by_keys(JwksUrl("https://issuer.example/keys"))
    assert remote.may_wait("Bearer x")
    assert not remote.may_wait(None)
    assert not by_secret().may_wait("Bearer x")
    assert not LocalAuthenticator().may_wait("Bearer x")
