"""The wordings of the service's sentences, by language."""

from pathlib import Path

from services.common.languages import Phrases, read_phrases

_FILE = Path(__file__).with_name("phrases.json")


def words_of(language: str) -> Phrases:
    """The templates of a language, one of `languages.LANGUAGES`."""
    return read_phrases(_FILE)[language]
