import json

import numpy as np
import pytest

from services.notes.actions.learned import MODELS, WIDTH, features, judge, matrix


def test_features_are_hashed_ngrams_of_length_one() -> None:
    vector = features("Call Anna at 10")
    assert vector.shape == (WIDTH,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1)
    assert np.array_equal(features("call anna at 99"), vector)  # case and digits do not count
    assert not np.array_equal(features("Anna call at 10"), vector)
    assert np.array_equal(matrix(["Call Anna at 10"])[0], vector)


def test_an_empty_sentence_has_features_too() -> None:
    assert np.isfinite(features("")).all()


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("Please send me the schedule by Friday.", "The markets closed lower on Friday."),
        ("Could you give me a call tomorrow?", "She gave birth to a boy last night."),
    ],
)
def test_mail_that_asks_is_told_from_mail_that_does_not(more: str, less: str) -> None:
    assert judge(more).asks > 0.5 > judge(less).asks


def test_talk_to_an_assistant_is_told_from_notes() -> None:
    assert judge("check the weather in boston").chatter > 0.8
    assert judge("Spoke with Karen at Fabrikam. Schedule a demo for next Tuesday at 2pm.").chatter < 0.2


@pytest.mark.parametrize("name", ["asks", "chatter", "confidence"])
def test_each_model_has_a_card(name: str) -> None:
    card = json.loads((MODELS / f"{name}.json").read_text(encoding="utf-8"))
    assert card["data"]
    assert all(card["data"].values())  # a licence each
    assert {"seed", "metrics", "libraries", "task", "made_by"} <= set(card)


def test_models_are_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in MODELS.iterdir()) < 5_000_000
