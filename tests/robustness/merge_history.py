"""A random history of calls to a dedupe service, held against a plain model of it."""

import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import psutil
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.dedupe.v1 import merge_pb2, record_pb2

from services.common.caller import LOCAL_CALLER
from services.common.db import Database
from services.common.records import RecordKind, RecordRef
from services.common.server.wire import ref_message
from tests.contract.served import rpc
from tests.integration.server.clients import failure
from tests.robustness.merge_model import UNKNOWN, Model, RefusedError, is_as_told, stored_tables
from tests.robustness.processes import Running

REFS = [RecordRef(RecordKind.LEAD, f"L{number}") for number in range(40)] + [
    RecordRef(RecordKind.CONTACT, f"C{number}") for number in range(8)
]
DAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
VALUES = {
    "first_name": ["Regina", "Regi", "Bo", "Åse", "王伟"],
    "last_name": ["Murphy", "Merphy", "Berg", "Ødegård"],
    "email": ["regina@contoso.com", "Regina@CONTOSO.com", "bo@example.com", "info@contoso.com"],
    "phone": ["+1 555 010 4477", "+45 33 12 34 56", "no phone"],
    "company": ["Contoso", "Contoso Inc.", "Fabrikam ApS"],
    "note": ["met at the fair", "x" * 300],
    "title": ["CFO", "Chief Financial Officer"],
}
RULES = ["master", "newest", "longest", "most_complete"]
PATIENCE_S = 60.0
RETRY_PAUSE_S = 0.05

Apply = Callable[[Model, Any], None]


@dataclass
class Step:
    """A call, and what it does to the model.

    Attributes:
        method: The RPC.
        request: What is sent.
        apply: Does the same to a model, given the answer; None where there was none.
    """

    method: str
    request: Any
    apply: Apply


@dataclass
class History:
    """Calls made so far, and what must have become of them.

    Attributes:
        service: The service; a worker of it is killed now and then.
        db: Its database.
        chance: Where the calls come from.
    """

    service: Running
    db: Database
    chance: random.Random
    model: Model = field(default_factory=Model)
    counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._client = self.service.client()

    def run(self, calls: int, kills: int) -> None:
        """Makes calls, and kills the worker that serves them so many times in between."""
        deadly = set(self.chance.sample(range(calls // 20, calls), kills))
        for number in range(calls):
            step = self._next()
            if number in deadly:
                self._kill_during(step)
            self._do(step)
            if number % 50 == 49 or number in deadly:
                self.check()

    def check(self) -> None:
        """The tables are what the model says, whole."""
        found = stored_tables(self.db, LOCAL_CALLER.tenant)
        assert found == self.model.tables()

    def _do(self, step: Step) -> None:
        """Makes a call until it is answered, and does the same to the model."""
        end_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = self._client.call(step.method, step.request)
                break
            except grpc.RpcError as error:
                if error.code() is not grpc.StatusCode.UNAVAILABLE:
                    self._refused(step, failure(error).reason)
                    return
                assert time.monotonic() < end_s
            time.sleep(RETRY_PAUSE_S)
        step.apply(self.model, answer)
        self._count(step.method)

    def _refused(self, step: Step, reason: str) -> None:
        with pytest.raises(RefusedError) as refused:
            step.apply(self.model, None)
        assert str(refused.value) == reason, step
        self._count(reason)

    def _kill_during(self, step: Step) -> None:
        """Sends a call and kills the worker that has it: its effect is there whole, or not at all."""
        without, done = self.model.copy(), self.model.copy()
        try:
            step.apply(done, None)
        except RefusedError:
            done = without
        worker = self._serving()
        call = self._client.begin(rpc(step.method, "dedupe"), [step.request])
        time.sleep(self.chance.random() * 0.006)
        worker.kill()
        worker.wait(PATIENCE_S)
        call.exception()
        found = stored_tables(self.db, LOCAL_CALLER.tenant)
        was_done = is_as_told(found, done)
        assert was_done or is_as_told(found, without), step
        self._count("killed after" if was_done else "killed before")

    def _serving(self) -> psutil.Process:
        """The worker at the other end of the connection."""
        own = {each.laddr.port for each in psutil.Process().net_connections("tcp")}
        workers = self.service.workers()
        for worker in workers:
            remotes = {each.raddr.port for each in worker.net_connections("tcp") if each.raddr}
            if own & remotes:
                return worker
        return workers[0]

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def _next(self) -> Step:
        """A call that makes sense, most of the time."""
        make = self.chance.choices(
            [self._upsert, self._merge, self._unmerge, self._detach, self._delete], [34, 28, 22, 12, 4]
        )[0]
        return make()

    def _upsert(self) -> Step:
        own = [ref for ref in REFS if ref not in self.model.rows or not self.model.rows[ref].merge]
        ref = self.chance.choice(own if own and self.chance.random() < 0.9 else REFS)
        names = self.chance.sample(list(VALUES), self.chance.randint(0, len(VALUES)))
        fields = {name: self.chance.choice(VALUES[name]) for name in names}
        modified = DAY + timedelta(days=self.chance.randint(0, 5), microseconds=self.chance.randint(0, 2))
        inactive = self.chance.random() < 0.1
        parent = self.chance.choice(
            [None, None, RecordRef(RecordKind.ACCOUNT, "A1"), self.chance.choice(REFS)]
        )
        record = record_pb2.Record(
            ref=ref_message(ref),
            fields=fields,
            inactive=inactive,
            parent=ref_message(parent) if parent else None,
            modify_time=_timestamp(modified),
        )

        def apply(model: Model, answer: Any) -> None:
            stored = _stored(answer.record) if answer else None
            model.upsert(ref, fields, modified=modified, stored=stored, inactive=inactive, parent=parent)

        return self._step("DedupeService.UpsertRecord", record_pb2.UpsertRecordRequest(record=record), apply)

    def _delete(self) -> Step:
        ref = self.chance.choice(REFS)
        request = record_pb2.DeleteRecordRequest(ref=ref_message(ref), allow_missing=True)
        return Step("DedupeService.DeleteRecord", request, lambda model, _: model.delete(ref))

    def _merge(self) -> Step:
        kind = self.chance.choice([RecordKind.LEAD, RecordKind.LEAD, RecordKind.CONTACT])
        free = [ref for ref, row in self.model.rows.items() if ref.kind == kind and not row.merge]
        pool = free if len(free) > 1 and self.chance.random() < 0.85 else REFS
        chosen = self.chance.sample(pool, min(len(pool), self.chance.randint(2, 5)))
        if self.chance.random() < 0.04:
            chosen.append(self.chance.choice(chosen))
        master, *others = chosen
        rule = self.chance.choice(RULES)
        choices: dict[str, tuple[str, Any]] = {}
        if self.chance.random() < 0.3:
            choices["title"] = ("source", self.chance.choice(chosen))
            choices["note"] = ("value", self.chance.choice(["", "merged"]))
            choices["email"] = ("rule", self.chance.choice(RULES))
        request = merge_pb2.MergeRecordsRequest(
            master=ref_message(master),
            others=[ref_message(each) for each in others],
            survivor=_survivor(rule),
            fields={name: _choice(how, what) for name, (how, what) in choices.items()},
            validate_only=self.chance.random() < 0.1,
        )

        def apply(model: Model, answer: Any) -> None:
            dry = model.copy() if request.validate_only else model
            merge_id = answer.name.removeprefix("merges/") if answer else UNKNOWN
            stored = _stored(answer.result) if answer else None
            dry.merge(master, others, rule, choices, merge_id=merge_id, stored=stored)
            if answer:
                assert dict(answer.result.fields) == dry.rows[master].fields

        return self._step("MergeService.MergeRecords", request, apply)

    def _some_merge(self) -> str:
        holding = [each for each, merge in self.model.merges.items() if merge.state == "merged"]
        last = [each for each in holding if self.model.is_last(each)]
        if last and self.chance.random() < 0.7:
            return self.chance.choice(last)
        if holding and self.chance.random() < 0.8:
            return self.chance.choice(holding)
        return self.chance.choice([*self.model.merges, uuid.UUID(int=7).hex])

    def _unmerge(self) -> Step:
        merge_id, discard = self._some_merge(), self.chance.random() < 0.4
        request = merge_pb2.UnmergeRecordsRequest(
            name=f"merges/{merge_id}", discard_changes=discard, validate_only=self.chance.random() < 0.1
        )

        def apply(model: Model, _: Any) -> None:
            dry = model.copy() if request.validate_only else model
            dry.unmerge(merge_id, discard=discard)

        return self._step("MergeService.UnmergeRecords", request, apply)

    def _detach(self) -> Step:
        merge_id, discard = self._some_merge(), self.chance.random() < 0.4
        merge = self.model.merges.get(merge_id)
        ref = self.chance.choice(merge.parts[1:] or REFS) if merge else REFS[0]
        if self.chance.random() < 0.05:
            ref = self.chance.choice(REFS)
        request = merge_pb2.DetachRecordRequest(
            name=f"merges/{merge_id}", ref=ref_message(ref), discard_changes=discard
        )

        def apply(model: Model, answer: Any) -> None:
            stored = _stored(answer.result) if answer else None
            model.detach(merge_id, ref, discard=discard, stored=stored)

        return self._step("MergeService.DetachRecord", request, apply)

    def _step(self, method: str, request: Any, apply: Apply) -> Step:
        request.request_id = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
        return Step(method, request, apply)


def _survivor(rule: str) -> merge_pb2.Survivor.ValueType:
    return merge_pb2.Survivor.Value(f"SURVIVOR_{rule.upper()}")


def _choice(how: str, what: Any) -> merge_pb2.FieldChoice:
    if how == "rule":
        return merge_pb2.FieldChoice(survivor=_survivor(what))
    if how == "source":
        return merge_pb2.FieldChoice(source=ref_message(what))
    return merge_pb2.FieldChoice(value=what)


def _timestamp(at: datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(at)
    return message


def _stored(record: record_pb2.Record) -> datetime:
    return record.update_time.ToDatetime(tzinfo=UTC)
