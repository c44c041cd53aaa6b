"""What-if: two scores compared, and the sentence that says so."""

import math
from datetime import UTC, datetime

import pytest

from services.common.errors import LeadlightError
from services.scoring.encoding import Value
from services.scoring.grades import DEFAULT_RANGES
from services.scoring.points import points_per_log_odds, probability_of, score_of
from services.scoring.reasons import Reason, Said
from services.scoring.records import Score
from services.scoring.what_if import changed, compare, require_sound

BASE = -1.0


def score(contributions: dict[str, float]) -> Score:
    """A score made of these contributions in log-odds."""
    log_odds = BASE + math.fsum(contributions.values())
    factor = points_per_log_odds(log_odds, BASE)
    probability = probability_of(log_odds)
    points = score_of(probability)
    reasons = [Reason(Said(name, "", "", None), factor * each, each) for name, each in contributions.items()]
    base_points = 100 * probability_of(BASE)
    return Score(
        probability,
        points,
        DEFAULT_RANGES.grade(points),
        "m",
        1,
        datetime(2026, 1, 1, tzinfo=UTC),
        base_points,
        tuple(reasons),
    )


def log_odds_of(probability: float) -> float:
    return math.log(probability / (1 - probability))


def scored(points: int) -> Score:
    """A score of so many points by one attribute."""
    return score({"source": log_odds_of(points / 100) - BASE})


def test_with_phone_and_budget_48_to_63() -> None:
    """The spec's own example, to the word."""
    lost = log_odds_of(0.48) - BASE
    gained = log_odds_of(0.63) - log_odds_of(0.48)
    before = score({"source": lost, "phone": 0.0, "budget": 0.0})
    after = score({"source": lost, "phone": 0.7 * gained, "budget": 0.3 * gained})
    what_if = compare(before, after, {"source": "Fair"}, {"budget": 9_000.0, "phone": "+49 30 901820"})
    assert (what_if.before.score, what_if.after.score) == (48, 63)
    assert what_if.sentence == "with phone and budget: 48 to 63"
    assert [each.attribute for each in what_if.changes] == ["phone", "budget"]
    assert [each.points for each in what_if.changes] == pytest.approx([10.5, 4.5])


@pytest.mark.parametrize(
    ("values", "changes", "sentence"),
    [
        ({}, {"phone": "1"}, "with phone: 48 to 63"),
        ({"phone": " "}, {"phone": "1"}, "with phone: 48 to 63"),
        ({}, {"c": 1.0, "a": True, "b": "x"}, "with a, b and c: 48 to 63"),
        ({"phone": "1"}, {"phone": None}, "without phone: 48 to 63"),
        ({"phone": "1"}, {"phone": "  "}, "without phone: 48 to 63"),
        ({"a": "1", "b": "2", "c": "3"}, dict.fromkeys("abc"), "without a, b and c: 48 to 63"),
        ({"phone": "1"}, {"phone": None, "budget": 5.0}, "with budget and without phone: 48 to 63"),
        ({"source": "Web"}, {"source": "Fair"}, 'with source "Fair": 48 to 63'),
        ({"budget": 100.0}, {"budget": 9000.0}, 'with budget "9000": 48 to 63'),
        ({"note": "short"}, {"note": "x" * 41}, "with another note: 48 to 63"),
        ({"member": False}, {"member": True, "phone": "1"}, 'with member "true" and phone: 48 to 63'),
    ],
)
def test_the_sentence(values: dict[str, Value], changes: dict[str, Value], sentence: str) -> None:
    assert compare(scored(48), scored(63), values, changes).sentence == sentence


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "da",
            [
                "med a: 48 til 63",
                "med a, b »y« og en anden værdi af c: 48 til 63",
                "med a og uden b: 48 til 63",
                "uden b og c: 48 til 63",
            ],
        ),
        (
            "nb",
            [
                "med a: 48 til 63",
                "med a, b «y» og en annen verdi av c: 48 til 63",
                "med a og uten b: 48 til 63",
                "uten b og c: 48 til 63",
            ],
        ),
        (
            "sv",
            [
                "med a: 48 till 63",
                "med a, b ”y” och ett annat värde på c: 48 till 63",
                "med a och utan b: 48 till 63",
                "utan b och c: 48 till 63",
            ],
        ),
        (
            "zh",
            [
                "若a有值：48变为63",
                "若a有值、b为“y”、c为其他值：48变为63",
                "若a有值，且b为空：48变为63",
                "若b、c为空：48变为63",
            ],
        ),
    ],
)
def test_the_sentence_in_other_languages(language: str, sentences: list[str]) -> None:
    values: dict[str, Value] = {"b": "x", "c": "x"}
    asked: list[dict[str, Value]] = [
        {"a": "1"},
        {"a": "1", "b": "y", "c": "z" * 41},
        {"a": "1", "b": None},
        {"b": "", "c": None},
    ]
    said = [compare(scored(48), scored(63), values, changes, language).sentence for changes in asked]
    assert said == sentences


def test_moves_add_up_to_the_difference_of_the_scores() -> None:
    before = score({"source": 0.4, "budget": -0.8, "phone": 0.1, "country": 0.3})
    after = score({"source": 1.9, "budget": 0.6, "phone": -0.2, "country": 0.3})
    what_if = compare(before, after, {}, {"source": "Fair"})
    moved = math.fsum(each.points for each in what_if.changes)
    assert moved == pytest.approx(100 * (after.probability - before.probability))
    sizes = [abs(each.points) for each in what_if.changes]
    assert sizes == sorted(sizes, reverse=True)


def test_attributes_whose_contribution_stays_are_not_among_the_changes() -> None:
    """Their points differ all the same: points depend on where the whole score is."""
    before, after = score({"source": 0.4, "country": 0.3}), score({"source": 2.4, "country": 0.3})
    what_if = compare(before, after, {}, {"source": "Fair"})
    assert [each.attribute for each in what_if.changes] == ["source"]
    country = [
        next(r.points for r in each.reasons if r.said.attribute == "country") for each in (before, after)
    ]
    assert country[0] != pytest.approx(country[1], abs=0.1)


def test_an_attribute_moves_with_its_pair_though_it_was_not_changed() -> None:
    before, after = score({"source": 0.4, "country": 0.3}), score({"source": 0.9, "country": 0.5})
    changes = compare(before, after, {}, {"source": "Fair"}).changes
    assert [each.attribute for each in changes] == ["source", "country"]


def test_nothing_moves() -> None:
    what_if = compare(scored(48), scored(48), {}, {"shoe_size": 44.0})
    assert what_if.changes == ()
    assert what_if.sentence == "with shoe_size: 48 to 48"


@pytest.mark.parametrize("log_odds", [40.0, -40.0])
def test_the_ends_of_the_scale_stay_finite(log_odds: float) -> None:
    changes = compare(scored(50), score({"source": log_odds}), {}, {"source": "Fair"}).changes
    assert changes[0].points == pytest.approx(math.copysign(50, log_odds), abs=0.01)


def test_null_takes_an_attribute_away() -> None:
    assert changed({"a": 1.0, "b": None}, {"a": None, "c": 2.0}) == {"b": None, "c": 2.0}


@pytest.mark.parametrize(
    ("count", "said"), [(0, "name at least one"), (51, "at most 50 can change")], ids=["none", "51"]
)
def test_questions_that_cannot_be_answered(count: int, said: str) -> None:
    with pytest.raises(LeadlightError) as caught:
        require_sound({}, {f"a{number}": 1.0 for number in range(count)})
    assert [each.field for each in caught.value.violations] == ["changes"]
    assert said in caught.value.message


def test_fifty_changes_are_fine_and_501_attributes_are_not() -> None:
    changes: dict[str, Value] = {f"a{number}": 1.0 for number in range(50)}
    require_sound({}, changes)
    with pytest.raises(LeadlightError, match="would make 501 attributes"):
        require_sound({f"b{number}": 1.0 for number in range(451)}, changes)


def test_the_worked_example_of_the_documentation() -> None:
    """docs/scoring.md does this arithmetic in words."""
    base = -0.92

    def lead(phone: float) -> Score:
        log_odds = base + 1.33 + 0.35 + phone
        factor = points_per_log_odds(log_odds, base)
        parts = {"source": 1.33, "budget": 0.35, "phone": phone}
        reasons = tuple(Reason(Said(name, "", "", None), factor * each, each) for name, each in parts.items())
        probability = probability_of(log_odds)
        points = score_of(probability)
        grade = DEFAULT_RANGES.grade(points)
        made = datetime(2026, 1, 1, tzinfo=UTC)
        return Score(probability, points, grade, "m", 1, made, 100 * probability_of(base), reasons)

    before = lead(-0.30)
    assert (before.score, before.grade, round(before.base_points, 1)) == (61, "B", 28.5)
    assert [round(each.points, 1) for each in before.reasons] == [31.6, 8.3, -7.1]
    what_if = compare(before, lead(0.20), {}, {"phone": "+49 30 901820"})
    assert what_if.sentence == "with phone: 61 to 72"
    assert [(each.attribute, round(each.points, 1)) for each in what_if.changes] == [("phone", 11.0)]
