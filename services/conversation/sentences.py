"""Where sentences end in what is said."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SENTENCE = re.compile(r"\S.*?(?:[.?!]+(?=\s|$)|[\u3002\uff1f\uff01]+|\n|$)", re.DOTALL)
_ABBREVIATED = re.compile(
    r"(?:^|\s)(?:Mr|Mrs|Ms|Dr|Prof|St|vs|e\.g|i\.e|approx|ca|kl|nr|bl\.a|f\.eks|t\.ex|\w)\.$"
)

_LONGEST = 2_000  # characters of a sentence that abbreviations may make longer
_LONGEST_ABBREVIATION = 12


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an utterance.

    Attributes:
        start: Offset of its first character.
        end: Offset behind its last.
        text: As it stands there.
    """

    start: int
    end: int
    text: str

    @property
    def is_question(self) -> bool:
        """Whether it ends with a question mark."""
        return self.text.rstrip("!").endswith(("?", "\uff1f"))


def sentences_of(text: str) -> Iterator[Sentence]:
    """The sentences of a text, in order."""
    start: int | None = None
    for found in _SENTENCE.finditer(text):
        begun = found.start() if start is None else start
        is_open = found.end() < len(text) and found.end() - begun < _LONGEST
        if is_open and _ABBREVIATED.search(
            text, max(begun, found.end() - _LONGEST_ABBREVIATION), found.end()
        ):
            start = begun
            continue
        start = None
        piece = text[begun : found.end()].rstrip()
        yield Sentence(begun, begun + len(piece), piece)
    if start is not None:
        yield Sentence(start, len(text), text[start:])
