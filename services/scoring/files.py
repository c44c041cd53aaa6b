"""What the service keeps on disk: a model's ONNX file and card, and uploaded tables.

    <data folder>/scoring/models/<tenant>/<model>/<version>.onnx and .json
    <data folder>/scoring/datasets/<tenant>/<dataset>.parquet

A file is written under another name, synced and renamed, so that it is whole or not there. The database holds
the digests; a file without a row belongs to nobody. Several replicas share the folder (a volume that all mount).
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.common.errors import Code, LeadlightError, Reason
from services.scoring.model_store import ModelVersion


class ServiceFiles:
    """The scoring service's files under one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._models = data_dir / "scoring" / "models"
        self._datasets = data_dir / "scoring" / "datasets"

    def write_model(self, tenant: str, model_id: str, version: int, onnx: bytes, card: bytes) -> None:
        """Stores a version's ONNX file and card."""
        folder = self._models / tenant / model_id
        folder.mkdir(parents=True, exist_ok=True)
        for suffix, content in (("onnx", onnx), ("json", card)):
            with whole_file(folder / f"{version}.{suffix}") as part:
                part.write_bytes(content)

    def read_onnx(self, tenant: str, version: ModelVersion) -> bytes:
        """The version's ONNX file.

        Raises:
            LeadlightError: DATA_LOSS if it is missing or not what was stored.
        """
        return self._checked(tenant, version, "onnx", version.onnx_sha256)

    def read_card(self, tenant: str, version: ModelVersion) -> bytes:
        """The version's JSON card.

        Raises:
            LeadlightError: DATA_LOSS if it is missing or not what was stored.
        """
        return self._checked(tenant, version, "json", version.card_sha256)

    def _checked(self, tenant: str, version: ModelVersion, suffix: str, sha256: str) -> bytes:
        path = self._models / tenant / version.model_id / f"{version.version}.{suffix}"
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            content = b""
        if digest(content) != sha256:
            raise LeadlightError(
                Code.DATA_LOSS,
                Reason.MODEL_FILE_CORRUPT,
                f"the file of version {version.version} of models/{version.model_id} is not what was stored; "
                "restore it from a backup or train again",
                metadata={"model": f"models/{version.model_id}", "version": str(version.version)},
            )
        return content

    def delete_model(self, tenant: str, model_id: str) -> None:
        """Removes a line's files."""
        shutil.rmtree(self._models / tenant / model_id, ignore_errors=True)

    def dataset(self, tenant: str, dataset_id: str) -> Path:
        """Where a data set's Parquet file is; its folder exists."""
        folder = self._datasets / tenant
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{dataset_id}.parquet"


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Gives a path to write to; at the end the file takes its name, whole and synced. An exception removes it."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        part.unlink(missing_ok=True)
