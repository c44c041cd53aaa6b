from typing import Any

import numpy as np
import pytest

from services.conversation.entities.network import NameNetwork
from services.conversation.entities.recogniser import bare_recogniser, recogniser

# What spaCy 2.3.9 itself finds with en_core_web_sm 2.3.1, whose weights these are.
BY_SPACY_2 = {
    "We talked to Goldman Sachs and the Bank of America in New York on March 3rd.": [
        ("Goldman Sachs", "ORG"),
        ("the Bank of America", "ORG"),
        ("New York", "GPE"),
        ("March 3rd", "DATE"),
    ],
    "Enagas and Tallgrass Energy paid $ 5 million, about 12 %.": [
        ("Tallgrass Energy", "ORG"),
        ("$ 5 million", "MONEY"),
        ("about 12 %", "PERCENT"),
    ],
    "Thanks, Maria Lopez. At Zimmer Biomet we hire two hundred people every year.": [
        ("Maria Lopez", "PERSON"),
        ("Zimmer Biomet", "GPE"),
        ("two hundred", "CARDINAL"),
        ("every year", "DATE"),
    ],
    "The second  quarter of 2020 was good for Nexstar Media Group": [
        ("second", "ORDINAL"),
        ("2020", "DATE"),
        ("Nexstar Media Group", "ORG"),
    ],
    "Acme": [],
    "": [],
    "   ": [],
    "okay so that is fine": [],
}


def entities(doc: Any) -> Any:
    return [(each.text, each.label_) for each in doc.ents]


def test_names_are_those_that_spacy_found_with_the_same_weights() -> None:
    assert {doc.text: entities(doc) for doc in recogniser().pipe(BY_SPACY_2)} == BY_SPACY_2


@pytest.mark.parametrize("text", BY_SPACY_2)
def test_a_text_alone_has_the_names_that_it_has_among_others(text: Any) -> None:
    assert entities(recogniser()(text)) == BY_SPACY_2[text]


def test_more_texts_than_fit_at_once_are_all_tagged_in_order() -> None:
    texts = [f"Call {number} with Goldman Sachs." for number in range(2_500)]
    docs = list(recogniser().pipe(texts))
    assert [doc.text for doc in docs] == texts
    assert all(("Goldman Sachs", "ORG") in entities(doc) for doc in docs)


def test_every_label_of_the_packaged_recogniser_is_told() -> None:
    text = (
        "On Monday at 5 pm Maria paid 3 dollars, 12 %, for two French cars of Volvo in Sweden, "
        "her first, after World War II."
    )
    found = {label for _, label in entities(recogniser()(text))}
    assert found == {label for _, label in entities(bare_recogniser()(text))}


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(KeyError):
        NameNetwork({"mixed W": np.zeros((96, 3, 384), dtype=np.float32)}, ["ORG"])
