"""The network that marks names in tokenised texts: a convolutional encoder, and a tagger that goes left to right.

It is that of spaCy 2.3, whose weights newer versions of the library do not read: the tagger looks at six tokens where
newer ones look at three. The encoder is built of the library's own layers. Many texts are tagged side by side, a
token of each at a time, so that the steps are few and wide.

Source of the layout: `Tok2Vec`, `set_context_tokens` and the transitions of `ner.pyx` in spaCy 2.3.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.ml.featureextractor import FeatureExtractor
from spacy.tokens import Doc
from thinc.api import HashEmbed, Maxout, Model, chain, clone, concatenate, expand_window, residual, with_array
from thinc.types import Floats2d, Ints2d

Weights = Mapping[str, npt.NDArray[np.float32]]
TokenSpan = tuple[int, int, str]  # first token, behind the last, kind

FEATURES = ("NORM", "PREFIX", "SUFFIX", "SHAPE")  # of a token, each with a table of its own
SEEDS = (14, 15, 16, 17)  # that the tables' rows are hashed with
LAYERS = 4  # of the convolution, each of which sees one token on either side
_PIECES = 3
_WATCHED = 6  # tokens that the tagger looks at
# Actions are numbered by kind and then by label; behind the last of _UNIT come one that is never right and _OUT.
_BEGIN, _INSIDE, _LAST, _UNIT, _OUT = range(5)


class NameNetwork:
    """Marks names with what was learned elsewhere.

    Args:
        weights: As scripts/convert_names.py wrote them.
        labels: Kinds of names, in the order of the actions.
    """

    def __init__(self, weights: Weights, labels: Sequence[str]) -> None:
        self._labels = tuple(labels)
        self._encoder = _encoder(weights)
        width = weights["state W"].shape[-1]
        self._state = np.ascontiguousarray(weights["state W"].reshape(-1, width).T)
        self._padding = weights["state pad"].reshape(1, -1)
        self._bias = weights["state b"].reshape(-1)
        self._pieces = weights["state b"].shape[-1]
        self._action, self._action_bias = weights["action W"].T.copy(), weights["action b"]
        self._allowed = _allowed(len(labels))

    def spans(self, docs: Sequence[Doc]) -> list[list[TokenSpan]]:
        """The names in each text, in order."""
        filled = sorted((place for place, doc in enumerate(docs) if len(doc)), key=lambda at: -len(docs[at]))
        found: list[list[TokenSpan]] = [[] for _ in docs]
        if filled:
            longest_first = [docs[place] for place in filled]
            for place, spans in zip(filled, self._tagged(longest_first), strict=True):
                found[place] = spans
        return found

    def _tagged(self, docs: list[Doc]) -> list[list[TokenSpan]]:
        lengths = np.array([len(doc) for doc in docs])
        vectors: npt.NDArray[np.float32] = np.concatenate(self._encoder.predict(docs))
        # What each token adds to a state in each of the places where it may be looked at; row 0 is no token.
        parts = np.concatenate([self._padding, vectors @ self._state]).reshape(
            -1, self._padding.size // _WATCHED
        )
        first = np.concatenate([[1], 1 + np.cumsum(lengths)[:-1]])
        blank = [doc.to_array("IS_SPACE").astype(bool) for doc in docs]
        has_blank = any(each.any() for each in blank)
        outside = len(self._labels)
        open_label = np.full(len(docs), outside)
        latest = np.full(len(docs), -1)  # token that the latest name starts with
        watched = np.arange(_WATCHED)
        names: list[list[TokenSpan]] = [[] for _ in docs]
        count = len(docs)
        for at in range(lengths[0]):
            while lengths[count - 1] <= at:
                count -= 1
            begin, length, name = first[:count], lengths[:count], latest[:count]
            here = begin + at
            looked = np.stack(
                [
                    here,
                    here - 1 if at else np.zeros_like(here),
                    np.where(at + 1 < length, here + 1, 0),
                    np.where(name >= 0, begin + name, 0),
                    np.where(name >= 1, begin + name - 1, 0),
                    np.where(name + 1 < length, begin + name + 1, 0),
                ],
                axis=1,
            )
            state = parts[looked * _WATCHED + watched].sum(axis=1) + self._bias
            hidden = state.reshape(count, -1, self._pieces).max(axis=2)
            is_blank = np.array([each[at] for each in blank[:count]]) if has_blank else False
            situation = open_label[:count] + (outside + 1) * ((at + 1 == length) + 2 * is_blank)
            scores = hidden @ self._action + self._action_bias + self._allowed[situation]
            action = scores.argmax(axis=1)
            kind, label = np.divmod(action, outside)
            begins = (kind == _BEGIN) | (kind == _UNIT)
            latest[:count] = np.where(begins, at, name)
            for place in np.flatnonzero((kind == _LAST) | (kind == _UNIT)):
                names[place].append((int(latest[place]), at + 1, self._labels[label[place]]))
            open_label[:count] = np.where((kind == _BEGIN) | (kind == _INSIDE), label, outside)
        return names


def _allowed(labels: int) -> npt.NDArray[np.float32]:
    """What is added to the scores of actions in each situation: 0, or minus infinity where one is not allowed.

    Situations are numbered by the label of the open name (one more for none), then by whether the token is the last
    of its text, then by whether it is blank.
    """
    table = np.full((4 * (labels + 1), 4 * labels + 2), -np.inf, dtype=np.float32)
    for is_last in (0, 1):
        for is_blank in (0, 1):
            base = (labels + 1) * (is_last + 2 * is_blank)
            for label in range(labels):
                table[base + label, _LAST * labels + label] = 0
                if not is_last:
                    table[base + label, _INSIDE * labels + label] = 0
            closed = table[base + labels]
            closed[-1] = 0
            if not is_blank:
                closed[_UNIT * labels : _OUT * labels] = 0
                if not is_last:
                    closed[:labels] = 0
    return table


def _encoder(weights: Weights) -> Model[list[Doc], Any]:
    """Vectors of tokens that know their neighbours."""
    width = weights["mixed W"].shape[0]
    tables: list[Model[Ints2d, Floats2d]] = [
        HashEmbed(width, len(weights[f"table {name}"]), seed=seed, column=column)
        for column, (name, seed) in enumerate(zip(FEATURES, SEEDS, strict=True))
    ]
    joined: Model[Ints2d, Floats2d] = concatenate(*tables)
    mixed: Model[Floats2d, Floats2d] = Maxout(width, width * len(FEATURES), nP=_PIECES, normalize=True)
    layer: Model[Floats2d, Floats2d] = chain(
        expand_window(1), Maxout(width, width * 3, nP=_PIECES, normalize=True)
    )
    # The padding goes through the tables as well: the network has learned so.
    inside: Model[Any, Any] = chain(joined, mixed, clone(residual(layer), LAYERS))
    model: Model[list[Doc], Any] = chain(FeatureExtractor(list(FEATURES)), with_array(inside, pad=LAYERS))
    parts = ["mixed", *(f"layer {number}" for number in range(LAYERS))]
    for kind, parameters in (
        ("hashembed", [{"E": f"table {name}"} for name in FEATURES]),
        ("maxout", [{"W": f"{part} W", "b": f"{part} b"} for part in parts]),
        ("layernorm", [{"G": f"{part} gain", "b": f"{part} shift"} for part in parts]),
    ):
        nodes = [node for node in model.walk() if node.name == kind]
        for node, names in zip(nodes, parameters, strict=True):
            for name, key in names.items():
                node.set_param(name, weights[key])  # type: ignore[arg-type]
    return model
