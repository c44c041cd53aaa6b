"""The outbox: what was decided arrives, whoever is down meanwhile, and the latest word wins."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from leadlight.dedupe.v1 import record_pb2 as dedupe_pb2
from leadlight.qualification.v1 import delivery_pb2, lead_pb2, plan_pb2, qualification_pb2, summary_pb2

from services.common.db import Database
from services.common.db.migrations import migrate, migrations_of
from services.common.errors import Code, LeadlightError, Reason
from services.common.records import RecordKind, RecordRef
from services.qualification import outbox_store
from services.qualification.delivering import Deliverer
from services.qualification.lead import LeadState
from services.qualification.outbox import LeadMoved, Message, Peer, RecordCreated, RecordRemoved
from tests.contract.served import Client, Served, served
from tests.integration.qualification.conftest import PEERS
from tests.integration.qualification.world import lead, qualify, ref, upsert
from tests.integration.working import eventually

S = "QualificationService."
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEAD = RecordRef(RecordKind.LEAD, "L-1")
DOWN = LeadlightError(Code.UNAVAILABLE, Reason.PEER_UNAVAILABLE, "no answer")
REFUSED = LeadlightError(Code.INVALID_ARGUMENT, Reason.INVALID_FIELD, "never")


def moved(state: LeadState) -> LeadMoved:
    return LeadMoved({"email": "a@b.example"}, "", state, NOON, NOON)


@dataclass
class Kept:
    """A service that keeps what it is told, or fails as it is told to."""

    told: list[RecordCreated | LeadMoved | RecordRemoved] = field(default_factory=list)
    failure: LeadlightError | None = None
    meanwhile: object = None

    def deliver(
        self, ref: RecordRef, news: RecordCreated | LeadMoved | RecordRemoved, delivery_id: str
    ) -> None:
        if callable(self.meanwhile):
            self.meanwhile()
        if self.failure is not None:
            raise self.failure
        self.told.append(news)


@dataclass
class Outbox:
    """An outbox with the services that it tells and a clock that is set by hand."""

    db: Database
    now: datetime = NOON
    monotonic_s: float = 0.0
    carriers: dict[Peer, Kept] = field(default_factory=lambda: {peer: Kept() for peer in Peer})

    def __post_init__(self) -> None:
        self.deliverer = self.another()

    def another(self) -> Deliverer:
        return Deliverer(
            self.db,
            self.carriers,
            retry_s=1.0,
            now=lambda: self.now,
            monotonic_s=lambda: self.monotonic_s,
        )

    def post(
        self, peer: Peer, news: RecordCreated | LeadMoved | RecordRemoved, ref: RecordRef = LEAD
    ) -> None:
        with self.db.write("acme") as session:
            outbox_store.post(session, [Message(peer, ref, news)], self.now)

    def deliver(self, after_s: float = 0) -> int:
        self.now += timedelta(seconds=after_s)
        self.monotonic_s += after_s
        return self.deliverer.deliver_due(threading.Event())

    def waiting(self) -> list[tuple[Peer, int, str]]:
        with self.db.read("acme") as session:
            page = outbox_store.list_deliveries(session, None, page_size=0, page_token="")
        return [(each.message.peer, each.failed_attempts, each.last_code) for each in page.rows]


@pytest.fixture
def box(database_url: str) -> Iterator[Outbox]:
    migrate(database_url, service="qualification")
    db = Database(database_url, service="qualification")
    yield Outbox(db)
    db.close()


def test_migrations_go_up_down_and_up_again(database_url: str) -> None:
    migrations = migrations_of("qualification")
    migrations.upgrade(database_url)
    assert migrations.differences(database_url) == []
    migrations.downgrade(database_url)
    migrations.upgrade(database_url)
    assert migrations.differences(database_url) == []


def test_what_is_posted_arrives_once(box: Outbox) -> None:
    box.post(Peer.DEDUPE, moved(LeadState.QUALIFIED))
    box.post(Peer.SCORING, moved(LeadState.QUALIFIED))
    assert box.deliver() == 2
    assert box.deliver(after_s=3600) == 0
    assert box.carriers[Peer.DEDUPE].told == [moved(LeadState.QUALIFIED)]
    assert box.waiting() == []


def test_of_several_words_on_a_record_the_latest_is_told(box: Outbox) -> None:
    for state in (LeadState.QUALIFIED, LeadState.OPEN, LeadState.DISQUALIFIED):
        box.post(Peer.SCORING, moved(state))
    assert box.deliver() == 1
    assert box.carriers[Peer.SCORING].told == [moved(LeadState.DISQUALIFIED)]


def test_a_word_that_comes_while_the_one_before_is_told_is_told_too(box: Outbox) -> None:
    scoring = box.carriers[Peer.SCORING]

    def change() -> None:
        scoring.meanwhile = None
        box.post(Peer.SCORING, moved(LeadState.OPEN))
        # Another process leaves it alone until the first word is through.
        assert box.another().deliver_due(threading.Event()) == 0

    scoring.meanwhile = change
    box.post(Peer.SCORING, moved(LeadState.QUALIFIED))
    assert box.deliver() == 1
    assert box.deliver() == 1
    assert scoring.told == [moved(LeadState.QUALIFIED), moved(LeadState.OPEN)]


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=-1), timedelta(days=1)])
def test_a_jump_of_the_clock_keeps_nobody_waiting(box: Outbox, jump: timedelta) -> None:
    box.carriers[Peer.DEDUPE].failure = DOWN
    box.post(Peer.DEDUPE, moved(LeadState.QUALIFIED))
    assert box.deliver() == 0
    box.post(Peer.SCORING, moved(LeadState.QUALIFIED))
    box.now += jump
    assert box.deliver() == 1
    box.carriers[Peer.DEDUPE].failure = None
    assert box.deliver(after_s=1) == 1
    assert box.waiting() == []


def test_what_a_dead_process_had_claimed_is_free_once_the_clock_is_set_back(box: Outbox) -> None:
    class Died(BaseException):
        pass

    def die() -> None:
        raise Died

    dedupe = box.carriers[Peer.DEDUPE]
    dedupe.meanwhile = die
    box.post(Peer.DEDUPE, moved(LeadState.QUALIFIED))
    with pytest.raises(Died):
        box.deliver()
    dedupe.meanwhile = None
    assert box.deliver() == 0
    box.now -= timedelta(hours=1)
    assert box.deliver() == 1


def test_a_service_that_is_down_is_left_alone_for_a_while_and_the_others_are_told(box: Outbox) -> None:
    box.carriers[Peer.DEDUPE].failure = DOWN
    for number in range(3):
        box.post(Peer.DEDUPE, RecordRemoved(), RecordRef(RecordKind.ACCOUNT, f"A-{number}"))
    box.post(Peer.SCORING, moved(LeadState.QUALIFIED))
    assert box.deliver() == 1
    assert box.waiting() == [(Peer.DEDUPE, 1, "UNAVAILABLE"), (Peer.DEDUPE, 0, ""), (Peer.DEDUPE, 0, "")]
    assert box.deliver(after_s=0.9) == 0
    assert sum(failed for _, failed, _ in box.waiting()) == 1
    box.carriers[Peer.DEDUPE].failure = None
    assert box.deliver(after_s=0.2) == 3
    assert box.waiting() == []


def test_pauses_double_up_to_half_a_minute(box: Outbox) -> None:
    box.carriers[Peer.DEDUPE].failure = DOWN
    box.post(Peer.DEDUPE, RecordRemoved())
    attempts = []
    for second in range(120):
        box.deliver(after_s=1 if second else 0)
        attempts.append(box.waiting()[0][1])
    times = [second for second in range(1, 120) if attempts[second] > attempts[second - 1]]
    assert times == [1, 3, 7, 15, 31, 61, 91]


def test_what_is_refused_keeps_nobody_else_waiting_and_is_not_forgotten(box: Outbox) -> None:
    box.carriers[Peer.SCORING].failure = REFUSED
    box.post(Peer.SCORING, moved(LeadState.QUALIFIED))
    assert box.deliver() == 0
    box.carriers[Peer.SCORING].failure = None
    box.post(Peer.SCORING, RecordRemoved(), RecordRef(RecordKind.OPPORTUNITY, "O-1"))
    assert box.deliver() == 1
    assert box.waiting() == [(Peer.SCORING, 1, "INVALID_ARGUMENT")]
    assert box.deliver(after_s=2) == 1


def test_a_lease_of_a_process_that_died_runs_out(box: Outbox) -> None:
    box.post(Peer.DEDUPE, RecordRemoved())
    (due,) = outbox_store.due(box.db, box.now, peers=list(Peer), limit=10)
    with box.db.write("acme") as session:
        assert outbox_store.claim(session, due.delivery, box.now, box.now + timedelta(seconds=60))
    assert box.deliver(after_s=59) == 0
    assert box.deliver(after_s=2) == 1


def test_a_tenant_has_its_own_outbox(box: Outbox) -> None:
    box.post(Peer.DEDUPE, RecordRemoved())
    with box.db.read("other") as session:
        assert not outbox_store.list_deliveries(session, None, page_size=0, page_token="").rows


def test_a_service_that_was_down_is_told_when_it_is_back(tmp_path: Path) -> None:
    with ExitStack() as stack:
        others = {name: tmp_path / name for name in PEERS}
        for folder in others.values():
            folder.mkdir()
        up = {
            name: stack.enter_context(served(name, others[name], run_operations=False))
            for name in PEERS
            if name != "dedupe"
        }
        with served("dedupe", others["dedupe"], run_operations=False) as dedupe:
            address = dedupe.address
        addresses = {f"{name}_address": peer.address for name, peer in up.items()}
        client = _qualification(stack, tmp_path, dedupe_address=address, **addresses).client()
        client.call(f"{S}UpsertLead", upsert(lead("L-1")))
        planned = client.call(f"{S}PlanQualification", plan_pb2.PlanQualificationRequest(id="L-1"))
        assert planned.duplicates_status.code == 14
        assert [each.reason for each in planned.problems] == ["PEER_UNAVAILABLE"]
        refused = client.refused(f"{S}Qualify", qualify("L-1"))
        assert (refused.code, refused.metadata["lead"]) == ("UNAVAILABLE", "L-1")
        made = client.call(f"{S}Qualify", qualify("L-1", ignore_duplicates=True))
        eventually(lambda: _waiting(client) == {("dedupe", "L-1"), *_created(made)})
        undo = qualification_pb2.UnqualifyRequest(id="L-1")
        assert client.refused(f"{S}Unqualify", undo).code == "UNAVAILABLE"
        with served("dedupe", others["dedupe"], run_operations=False, listen=address) as back:
            eventually(lambda: not _waiting(client), timeout_s=60)
            asked = dedupe_pb2.GetRecordRequest(ref=made.account)
            assert back.client().call("DedupeService.GetRecord", asked).fields["company"]
            assert client.call(f"{S}Unqualify", undo).state == lead_pb2.LEAD_STATE_OPEN


def _qualification(stack: ExitStack, tmp_path: Path, **settings: object) -> Served:
    folder = tmp_path / "qualification"
    folder.mkdir()
    return stack.enter_context(served("qualification", folder, delivery_retry_s=0.05, **settings))


def _waiting(client: Client) -> set[tuple[str, str]]:
    left = client.call(f"{S}ListDeliveries", delivery_pb2.ListDeliveriesRequest()).deliveries
    return {(each.service, each.ref.id) for each in left}


def _created(made: qualification_pb2.Qualification) -> set[tuple[str, str]]:
    return {("dedupe", each.id) for each in (made.account, made.contact)}


def test_a_summary_names_who_did_not_answer(tmp_path: Path) -> None:
    nowhere = {f"{name}_address": "127.0.0.1:1" for name in PEERS}
    with ExitStack() as stack:
        client = _qualification(stack, tmp_path, **nowhere).client()
        client.call(f"{S}UpsertLead", upsert(lead("L-1")))
        request = summary_pb2.GetLeadSummaryRequest(id="L-1", language="sv")
        summary = client.call(f"{S}GetLeadSummary", request)
        assert [each.service for each in summary.unavailable] == ["notes", "relationship", "scoring"]
        assert summary.sentences[0].text == "Leadet är Ingrid Holm, Head of Purchasing."
        assert client.call(f"{S}ListTimeline", summary_pb2.ListTimelineRequest(ref=ref("L-1"))).entries
