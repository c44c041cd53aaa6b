import numpy as np
import pyarrow as pa
import pytest

from services.scoring.leakage import Leak, LeakFinding, find_leaks, is_missing, judge_strong
from services.scoring.standalone import bin_column, standalone_auc
from services.scoring.table import read_columns

N = 2_000
RNG = np.random.default_rng(8)
WON = RNG.random(N) < 0.3
WEAK = RNG.normal(size=N) + 0.5 * WON


def findings(**attributes: object) -> dict[str, LeakFinding]:
    columns = read_columns({name: pa.array(values) for name, values in attributes.items()})
    rows = np.arange(N)
    bins = {name: bin_column(column, rows) for name, column in columns.items()}
    alone = {name: standalone_auc(of, WON, 0) for name, of in bins.items()}
    return find_leaks(list(columns.values()), bins, alone, rows, WON, seed=0)


def test_a_field_filled_only_for_lost_records_leaks() -> None:
    reason = np.where(~WON & (RNG.random(N) < 0.4), "too expensive", None)

    found = findings(lost_reason=reason.tolist(), size=WEAK)

    assert found["lost_reason"].leak is Leak.PRESENCE
    assert "where it is filled, 0 are positive" in found["lost_reason"].sentence
    assert found["size"].leak is Leak.NONE


def test_a_field_never_blank_for_won_records_leaks() -> None:
    account = np.where(~WON & (RNG.random(N) < 0.5), None, RNG.choice(["a", "b", "c"], N))

    assert findings(account=account.tolist(), size=WEAK)["account"].leak is Leak.PRESENCE


def test_a_blank_that_is_only_less_likely_to_win_does_not_leak() -> None:
    phone = np.where(RNG.random(N) < np.where(WON, 0.1, 0.4), None, "x")

    assert findings(phone=phone.tolist(), size=WEAK)["phone"].leak is Leak.NONE


def test_an_attribute_that_states_the_outcome_leaks() -> None:
    assert findings(status=np.where(WON, "converted", "closed"), size=WEAK)["status"].leak is Leak.PERFECT


def test_a_call_length_known_only_afterwards_leaks() -> None:
    # Short calls never win, long ones mostly do; nothing else says much.
    length_s = np.where(WON, RNG.gamma(6, 100, N) + 120, RNG.gamma(2, 80, N))

    found = findings(length_s=length_s, size=WEAK)

    assert found["length_s"].leak is Leak.DOMINANT
    assert found["length_s"].leak.leaves_out


def test_a_strong_attribute_among_strong_ones_stays() -> None:
    first, second = WON + RNG.normal(size=N) * 0.6, WON + RNG.normal(size=N) * 0.6

    found = findings(first=first, second=second)

    assert [finding for finding in found.values() if finding.leak.leaves_out] == []


def test_a_strong_attribute_alone_is_suspected_and_stays() -> None:
    strong = WON + RNG.normal(size=N) * 0.7

    found = findings(strong=strong, noise=RNG.normal(size=N))["strong"]

    assert found.leak is Leak.SUSPECTED
    assert not found.leak.leaves_out


@pytest.mark.parametrize(
    ("alone", "rest", "certain", "leak"),
    [
        (0.95, 0.60, 0.30, Leak.DOMINANT),
        (0.89, 0.60, 0.30, Leak.SUSPECTED),
        (0.95, 0.60, 0.00, Leak.SUSPECTED),
        (0.95, 0.80, 0.30, Leak.SUSPECTED),
        (0.88, 0.77, 0.00, Leak.SUSPECTED),
        (0.85, 0.90, 0.00, Leak.NONE),
        (0.78, 0.60, 0.00, Leak.NONE),
        (0.78, 0.60, 0.10, Leak.SUSPECTED),
    ],
)
def test_what_tells_a_leak_from_a_good_attribute(
    alone: float, rest: float, certain: float, leak: Leak
) -> None:
    assert judge_strong(alone, rest, certain).leak is leak


@pytest.mark.parametrize(
    ("observed", "expected", "missing"), [(0, 20, True), (0, 19.9, False), (2, 100, True), (3, 100, False)]
)
def test_an_outcome_is_missing_only_where_chance_would_have_shown_it(
    observed: int, expected: float, missing: bool
) -> None:
    assert is_missing(observed, expected) is missing
