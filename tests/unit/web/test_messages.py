"""The dashboard's messages: every language says everything that English says, with the same values in it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SOURCES = Path(__file__).parents[3] / "web" / "src"
FOLDERS = sorted(SOURCES.rglob("messages"))
LANGUAGES = ("en", "da", "nb", "sv", "zh")
# Forms of number that the five languages have between them; Chinese has only the last.
PLURALS = re.compile(r"_(one|other)$")
PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
CALL = re.compile(r"\bt\(\s*'([^']+)'")
NAMESPACE = re.compile(r"useTranslation\('(\w+)'\)")


def messages(folder: Path, language: str) -> dict[str, str]:
    """Messages by their dotted key."""
    return dict(_flat(json.loads((folder / f"{language}.json").read_text(encoding="utf-8"))))


def _flat(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def keys(found: dict[str, str]) -> set[str]:
    return {PLURALS.sub("", key) for key in found}


@pytest.mark.parametrize("language", LANGUAGES[1:])
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_a_language_says_what_english_says(folder: Path, language: str) -> None:
    english, other = messages(folder, "en"), messages(folder, language)
    assert keys(other) == keys(english)
    for key, text in other.items():
        source = english.get(key) or english[PLURALS.sub("_other", key)]
        assert text.strip(), key
        assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(source)), key


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_numbers_have_all_their_forms(folder: Path) -> None:
    for language in LANGUAGES:
        found = messages(folder, language)
        for key in found:
            if key.endswith("_one"):
                assert language != "zh", key
                assert key.removesuffix("_one") + "_other" in found, key


def test_every_message_asked_for_exists() -> None:
    known = {
        folder.parent.name: keys(messages(folder, "en")) for folder in FOLDERS
    }  # the namespace is the page's folder
    sources = [path for path in SOURCES.rglob("*.tsx") if "gen" not in path.parts]
    assert sources
    missing = []
    for path in sources:
        text = path.read_text(encoding="utf-8")
        own = NAMESPACE.search(text)
        for key in CALL.findall(text):
            namespace, _, rest = key.rpartition(":")
            if rest not in known[namespace or (own[1] if own else "shell")]:
                missing.append(f"{path.relative_to(SOURCES)}: {key}")
    assert not missing
