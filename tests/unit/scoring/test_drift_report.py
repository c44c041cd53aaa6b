"""Population stability of the records of today against the training data."""

import math

import numpy as np
import pytest

from services.scoring.attributes import AttributeUse
from services.scoring.drift_report import drift_report
from services.scoring.encoding import Value
from services.scoring.population_stability import population_stability_index
from services.scoring.report import AttributeReport
from services.scoring.value_statistics import AttributeStatistics, ValueStatistics


def counted(closed: int) -> ValueStatistics:
    return ValueStatistics(closed, closed // 2, closed / 1_000)


def category(name: str = "source", /, **values: int) -> AttributeReport:
    statistics = AttributeStatistics(
        name, "category", values={key: counted(each) for key, each in values.items()}
    )
    return AttributeReport(name, AttributeUse.USED, "", statistics=statistics)


def records(**values: int) -> list[dict[str, Value]]:
    return [{"source": value} for value, count in values.items() for _ in range(count)]


def test_the_index_is_the_one_of_the_textbook() -> None:
    """Shares 50/50 to 80/20: 0.3 ln 1.6 - 0.3 ln 0.4 = 0.4159."""
    assert population_stability_index([500, 500], [80, 20]) == pytest.approx(
        0.3 * math.log(1.6) - 0.3 * math.log(0.4)
    )
    assert population_stability_index([30, 70], [300, 700]) == 0
    assert population_stability_index([30, 70], [0, 0]) == 0
    assert population_stability_index([0, 0], [1, 2]) == 0
    assert (
        2 < population_stability_index([100, 0], [50, 50]) < 5
    )  # a new value is a shift, not an infinite one


def test_the_same_shares_do_not_advise_retraining() -> None:
    report = drift_report([category(web=600, fair=400)], records(web=120, fair=80))
    assert report.records == 200
    assert report.attributes[0].stability_index == pytest.approx(0)
    assert not report.retraining_advised


@pytest.mark.parametrize(
    ("web", "fair", "advised"),
    [
        (200, 0, True),
        (180, 20, True),  # 0.30
        (170, 30, False),  # 0.2201...
        (199, 0, False),  # 199 records
    ],
)
def test_retraining_is_advised_from_an_index_of_a_quarter_on_200_records(
    web: int, fair: int, advised: bool
) -> None:
    report = drift_report([category(web=650, fair=350)], records(web=web, fair=fair))
    index = report.attributes[0].stability_index
    assert report.retraining_advised is advised
    assert (index >= 0.25) is (advised or web == 199)


def test_numbers_are_counted_in_the_ranges_of_the_training() -> None:
    ranges = tuple(counted(each) for each in (250, 500, 250))
    statistics = AttributeStatistics("budget", "numeric", edges=(10.0, 20.0), ranges=ranges)
    used = AttributeReport("budget", AttributeUse.USED, "", statistics=statistics)
    budgets: list[Value] = [5.0, 10.0, 11, "15", 20.0, "2e1", 21.0, 1e9]
    same = [{"budget": value} for value in budgets]
    assert drift_report([used], same).attributes[0].stability_index == pytest.approx(0)
    moved: list[dict[str, Value]] = [{"budget": "none"}, {"budget": None}]
    assert drift_report([used], moved).attributes[0].stability_index > 1


def test_blank_and_unheard_of_values_count_too() -> None:
    known = category(web=1_000)
    assert drift_report([known], records(web=150, fax=50)).retraining_advised
    assert drift_report([known], [*records(web=150), *[{}] * 50]).retraining_advised


def test_many_small_values_do_not_look_like_a_shift() -> None:
    """Ten stand alone, the others together: else 200 records over 50 values would drift by chance."""
    names = [f"v{number:02}" for number in range(50)]
    known = category(**dict.fromkeys(names, 20))
    for seed in range(20):
        drawn = np.random.default_rng(seed).choice(names, 200)
        today: list[dict[str, Value]] = [{"source": str(name)} for name in drawn]
        assert not drift_report([known], today).retraining_advised


def test_only_used_attributes_are_compared_the_most_moved_first() -> None:
    left_out = AttributeReport("id", AttributeUse.TOO_MANY_VALUES, "")
    steady, moved = category("steady", a=100), category("moved", a=50, b=50)
    today: list[dict[str, Value]] = [{"steady": "a", "moved": "a"}]
    report = drift_report([left_out, steady, moved], today)
    assert [each.attribute for each in report.attributes] == ["moved", "steady"]
