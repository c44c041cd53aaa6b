"""The call a use case works for."""

import threading
import time
from contextvars import copy_context

import pytest

from services.common import context
from services.common.caller import LOCAL_CALLER
from services.common.context import CallContext
from services.common.errors import LeadlightError, Reason


def test_there_is_no_call_outside_of_one() -> None:
    assert context.current_or_none() is None
    with pytest.raises(LookupError):
        context.current()


def test_a_block_may_run_as_a_call_and_calls_nest() -> None:
    with context.using(request_id="a") as outer:
        assert context.current() is outer
        assert outer.caller is LOCAL_CALLER
        with context.using(request_id="b") as inner:
            assert context.current() is inner
        assert context.current() is outer
    assert context.current_or_none() is None


def test_a_call_that_was_left_is_no_longer_held() -> None:
    def call() -> None:
        context.enter(CallContext(LOCAL_CALLER, "a", float("inf")))
        assert context.current().request_id == "a"
        context.leave()

    its_own = copy_context()
    its_own.run(call)
    assert its_own.run(context.current_or_none) is None


def test_another_thread_does_not_see_the_call() -> None:
    seen: list[CallContext | None] = []
    with context.using():
        thread = threading.Thread(target=lambda: seen.append(context.current_or_none()))
        thread.start()
        thread.join()
    assert seen == [None]


@pytest.mark.parametrize(
    ("in_s", "active", "reason"),
    [
        (-1.0, True, Reason.DEADLINE_PASSED),
        (-1.0, False, Reason.DEADLINE_PASSED),
        (60.0, False, Reason.CALL_CANCELLED),
    ],
)
def test_work_nobody_waits_for_ends(in_s: float, active: bool, reason: Reason) -> None:
    call = CallContext(LOCAL_CALLER, "r", time.monotonic() + in_s, lambda: active)
    with pytest.raises(LeadlightError) as info:
        call.check()
    assert info.value.reason is reason


def test_work_somebody_waits_for_goes_on() -> None:
    call = CallContext(LOCAL_CALLER, "r", time.monotonic() + 60)
    call.check()
    assert 59 < call.remaining_s() <= 60
    assert CallContext(LOCAL_CALLER, "r", time.monotonic() - 60).remaining_s() == 0
