"""Files that are whole or not there, and models whose files are what was stored."""

import ast
from pathlib import Path

import pytest

from services.common.db import utc_now
from services.common.errors import LeadlightError
from services.scoring import files as module
from services.scoring.files import ServiceFiles, digest, whole_file
from services.scoring.model_store import ModelVersion


def stored(files: ServiceFiles) -> ModelVersion:
    files.write_model("acme", "m-1", 2, b"onnx", b"card")
    return ModelVersion("m-1", 2, digest(b"onnx"), digest(b"card"), utc_now())


def test_a_model_is_read_as_it_was_written(tmp_path: Path) -> None:
    files = ServiceFiles(tmp_path)
    version = stored(files)
    assert (files.read_onnx("acme", version), files.read_card("acme", version)) == (b"onnx", b"card")
    folder = tmp_path / "scoring" / "models" / "acme" / "m-1"
    assert sorted(path.name for path in folder.iterdir()) == ["2.json", "2.onnx"]
    files.delete_model("acme", "m-1")
    files.delete_model("acme", "m-1")
    assert not folder.exists()


@pytest.mark.parametrize("change", ["cut", "flipped", "gone", "longer"])
@pytest.mark.parametrize("suffix", ["onnx", "json"])
def test_a_changed_file_is_data_loss_that_names_the_version(tmp_path: Path, change: str, suffix: str) -> None:
    files = ServiceFiles(tmp_path)
    version = stored(files)
    path = tmp_path / "scoring" / "models" / "acme" / "m-1" / f"2.{suffix}"
    content = path.read_bytes()
    path.unlink()
    if change != "gone":
        path.write_bytes(
            {"cut": content[:-1], "flipped": b"X" + content[1:], "longer": content + b"\0"}[change]
        )
    read = files.read_onnx if suffix == "onnx" else files.read_card
    with pytest.raises(LeadlightError) as info:
        read("acme", version)
    assert (info.value.code, info.value.reason) == ("DATA_LOSS", "MODEL_FILE_CORRUPT")
    assert info.value.metadata == {"model": "models/m-1", "version": "2"}


def test_one_tenants_model_is_not_anothers(tmp_path: Path) -> None:
    files = ServiceFiles(tmp_path)
    with pytest.raises(LeadlightError):
        files.read_onnx("other", stored(files))


def test_a_file_that_is_not_finished_leaves_nothing_and_the_old_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "file"

    def broken(content: bytes) -> None:
        with whole_file(path) as part:
            part.write_bytes(content)
            assert part.parent == tmp_path  # a rename stays on one file system
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - the one raised above
        broken(b"half")
    assert list(tmp_path.iterdir()) == []
    with whole_file(path) as part:
        part.write_bytes(b"whole")
    with pytest.raises(ValueError):  # noqa: PT011
        broken(b"half")
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"whole"]


def test_no_module_can_load_a_pickle() -> None:
    """A model is one ONNX file plus a JSON card: what could run code when it is read is imported nowhere."""
    folder = Path(module.__file__).parent
    imported = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.split(".")[0])
    assert "onnx" in imported
    assert not imported & {"pickle", "joblib", "dill", "cloudpickle", "marshal", "shelve"}
