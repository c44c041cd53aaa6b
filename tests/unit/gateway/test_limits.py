"""A tenant's calls per second and at a time."""

from dataclasses import dataclass

import pytest

from services.common.errors import LeadlightError
from services.gateway.limits import TenantLimits


@dataclass
class Clock:
    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s


def limits(clock: Clock, *, in_flight: int = 100, most: int = 1000) -> TenantLimits:
    return TenantLimits(
        calls_per_s=2.0, burst_calls=3, calls_in_flight=in_flight, all_calls_in_flight=most, clock=clock
    )


def refused(made: TenantLimits, tenant: str = "a") -> LeadlightError:
    with pytest.raises(LeadlightError) as info:
        made.begin(tenant)
    return info.value


def test_a_burst_then_the_rate() -> None:
    clock = Clock()
    made = limits(clock)
    for _ in range(3):
        made.begin("a")
    assert refused(made).retry_after_s == 0.5
    made.begin("b")  # another tenant has its own
    clock.now_s = 0.5
    made.begin("a")
    assert refused(made).metadata == {"limit": "2", "of": "calls per second"}
    clock.now_s = 1000
    for _ in range(3):  # a pause fills no more than the burst
        made.begin("a")
    refused(made)


def test_calls_at_a_time() -> None:
    made = limits(Clock(), in_flight=2)
    made.begin("a")
    made.begin("a")
    assert refused(made).metadata == {"limit": "2", "of": "calls at a time"}
    made.end("a")
    made.begin("a")


def test_calls_of_all_tenants_at_a_time() -> None:
    made = limits(Clock(), most=2)
    made.begin("a")
    made.begin("b")
    assert refused(made, "c").reason == "OVERLOADED"
    made.end("a")
    made.begin("c")


def test_tenants_that_are_as_good_as_new_are_forgotten() -> None:
    clock = Clock()
    made = limits(clock)
    made.begin("busy")
    for number in range(10_000):
        clock.now_s += 1.0
        made.begin(f"t{number}")
        made.end(f"t{number}")
    assert len(made._uses) < 5000
    assert made._uses["busy"].in_flight == 1
