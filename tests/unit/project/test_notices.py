"""Licences of everything the suite is built on, and the list of its parts."""

import json
import re
import sys
from pathlib import Path

# `scripts.notices` by its name.
sys.path.insert(0, str(Path(__file__).parents[3]))

import pytest

from scripts import notices, sbom

ROWS = re.compile(r"^\| (\S+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
MODELS = ("*.onnx", "*.npz")


@pytest.fixture(scope="module")
def packages() -> dict[str, tuple[str, str, str]]:
    """The file's table of packages: versions, licence, who uses it."""
    text = notices.NOTICES.read_text(encoding="utf-8").partition("## Packages")[2]
    found = {name: (versions, licence, by) for name, versions, licence, by in ROWS.findall(text)}
    found.pop("package")
    return found


def test_every_pinned_package_stands_in_the_notices(packages: dict[str, tuple[str, str, str]]) -> None:
    found = {name: tuple(versions.split(", ")) for name, (versions, _, _) in packages.items()}
    assert found == notices.pins(), "run `make notices`"


def test_every_licence_is_known_and_is_what_the_package_says(
    packages: dict[str, tuple[str, str, str]],
) -> None:
    assert {name: licence for name, (_, licence, _) in packages.items()} == {
        name: notices.licence_of(name) for name in notices.pins()
    }


def test_no_package_in_an_image_takes_rights_away(packages: dict[str, tuple[str, str, str]]) -> None:
    shipped = {name: licence for name, (_, licence, by) in packages.items() if by != notices.DEVELOPMENT}
    assert shipped["grpcio"] == "Apache-2.0"
    # A library under the LGPL is used as it is, from its own files; the GPL and the AGPL would bind the whole.
    assert [name for name, licence in shipped.items() if re.search(r"\bA?GPL", licence)] == []


def test_every_model_of_the_repository_stands_in_the_notices() -> None:
    services = notices.ROOT / "services"
    models = {
        path.relative_to(notices.ROOT).as_posix() for pattern in MODELS for path in services.rglob(pattern)
    }
    assert models
    assert models <= {path for path, _, _ in notices.carried()}
    text = notices.NOTICES.read_text(encoding="utf-8")
    for path, what, licence in notices.carried():
        assert (notices.ROOT / path).exists()
        assert f"| {path} | {what} | {licence} |" in text, "run `make notices`"


def test_a_package_that_says_nothing_is_not_passed_over() -> None:
    with pytest.raises(notices.UnknownLicenceError, match="nobody-made-this"):
        notices.licence_of("nobody-made-this")


def test_the_list_of_parts_is_whole_and_says_the_same_each_time() -> None:
    assert sbom.main() == 0
    text = sbom.SBOM.read_text(encoding="utf-8")
    parts = json.loads(text)["components"]
    named = {(each["name"], each["version"]) for each in parts if each["type"] == "library"}
    assert named == {(name, version) for name, versions in notices.pins().items() for version in versions}
    assert all(each["licenses"] for each in parts if each["type"] == "library")
    models = [each["name"] for each in parts if each["type"] == "machine-learning-model"]
    assert models == [path for path, _, _ in notices.carried()]
    for changing in ("timestamp", "serialNumber", "https://", "index"):
        assert changing not in text
