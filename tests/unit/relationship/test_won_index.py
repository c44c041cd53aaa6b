"""Similar won deals: who is similar, what is compared where too few are, held to a plain reading of the formula."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.relationship.similar_deals import Deal, Field, SimilarityModel, Value
from services.relationship.won_index import Basis, SimilarDeals, WonIndex

MODEL = SimilarityModel((Field("region", 0.3, 0.6, None), Field("size", 0.2, 0.4, 100.0)), learned_day=1)


def deal(number: int, *, region: str = "north", size: float | None = 10, closed_day: int = 0) -> Deal:
    return Deal(f"d{number}", {"region": region, "size": size}, closed_day or number)


def similarities(one: dict[str, Value], other: dict[str, Value]) -> list[float]:
    """Of a deal and six that are the same."""
    found = similar_won(Deal("a", one), [Deal(f"b{number}", other) for number in range(6)])
    return [match.similarity for match in found.matches]


def similar_won(deal: Deal, won: Sequence[Deal], model: SimilarityModel = MODEL) -> SimilarDeals:
    return WonIndex(model, won).similar_to(deal)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"region": "north", "size": 10}, {"region": "North ", "size": 10}, 1.0),
        ({"region": "north", "size": 10}, {"region": "south", "size": 10}, 0.4),
        ({"region": "north", "size": 10}, {"region": "north", "size": 60}, 0.6 + 0.4 * 0.5),
        ({"region": "north", "size": 10}, {"region": "north", "size": 500}, 0.6),
        ({"region": "north", "size": 10}, {"region": "north"}, 1.0),  # 0.6 of the weight is known
        ({"region": "north", "size": 10}, {"size": 10}, 0.0),  # 0.4 is too little
    ],
)
def test_gower(one: dict[str, Value], other: dict[str, Value], expected: float) -> None:
    assert similarities(one, other) == pytest.approx([expected] * 6)
    assert similarities(other, one) == pytest.approx([expected] * 6)


def test_at_most_20_and_of_equals_the_newest_first() -> None:
    won = [deal(number) for number in range(1, 31)] + [deal(99, size=60)]
    found = similar_won(deal(500), won)
    assert found.basis is Basis.SIMILAR
    assert [match.deal.deal_id for match in found.matches] == [f"d{number}" for number in range(30, 10, -1)]


def test_fewer_than_5_similar_are_compared_with_the_newest_100() -> None:
    far = [deal(number, region="south", size=90) for number in range(10, 160)]
    near = [deal(number) for number in range(1, 5)]
    found = similar_won(deal(500), [*far, *near])
    assert (found.basis, len(found.matches)) == (Basis.NEWEST_WON, 100)
    assert found.matches[0].deal.deal_id == "d159"
    assert similar_won(deal(500), [*far, *near, deal(5)]).basis is Basis.SIMILAR


def test_a_deal_is_not_similar_to_itself() -> None:
    won = [deal(number) for number in range(1, 7)]
    assert "d3" not in {match.deal.deal_id for match in similar_won(won[2], won).matches}


def test_without_a_field_that_counts_nobody_is_similar() -> None:
    won = [deal(number) for number in range(1, 30)]
    assert similar_won(won[0], won, SimilarityModel((), 5)).basis is Basis.NEWEST_WON


def gower(model: SimilarityModel, one: Deal, other: Deal) -> float:
    """The formula as it is written, field by field; of values that are compared as they stand."""
    weight = alike = 0.0
    for field in model.fields:
        a, b = one.attributes.get(field.name), other.attributes.get(field.name)
        if a is None or b is None:
            continue
        weight += field.weight
        if field.span is None or isinstance(a, str) or isinstance(b, str):
            alike += field.weight * float(type(a) is type(b) and a == b)
        elif field.span > 0:
            alike += field.weight * max(0.0, 1 - abs(a - b) / field.span)
        else:
            alike += field.weight * float(a == b)
    return alike / weight if weight >= 0.5 else 0.0


FIELDS = tuple(
    Field(name, 0.1, 0.25, span) for name, span in zip("abcd", (None, 10.0, 0.0, None), strict=True)
)
VALUES = st.one_of(
    st.none(), st.sampled_from(["x", "y"]), st.booleans(), st.floats(-20, 20), st.sampled_from([1.0, 2.0])
)
ATTRIBUTES = st.fixed_dictionaries(dict.fromkeys("abcd", VALUES))


@given(ATTRIBUTES, st.lists(st.tuples(ATTRIBUTES, st.integers(1, 9)), max_size=40))
def test_all_at_once_is_one_by_one(one: dict[str, Value], others: list[tuple[dict[str, Value], int]]) -> None:
    model = SimilarityModel(FIELDS, 1)
    won = [Deal(f"w{number}", other, day) for number, (other, day) in enumerate(others)]
    asked = Deal("w3", one)
    expected = sorted(
        ((gower(model, asked, each), each.closed_day, each.deal_id) for each in won if each.deal_id != "w3"),
        key=lambda each: (-each[0], -each[1], each[2]),
    )
    found = similar_won(asked, won, model)
    near = [each for each in expected if each[0] >= 0.5]
    if len(near) < 5:
        assert found.basis is Basis.NEWEST_WON
        near = sorted(expected, key=lambda each: (-each[1], each[2]))
    matches = [(match.similarity, match.deal.closed_day, match.deal.deal_id) for match in found.matches]
    assert matches == near[: 20 if found.basis is Basis.SIMILAR else 100]
