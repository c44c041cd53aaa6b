"""Signed reports of erasures: an Ed25519 key of the gateway's own, and what it signs."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import OKPAlgorithm

from services.common.settings import SettingsError
from services.gateway.store import Erasure


class ReportKey:
    """The key that signs reports; made at the first start and kept beside the gateway's data.

    Args:
        path: The PEM file. Replicas share it (a volume, or a secret that is mounted).

    Raises:
        SettingsError: If the file is there and holds no Ed25519 key.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            made = Ed25519PrivateKey.generate()
            pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            # Of workers that start together the first one's key is everybody's, and nobody reads half of it.
            with NamedTemporaryFile(dir=path.parent, prefix=".report_key-") as file:
                file.write(pem)
                file.flush()
                with suppress(FileExistsError):
                    path.hardlink_to(file.name)
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError) as error:
            raise SettingsError(f"{path} is not a readable PEM private key: {type(error).__name__}") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise SettingsError(f"{path} holds no Ed25519 key")
        self._key = key
        public: dict[str, Any] = json.loads(OKPAlgorithm.to_jwk(key.public_key()))
        self._id = hashlib.sha256(public["x"].encode()).hexdigest()[:16]
        self._public = {**public, "kid": self._id, "use": "sig", "alg": "EdDSA"}

    def jwks(self) -> dict[str, Any]:
        """The public key, for who wants to verify a report."""
        return {"keys": [self._public]}

    def sign(self, tenant: str, erasure: Erasure) -> str:
        """The report of an erasure that is done: a JWT."""
        claims = {
            "iss": "leadlight.gateway",
            "sub": f"erasures/{erasure.erasure_id}",
            "tenant": tenant,
            "asked_by": erasure.asked_by,
            "subject_digest": erasure.subject_digest,
            "create_time": erasure.created_at.isoformat(),
            "done_time": erasure.done_at.isoformat() if erasure.done_at else None,
            "services": erasure.services,
        }
        return jwt.encode(claims, self._key, "EdDSA", headers={"kid": self._id})


def subject_digest(erasure_id: str, subject: Mapping[str, Any]) -> str:
    """Whom an erasure is for, for who knows them already."""
    content = json.dumps([f"erasures/{erasure_id}", subject], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()
