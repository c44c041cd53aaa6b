"""Similar won deals: which fields count."""

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score

from services.relationship.similar_deals import (
    Deal,
    Effort,
    Field,
    SimilarityModel,
    learn_fields,
    mean_effort,
)

MODEL = SimilarityModel((Field("region", 0.3, 0.6, None), Field("size", 0.2, 0.4, 100.0)), learned_day=1)


def deal(
    number: int, *, region: str = "north", size: float | None = 10, closed_day: int = 0, **more: str
) -> Deal:
    return Deal(f"d{number}", {"region": region, "size": size, **more}, closed_day or number)


def history(won: int, lost: int, seed: int = 0) -> tuple[list[Deal], list[Deal]]:
    """Deals whose region and size tell the outcome, with noise, an id and a coin that tell nothing."""
    rng = np.random.default_rng(seed)

    def one(number: int, *, is_won: bool) -> Deal:
        region = "north" if (rng.random() < 0.8) == is_won else "south"
        size = float(rng.normal(60 if is_won else 40, 15))
        return deal(number, region=region, size=size, id=f"x{number}", coin=str(rng.choice(["h", "t"])))

    return [one(n, is_won=True) for n in range(won)], [one(n, is_won=False) for n in range(won, won + lost)]


@pytest.mark.parametrize(("won", "lost", "is_enough"), [(30, 30, True), (29, 30, False), (30, 29, False)])
def test_from_30_won_and_30_lost_on(won: int, lost: int, is_enough: bool) -> None:
    assert (learn_fields(*history(won, lost), today=5) is not None) is is_enough


def test_fields_that_tell_the_outcome_are_chosen_and_weighed() -> None:
    model = learn_fields(*history(150, 150), today=5)
    assert model is not None
    assert {field.name for field in model.fields} == {"region", "size"}
    assert sum(field.weight for field in model.fields) == pytest.approx(1)
    assert model.fields[0].information >= model.fields[1].information
    assert {field.name: field.span is None for field in model.fields} == {"region": True, "size": False}


def test_information_is_that_of_scikit_learn() -> None:
    won, lost = history(80, 60)
    model = learn_fields(won, lost, today=5)
    assert model is not None
    regions = [each.attributes["region"] for each in (*won, *lost)]
    nats = mutual_info_score(regions, [1] * 80 + [0] * 60)
    (region,) = [field for field in model.fields if field.name == "region"]
    assert region.information == pytest.approx(nats / 0.6931471805599453, abs=1e-12)


def test_a_field_that_is_one_value_or_unknown_says_nothing() -> None:
    won = [Deal(f"w{n}", {"same": "a", "never": None, "blank": " "}) for n in range(30)]
    lost = [Deal(f"l{n}", {"same": "a", "never": None, "blank": ""}) for n in range(30)]
    model = learn_fields(won, lost, today=5)
    assert model == SimilarityModel((), 5)


def test_refreshed_every_7_days() -> None:
    assert [MODEL.is_stale(day) for day in (1, 7, 8)] == [False, False, True]


def test_mean_effort_leaves_out_what_is_unknown() -> None:
    efforts = [Effort(10, 100, None, 1.0), Effort(20, 300, 50, None)]
    assert mean_effort(efforts) == Effort(15, 200, 50, 1.0)
    assert mean_effort([]) is None
