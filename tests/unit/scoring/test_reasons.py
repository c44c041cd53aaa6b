"""Reasons: their order, and sentences with the counts behind them."""

import pytest

from services.common.records import RecordKind
from services.scoring.encoding import Value
from services.scoring.reasons import ReasonTexts, all_reasons, shown_order, top_reasons
from services.scoring.value_statistics import AttributeStatistics, ValueStatistics

FINANCE = ValueStatistics(closed=50, positive=32, share=0.25, median_days_to_close=2.4)
STATISTICS = [
    AttributeStatistics(
        "industry",
        "category",
        values={
            "Finance": FINANCE,
            "Retail": ValueStatistics(80, 0, 0.4, None),
            "Farming": ValueStatistics(1_000, 1, 0.1, 0.5),
            "Space": ValueStatistics(1_000, 999, 0.1, 1.0),
        },
        other=ValueStatistics(10, 5, 0.05),
        blank=ValueStatistics(20, 3, 0.1, 30.0),
    ),
    AttributeStatistics(
        "age",
        "numeric",
        edges=(35.0, 42.5),
        ranges=tuple(ValueStatistics(100, positive, 0.3) for positive in (10, 20, 30)),
    ),
    AttributeStatistics("visits", "numeric", ranges=(ValueStatistics(300, 60, 1.0),)),
]
LEADS = ReasonTexts(STATISTICS, RecordKind.LEAD)
DEALS = ReasonTexts(STATISTICS, RecordKind.OPPORTUNITY)


@pytest.mark.parametrize(
    ("attribute", "value", "sentence"),
    [
        ("industry", "Finance", '64 % of leads with industry "Finance" qualify, half of them within 3 days'),
        (
            "industry",
            " Finance ",
            '64 % of leads with industry "Finance" qualify, half of them within 3 days',
        ),
        ("industry", "Retail", '0 % of leads with industry "Retail" qualify'),
        (
            "industry",
            "Farming",
            'less than 1 % of leads with industry "Farming" qualify, half of them within 1 day',
        ),
        (
            "industry",
            "Space",
            'more than 99 % of leads with industry "Space" qualify, half of them within 1 day',
        ),
        ("industry", "Mining", "50 % of leads with a rare value of industry qualify"),
        ("industry", None, "15 % of leads without industry qualify, half of them within 30 days"),
        ("age", 35.0, "10 % of leads with age up to 35 qualify"),
        ("age", 36, "20 % of leads with age 35 to 42.5 qualify"),
        ("age", "50", "30 % of leads with age above 42.5 qualify"),
        ("age", "", "the training data have no leads without age"),
        ("age", "old", 'the training data have no leads with age "old"'),
        ("visits", 3.0, "20 % of leads with visits qualify"),
        ("colour", "red", 'the training data have no leads with colour "red"'),
        ("colour", " ", "the training data have no leads without colour"),
    ],
)
def test_sentence(attribute: str, value: Value, sentence: str) -> None:
    assert LEADS.find(attribute, value)[0] == sentence


def test_opportunities_are_won() -> None:
    sentence, _ = DEALS.find("industry", "Finance")
    assert sentence == '64 % of opportunities with industry "Finance" are won, half of them within 3 days'


@pytest.mark.parametrize(
    ("attribute", "value", "evidence"),
    [
        ("industry", "Finance", FINANCE),
        ("industry", "Mining", STATISTICS[0].other),
        ("industry", None, STATISTICS[0].blank),
        ("age", 99.0, STATISTICS[1].ranges[2]),
        ("age", None, None),
        ("colour", "red", None),
    ],
)
def test_the_counts_behind_a_sentence(attribute: str, value: Value, evidence: ValueStatistics | None) -> None:
    assert LEADS.find(attribute, value)[1] == evidence


def test_the_five_most_positive_and_the_five_most_negative_come_first() -> None:
    points = [0.1, -9, 7, 0, 3, -2, 8, 1, -4, 5, -6, -1, 2, -0.5]
    first, others = shown_order(points)
    assert [points[index] for index in first] == [8, 7, 5, 3, 2, -9, -6, -4, -2, -1]
    assert [points[index] for index in others] == [1, -0.5, 0.1, 0]


def test_the_same_is_said_of_the_same_value_each_time() -> None:
    texts = ReasonTexts(STATISTICS, RecordKind.LEAD)
    assert texts.said("industry", "Finance") is texts.said("industry", "Finance")
    assert (texts.said("age", 1.0).value, texts.said("age", True).value) == ("1", "true")
    assert (texts.said("age", True).value, texts.said("age", 1.0).value) == ("true", "1")
    assert texts.said("industry", "x" * 10_000).value == "x" * 10_000


@pytest.mark.parametrize(
    ("points", "first"),
    [([], []), ([0.0, 0.0], []), ([0, 2, 1], [1, 2]), ([-1, 3, -2], [1, 2, 0]), ([1, 1], [0, 1])],
)
def test_few_reasons(points: list[float], first: list[int]) -> None:
    assert shown_order(points)[0] == first


def test_reasons_of_a_score() -> None:
    attributes, contributions = ("industry", "age", "colour"), [-0.2, 1.5, 0.0]
    values: dict[str, Value] = {"industry": "Finance", "age": 36.0}
    top = top_reasons(attributes, contributions, 20.0, values, LEADS)
    assert [(reason.said.attribute, reason.said.value, reason.points, reason.log_odds) for reason in top] == [
        ("age", "36", 30.0, 1.5),
        ("industry", "Finance", -4.0, -0.2),
    ]
    assert top[1].said.evidence == FINANCE
    everything = all_reasons(attributes, contributions, 20.0, values, LEADS)
    assert everything[:2] == top
    assert [reason.said.attribute for reason in everything[2:]] == ["colour"]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("ann@contoso.com", "60 % of leads with a business address in email qualify"),
        ("ann@gmail.com", "20 % of leads with a free-mail address in email qualify"),
        ("ann at home", "the training data have no leads with an invalid address in email"),
        ("", "10 % of leads without email qualify"),
    ],
)
def test_an_address_is_judged_by_its_form_not_by_its_text(value: str, sentence: str) -> None:
    forms = {
        "business address": ValueStatistics(50, 30, 0.5),
        "free-mail address": ValueStatistics(30, 6, 0.3),
    }
    table = AttributeStatistics(
        "email",
        "form",
        values=forms,
        blank=ValueStatistics(20, 2, 0.2),
        rules=("valid_email", "business_domain", "present"),
    )
    assert ReasonTexts([table], RecordKind.LEAD).find("email", value)[0] == sentence
