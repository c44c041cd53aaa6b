from hypothesis import given
from hypothesis import strategies as st
from leadlight.scoring.v1 import score_pb2

from services.scoring.encode_reasons import encoded_reasons
from services.scoring.reasons import Reason
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
REASONS = st.builds(Reason, TEXTS, TEXTS, NUMBERS, NUMBERS, TEXTS, st.none() | EVIDENCE)


def message(reason: Reason) -> score_pb2.Reason:
    made = score_pb2.Reason(
        attribute=reason.attribute,
        value=reason.value,
        points=reason.points,
        log_odds=reason.log_odds,
        sentence=reason.sentence,
    )
    if reason.evidence:
        made.evidence.closed_count = reason.evidence.closed
        made.evidence.positive_count = reason.evidence.positive
        made.evidence.share = reason.evidence.share
        if reason.evidence.median_days_to_close is not None:
            made.evidence.median_days_to_close = reason.evidence.median_days_to_close
    return made


@given(st.lists(REASONS, max_size=12))
def test_the_bytes_are_those_of_the_messages(reasons: list[Reason]) -> None:
    read = score_pb2.Score.FromString(encoded_reasons(reasons))
    assert read == score_pb2.Score(reasons=map(message, reasons))


def test_a_value_of_any_length() -> None:
    for length in (0, 1, 127, 128, 2_047, 2_048, 16_383, 16_384, 40_000):
        reason = Reason("a", "x" * length, 1.0, 0.5, "s" * length, None)
        read = score_pb2.Score.FromString(encoded_reasons([reason]))
        assert read.reasons[0] == message(reason)


def test_the_same_evidence_under_two_names_keeps_both() -> None:
    evidence = ValueStatistics(10, 5, 0.5)
    reasons = [
        Reason("a", "", 1.0, 0.5, "one", evidence),
        Reason("b", "", 1.0, 0.5, "two", evidence),
        Reason("a", "", 1.0, 0.5, "one", evidence),
    ]
    read = score_pb2.Score.FromString(encoded_reasons(reasons))
    assert [(each.attribute, each.sentence) for each in read.reasons] == [
        ("a", "one"),
        ("b", "two"),
        ("a", "one"),
    ]
