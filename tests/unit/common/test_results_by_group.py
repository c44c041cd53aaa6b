"""Streams that are answered group by group, each request in its place."""

import threading
from collections.abc import Iterator, Sequence
from contextvars import copy_context

import pytest
from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.dedupe.v1.record_pb2 import ImportRecordsRequest as Request
from leadlight.dedupe.v1.record_pb2 import ImportRecordsResponse as Answer
from leadlight.dedupe.v1.record_pb2 import Record

from services.common.caller import LOCAL_CALLER
from services.common.context import CallContext, enter, using
from services.common.errors import Code, LeadlightError, Reason
from services.common.server.results import results_by_group


def request(record_id: str) -> Request:
    ref = common_pb2.RecordRef(kind=common_pb2.RECORD_KIND_LEAD, id=record_id)
    return Request(record=Record(ref=ref))


def answer(requests: Sequence[Request]) -> list[Answer | LeadlightError]:
    """Refuses what is called "no"."""
    refused = LeadlightError(Code.FAILED_PRECONDITION, Reason.RECORD_MERGED, "no")
    return [refused if each.record.ref.id == "no" else Answer(record=each.record) for each in requests]


def answers(requests: Iterator[Request], groups: list[int] | None = None) -> Iterator[Answer]:
    def counted(group: Sequence[Request]) -> list[Answer | LeadlightError]:
        if groups is not None:
            groups.append(len(group))
        return answer(group)

    return results_by_group(requests, Answer, counted, domain="leadlight.test")


def test_each_request_is_answered_in_its_place() -> None:
    ids = ["a", "", "no", "b"] + [str(number) for number in range(1000)]
    with using():
        found = list(answers(iter([request(each) for each in ids])))
    assert [each.index for each in found] == list(range(len(ids)))
    assert [each.record.ref.id for each in found] == ["a", "", "", "b", *ids[4:]]
    assert [each.status.code for each in found[:4]] == [0, 3, 9, 0]
    assert not any(each.status.code for each in found[4:])


def test_what_has_come_by_then_is_one_group_and_nothing_waits_for_company() -> None:
    answered = threading.Semaphore(0)
    groups: list[int] = []

    def one_by_one() -> Iterator[Request]:
        for number in range(5):
            yield request(str(number))
            assert answered.acquire(timeout=30)

    with using():
        for _ in answers(one_by_one(), groups):
            answered.release()
    assert groups == [1] * 5


def test_what_ends_a_stream_ends_the_answers_after_those_before_it() -> None:
    def broken() -> Iterator[Request]:
        yield request("a")
        raise LeadlightError(Code.CANCELLED, Reason.CALL_CANCELLED, "gone")

    with using():
        stream = answers(broken())
        assert next(stream).record.ref.id == "a"
        with pytest.raises(LeadlightError) as raised:
            next(stream)
    assert raised.value.code is Code.CANCELLED


def test_a_reader_that_waits_for_room_goes_on_when_the_answers_are_left() -> None:
    ended = threading.Event()

    def long() -> Iterator[Request]:
        try:
            for number in range(2000):
                yield request(str(number))
        finally:
            ended.set()

    with using():
        stream = answers(long())
        next(stream)
        stream.close()  # type: ignore[attr-defined]
    assert ended.wait(30)


def test_the_answers_end_when_nobody_waits_for_them() -> None:
    def left() -> None:
        enter(CallContext(LOCAL_CALLER, "r", float("inf"), lambda: False))
        with pytest.raises(LeadlightError) as raised:
            list(answers(iter([request("no")])))
        assert raised.value.code is Code.CANCELLED

    copy_context().run(left)
