from hypothesis import given
from hypothesis import strategies as st
from leadlight.scoring.v1 import score_pb2

from services.scoring.encode_reasons import encoded_reasons
from services.scoring.reasons import Reason, Said
from services.scoring.value_statistics import ValueStatistics

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NUMBERS = st.floats(allow_nan=False)
EVIDENCE = st.builds(
    ValueStatistics,
    st.integers(0, 2**40),
    st.integers(0, 2**40),
    NUMBERS,
    st.none() | NUMBERS,
)
REASONS = st.builds(Reason, st.builds(Said, TEXTS, TEXTS, TEXTS, st.none() | EVIDENCE), NUMBERS, NUMBERS)


def message(reason: Reason) -> score_pb2.Reason:
    made = score_pb2.Reason(
        attribute=reason.said.attribute,
        value=reason.said.value,
        points=reason.points,
        log_odds=reason.log_odds,
        sentence=reason.said.sentence,
    )
    if reason.said.evidence:
        made.evidence.closed_count = reason.said.evidence.closed
        made.evidence.positive_count = reason.said.evidence.positive
        made.evidence.share = reason.said.evidence.share
        if reason.said.evidence.median_days_to_close is not None:
            made.evidence.median_days_to_close = reason.said.evidence.median_days_to_close
    return made


@given(st.lists(REASONS, max_size=12))
def test_the_bytes_are_those_of_the_messages(reasons: list[Reason]) -> None:
    read = score_pb2.Score.FromString(encoded_reasons(reasons))
    assert read == score_pb2.Score(reasons=map(message, reasons))


def test_a_value_of_any_length() -> None:
    for length in (0, 1, 127, 128, 2_047, 2_048, 16_383, 16_384, 40_000):
        reason = Reason(Said("a", "x" * length, "s" * length, None), 1.0, 0.5)
        read = score_pb2.Score.FromString(encoded_reasons([reason]))
        assert read.reasons[0] == message(reason)


def test_what_was_encoded_once_comes_again_with_other_numbers() -> None:
    one, two = (Said(name, "", "s", ValueStatistics(10, 5, 0.5)) for name in "ab")
    reasons = [Reason(one, 1.0, 0.5), Reason(two, 2.0, 1.0), Reason(one, -3.0, -1.5)]
    read = score_pb2.Score.FromString(encoded_reasons(reasons))
    assert list(read.reasons) == [message(each) for each in reasons]
