"""Taking a model elsewhere: its card and its ONNX file, checked, in pieces."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.common.db import Database
from services.common.errors import Reason, failed_precondition, not_found
from services.scoring import model_store
from services.scoring.files import ServiceFiles

PIECE_BYTES = 1024 * 1024
"""Most bytes of one piece."""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """One version's files, as they were stored.

    Attributes:
        card: JSON.
        onnx: The model.
    """

    card: bytes
    onnx: bytes


class ExportingService:
    """Use cases around model files.

    Args:
        db: The service's database.
        files: Where the models are.
    """

    def __init__(self, db: Database, files: ServiceFiles) -> None:
        self._db = db
        self._files = files

    def model_files(self, tenant: str, model_id: str, version: int) -> ModelFiles:
        """A version's files: of the given one, or with 0 of the published one, else of the newest ready one.

        Raises:
            LeadlightError: NOT_FOUND for an unknown line; FAILED_PRECONDITION (MODEL_NOT_READY) without such a
                version; DATA_LOSS (MODEL_FILE_CORRUPT) when a file is not what was stored.
        """
        with self._db.read(tenant) as session:
            line = model_store.read_model(session, model_id)
            if line is None:
                raise not_found("model", f"models/{model_id}")
            stored = model_store.read_version(session, model_id, version or line.shown_version)
        if stored is None:
            wanted = f"version {version}" if version else "a version"
            raise failed_precondition(
                Reason.MODEL_NOT_READY, f"models/{model_id} does not have {wanted} that is ready"
            )
        return ModelFiles(self._files.read_card(tenant, stored), self._files.read_onnx(tenant, stored))


def pieces(content: bytes) -> Iterator[bytes]:
    """A file in pieces of at most 1 MiB."""
    for start in range(0, len(content), PIECE_BYTES):
        yield content[start : start + PIECE_BYTES]
