import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from services.scoring.attributes import AttributeRules, AttributeUse, choose_attributes
from services.scoring.table import read_columns

N = 400
RNG = np.random.default_rng(12)
DAYS = [dt.date(2025, 1, 1) + dt.timedelta(days=i) for i in range(N)]


def choice(name: str, values: object, rules: AttributeRules | None = None) -> tuple[AttributeUse, list[str]]:
    chosen = choose_attributes(
        read_columns({name: pa.array(values)}), np.arange(N), rules or AttributeRules()
    )
    return chosen[name].use, [column.name for column in chosen[name].columns]


@pytest.mark.parametrize(
    ("name", "values", "use"),
    [
        ("country", ["DE"] * N, AttributeUse.CONSTANT),
        ("budget", [7.0] * N, AttributeUse.CONSTANT),
        ("budget", [None] * (N - 5) + [1.0, 2.0, 3.0, 4.0, 5.0], AttributeUse.TOO_EMPTY),
        ("note", [None] * (N - 5) + ["a", "b", "a", "b", "a"], AttributeUse.TOO_EMPTY),
        ("nothing", pa.nulls(N), AttributeUse.TOO_EMPTY),
        ("closed", DAYS, AttributeUse.DATE),
        ("closed", [str(day) for day in DAYS], AttributeUse.DATE),
        ("closed", [f"{day:%d.%m.%Y} 10:15" for day in DAYS], AttributeUse.DATE),
        ("row", list(range(N)), AttributeUse.TOO_MANY_VALUES),
        ("customer_id", RNG.integers(10**6, 10**9, N), AttributeUse.TOO_MANY_VALUES),
        ("token", [f"{i:032x}" for i in range(N)], AttributeUse.TOO_MANY_VALUES),
        ("amount", RNG.integers(10**3, 10**8, N), AttributeUse.USED),
        ("age", RNG.integers(18, 90, N), AttributeUse.USED),
        ("source", RNG.choice(["web", "fair", "call"], N), AttributeUse.USED),
        ("active", RNG.random(N) < 0.5, AttributeUse.USED),
    ],
)
def test_use(name: str, values: object, use: AttributeUse) -> None:
    assert choice(name, values)[0] is use


def test_an_email_is_used_through_its_validity_and_domain() -> None:
    emails = [f"p{i}@{'gmail.com' if i % 2 else 'acme.com'}" if i % 5 else None for i in range(N)]

    use, columns = choice("email", emails)

    assert use is AttributeUse.USED
    assert columns == ["email:business_domain", "email:present"]


def test_engineered_columns_can_be_switched_off() -> None:
    emails = [f"p{i}@{'gmail.com' if i % 2 else 'acme.com'}" for i in range(N)]

    assert choice("email", emails, AttributeRules(engineered=False)) == (AttributeUse.TOO_MANY_VALUES, [])


def test_free_text_is_used_through_its_presence() -> None:
    notes = [f"long note number {i}" if i % 3 else "" for i in range(N)]

    assert choice("note", notes) == (AttributeUse.USED, ["note:present"])


def test_excluded_and_hand_picked() -> None:
    values = RNG.normal(size=N)

    assert choice("a", values, AttributeRules(exclude=frozenset({"a"})))[0] is AttributeUse.EXCLUDED
    assert choice("a", values, AttributeRules(hand_picked=frozenset({"b"})))[0] is AttributeUse.EXCLUDED
    assert choice("a", values, AttributeRules(hand_picked=frozenset({"a"})))[0] is AttributeUse.USED
