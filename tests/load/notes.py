"""Notes of a wanted length in five languages, always the same ones."""

import random
from dataclasses import dataclass

from clients.cli.sample.make_notes import make_notes
from tests.load.leads import SEED

NOTES = 50


@dataclass(frozen=True)
class Note:
    """A note whose language the service is not told.

    Attributes:
        language: The language that it is in.
        text: The note.
        time_zone: IANA zone.
    """

    language: str
    text: str
    time_zone: str


def notes_of(characters: int, count: int = NOTES) -> list[Note]:
    """Notes of exactly so many characters: sentences of the synthetic sample, the languages in turn."""
    chance = random.Random(SEED)  # noqa: S311 - a sample, no secret
    sentences: dict[str, list[dict[str, str]]] = {}
    for each in make_notes():
        sentences.setdefault(each["id"][:2], []).append(each)
    languages = sorted(sentences)
    notes = []
    for number in range(count):
        language = languages[number % len(languages)]
        text = ""
        while len(text) < characters:
            text += chance.choice(sentences[language])["text"] + " "
        notes.append(Note(language, text[:characters], sentences[language][0]["time_zone"]))
    return notes
