from typing import Any

import pytest

from services.conversation.call import Call, Participant, Side, Utterance, Word
from services.conversation.masking import is_luhn, mask_cards

PEOPLE = (Participant("s", Side.SELLER), Participant("c", Side.CUSTOMER))


def masked(*said: Any) -> Any:
    call = Call("k", PEOPLE, tuple(Utterance(who, text) for who, text in said))
    return [each.text for each in mask_cards(call).utterances]


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("It is 4111 1111 1111 1111, thanks", "It is **** **** **** ****, thanks"),
        ("4111-1111-1111-1111", "****-****-****-****"),
        ("5500005555555559.", "****************."),
        ("Amex 3782 822463 10005", "Amex **** ****** *****"),
        ("4222222222222", "*************"),
        ("4111 1111 1111 1112", "4111 1111 1111 1112"),
        ("four" + " one" * 15, "****" + " ***" * 15),
        ("call +45 33 12 34 56 or order 123456", "call +45 33 12 34 56 or order 123456"),
        ("4111 1111 1111 1111 04/27 and 123", "**** **** **** **** **/** and ***"),
        ("the CVV is 987", "the CVV is ***"),
        ("it expires on 04/27", "it expires on **/**"),
        ("Kortet udl\u00f8ber 11/28, sikkerhedskoden 321", "Kortet udl\u00f8ber **/**, sikkerhedskoden ***"),
        ("\u56db" + "\u4e00" * 15, "*" * 16),
        ("we meet 04/27 in room 123", "we meet 04/27 in room 123"),
        ("", ""),
    ],
)  # fmt: skip
def test_card_data_is_masked_and_nothing_else(text: Any, after: Any) -> None:
    assert masked(("c", text)) == [after]


def test_a_card_read_out_over_several_utterances() -> None:
    said = [
        ("c", "4111 1111"),
        ("s", "Mm-hmm."),
        ("c", "1111 1111"),
        ("s", "And the security code?"),
        ("c", "It's 987."),
    ]
    assert masked(*said) == ["**** ****", "Mm-hmm.", "**** ****", "And the security code?", "It's ***."]


def test_words_with_times_are_masked_too() -> None:
    words = tuple(Word(text, 0, 1) for text in ("Card", "4111", "1111", "1111", "1111"))
    call = Call("k", PEOPLE, (Utterance("c", "Card 4111 1111 1111 1111", 0, 1, words),))
    assert [word.text for word in mask_cards(call).utterances[0].words] == [
        "Card",
        "****",
        "****",
        "****",
        "****",
    ]


def test_a_call_without_card_data_is_left_alone() -> None:
    call = Call("k", PEOPLE, (Utterance("c", "Twelve seats, 40 each"),))
    assert mask_cards(call) is call


def test_a_million_digits_take_no_time() -> None:
    assert len(masked(("c", "1" * 200_000))[0]) == 200_000
    assert len(masked(("c", "cvv " * 100_000))[0]) == 400_000


def test_luhn() -> None:
    assert is_luhn("4111111111111111")
    assert not is_luhn("4111111111111112")
