"""What is read at each call and seldom changes: how old an answer may be, and how many are kept."""

import time
from collections import Counter

import pytest

from services.common import recent
from services.common.recent import Recent


def test_a_value_is_read_again_once_it_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now_s[0])
    reads: Counter[str] = Counter()

    def read(key: str) -> int:
        reads[key] += 1
        return reads[key]

    values = Recent(read, max_age_s=1.0)
    assert [values.get("a"), values.get("a"), values.get("b")] == [1, 1, 1]
    now_s[0] += 1.0
    assert values.get("a") == 1
    now_s[0] += 0.01
    assert [values.get("a"), values.get("a")] == [2, 2]


def test_what_one_changed_oneself_is_read_anew() -> None:
    reads: list[str] = []

    def read(key: str) -> int:
        reads.append(key)
        return len(reads)

    values = Recent(read)
    assert values.get("a") == 1
    values.forget("a")
    values.forget("never read")
    assert values.get("a") == 2


def test_it_does_not_grow_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "_MOST_KEPT", 10)
    values: Recent[int, int] = Recent(lambda key: key)
    assert [values.get(key) for key in range(95)] == list(range(95))
    assert len(values._known) <= 10
