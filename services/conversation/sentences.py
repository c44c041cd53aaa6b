"""Where sentences end in what is said."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SENTENCE = re.compile(r"\S.*?(?:[.?!]+(?=\s|$)|[\u3002\uff1f\uff01]+|\n|$)", re.DOTALL)
_ABBREVIATED = re.compile(
    r"(?:^|\s)(?:Mr|Mrs|Ms|Dr|Prof|St|vs|e\.g|i\.e|approx|ca|kl|nr|bl\.a|f\.eks|t\.ex|\w)\.$"
)


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
        piece = text[begun : found.end()].rstrip()
        if found.end() < len(text) and _ABBREVIATED.search(piece[-12:]):
            start = begun
            continue
        start = None
        yield Sentence(begun, begun + len(piece), piece)
    if start is not None:
        yield Sentence(start, len(text), text[start:])
