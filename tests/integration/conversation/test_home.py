"""The home page at its use cases: the spec's example from calls that give it, and sums that follow calls."""

import random
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from typing import NoReturn

import pytest
from sqlmodel import select

from services.common.caller import Caller, Role
from services.common.errors import Code, LeadlightError, Reason
from services.conversation.analysis import Context, analyze
from services.conversation.call import Call
from services.conversation.home import cell_store, moment_store, tally_store
from services.conversation.home.best_sellers import Measure
from services.conversation.home.call_facts import CallFacts, Measured, Mention, MentionKind, facts_of
from services.conversation.home.deals import DealFacts, OwnTime, TimeKind
from services.conversation.home.home import Home
from services.conversation.home.periods import EVERYTHING, Compared, Period, PeriodKind, whole_days
from services.conversation.home.tallies import Asked, MentionTally, Tallies, Tally, counts_of
from services.conversation.home_service import HomeService
from services.conversation.models import (
    CallFactRow,
    CallMentionRow,
    CallSellerRow,
    HomeCellRow,
    HomeMentionRow,
    HomeScoreRow,
)
from services.conversation.trackers import Tracker, TrackerKind, TrackerMatcher
from tests.integration.conversation.calls import NOON, days_ago, made_call
from tests.integration.conversation.conftest import Conversation

ANN, BEN, CARA = "ann@own.example", "ben@own.example", "cara@own.example"
HOUR_MS = 3_600_000
EVERYBODY = Asked()
EURO = 1_000_000_000
TRACKERS = TrackerMatcher(
    [
        Tracker("price", TrackerKind.KEYWORD, ("discount",)),
        Tracker("rival", TrackerKind.COMPETITOR, ("Contoso",)),
    ]
)
_TABLES = (CallFactRow, CallSellerRow, CallMentionRow, HomeCellRow, HomeScoreRow, HomeMentionRow)


@dataclass
class Deals:
    """A relationship service that says what it is told to, or nothing."""

    now: DealFacts | None = None
    before: DealFacts | None = None
    spent: OwnTime | None = None

    def ask(self, span: Compared, seller: str, *, with_sellers: bool) -> "Deals":
        return self

    def facts(self) -> DealFacts:
        return self.now or self._unknown()

    def facts_before(self) -> DealFacts | None:
        return self.before

    def own_time(self) -> OwnTime:
        return self._unknown() if self.spent is None else self.spent

    @staticmethod
    def _unknown() -> NoReturn:
        raise LeadlightError(Code.UNAVAILABLE, Reason.PEER_UNAVAILABLE, "does not answer")


@pytest.fixture
def tenant() -> str:
    return f"t{uuid.uuid4().hex[:12]}"


def manager(tenant: str) -> Caller:
    return Caller(tenant, "boss@own.example", frozenset({Role.MANAGER}))


def facts_from(call: Call, team: str = "") -> CallFacts:
    analysis = analyze(call, Context(trackers=TRACKERS, tracked=("discount", "Contoso")))
    return facts_of(analysis, team=team, stored_at=NOON, time_zone="UTC")


def count(conversation: Conversation, tenant: str, facts: Iterable[CallFacts]) -> None:
    with conversation.db.write(tenant) as session:
        for each in facts:
            cell_store.count_call(session, each)


def seen(
    conversation: Conversation,
    caller: Caller,
    deals: Deals | None = None,
    kind: PeriodKind = PeriodKind.LAST_7_DAYS,
    asked: Asked = EVERYBODY,
) -> Home:
    return HomeService(conversation.db, deals or Deals()).home(caller, Period(kind, NOON), asked)


def test_27_percent_of_200_calls_are_more_negative_than_average(
    conversation: Conversation, tenant: str
) -> None:
    bad, fine = (facts_from(made_call("x", negative=(count, 1), minutes=5)) for count in (1, 0))
    now = [replace(bad if n < 54 else fine, call_id=f"c{n}", started_at=NOON) for n in range(200)]
    before = [
        replace(bad if n < 20 else fine, call_id=f"b{n}", day=bad.day - 7, started_at=days_ago(7))
        for n in range(100)
    ]
    count(conversation, tenant, [*now, *before])
    negative = seen(conversation, manager(tenant)).topics.negative
    assert (negative.value, negative.n) == (27.0, 200)
    assert (negative.before, negative.n_before) == (20.0, 100)
    assert negative.interval is not None
    assert (negative.interval.low, negative.interval.high) == pytest.approx((21.32, 33.54), abs=0.01)
    assert negative.change == 7.0
    assert not negative.is_change_clear


def test_the_best_sellers_of_the_spec(conversation: Conversation, tenant: str) -> None:
    """59:41 against 61:39, 33 switches an hour against 34, 28 % negative against 26 %, 23 h, 1 h and 6 h."""
    best = [made_call(f"a{n}", ANN, talk=59 + 5 * (-1) ** n, negative=(14, 50)) for n in range(4)]
    team = [
        made_call(
            f"b{n}",
            (BEN, CARA)[n % 2],
            talk=61 + 5 * (-1) ** (n // 2),
            switches=34 + (-1) ** n,
            negative=(13, 50),
        )
        for n in range(8)
    ]
    count(conversation, tenant, map(facts_from, [*best, *team]))
    spent = {
        ANN: {TimeKind.EMAIL: 23 * HOUR_MS, TimeKind.CALL: HOUR_MS, TimeKind.MEETING: 6 * HOUR_MS},
        BEN: {TimeKind.EMAIL: 20 * HOUR_MS, TimeKind.CALL: 2 * HOUR_MS},
        CARA: {TimeKind.EMAIL: 22 * HOUR_MS, TimeKind.CALL: 4 * HOUR_MS},
    }
    sellers = {ANN: {"EUR": 90 * EURO}, BEN: {"EUR": 20 * EURO}, CARA: {"EUR": 10 * EURO}}
    home = seen(conversation, manager(tenant), Deals(DealFacts(3, 1, sellers=sellers), None, spent))
    assert home.best is not None
    assert (home.best.currency, home.best.mean_revenue) == ("EUR", 40 * EURO)
    assert dict(home.best.best) == {ANN: 90 * EURO}
    assert home.best.others == [BEN, CARA]
    shown = {
        measure: (each.best.value, each.team.value, each.best.n, each.team.n)
        for measure, each in home.best.measures.items()
    }
    assert shown[Measure.SWITCHES_PER_HOUR] == (33.0, 34.0, 4, 8)
    assert shown[Measure.NEGATIVE_PERCENT] == (28.0, 26.0, 4, 8)
    assert shown[Measure.TALK_PERCENT][0] == pytest.approx(59, abs=0.01)
    assert shown[Measure.LISTEN_PERCENT][0] == pytest.approx(41, abs=0.01)
    assert shown[Measure.TALK_PERCENT][1] == pytest.approx(61, abs=0.01)
    assert shown[Measure.EMAIL_HOURS] == (23.0, 21.0, 1, 2)
    assert shown[Measure.CALL_HOURS] == (1.0, 3.0, 1, 2)
    assert shown[Measure.MEETING_HOURS] == (6.0, 0.0, 1, 2)


@pytest.mark.parametrize(("calls", "is_clear"), [(5, False), (200, True)])
def test_59_against_61_on_ten_calls_is_not_more_than_noise(
    conversation: Conversation, tenant: str, calls: int, is_clear: bool
) -> None:
    def talked(seller: str, percent: int) -> list[CallFacts]:
        form = facts_from(made_call("x", seller))
        return [
            replace(form, call_id=f"{seller}{n}", measured={Measured.TALK: 100 * (percent + 3 * (n % 5 - 2))})
            for n in range(calls)
        ]

    count(conversation, tenant, [*talked(ANN, 59), *talked(BEN, 61)])
    deals = Deals(DealFacts(1, 0, sellers={ANN: {"EUR": EURO}}), None, {})
    home = seen(conversation, manager(tenant), deals)
    assert home.best is not None
    talk = home.best.measures[Measure.TALK_PERCENT]
    assert (talk.best.value, talk.team.value, talk.difference) == (59.0, 61.0, -2.0)
    assert (talk.best.n, talk.team.n) == (calls, calls)
    assert talk.is_clear == is_clear


def test_keywords_and_brands_with_their_trend(conversation: Conversation, tenant: str) -> None:
    said = "We have a discount, and Contoso Ltd has no discount. I worked for Fabrikam Ltd."
    calls = [
        made_call("now", said=said, minutes=5),
        made_call("too", said="A discount?", minutes=5),
        made_call("quiet", minutes=5),
        made_call("before", said="Fabrikam Ltd is here.", started_at=days_ago(8), minutes=5),
    ]
    count(conversation, tenant, map(facts_from, calls))
    mentions = seen(conversation, manager(tenant)).topics.mentions
    (price,) = mentions[MentionKind.KEYWORD]
    assert (price.key, price.mentions.value, price.mentions.before) == ("price", 3, 0)
    assert price.calls.value == pytest.approx(66.7, abs=0.1)
    assert (price.calls.n, price.calls.before, price.calls.n_before) == (3, 0.0, 1)
    assert [each.key for each in mentions[MentionKind.COMPETITOR]] == ["rival"]
    brands = {each.key: each.is_new for each in mentions[MentionKind.BRAND]}
    assert brands == {"fabrikam": False}


def test_the_best_use_keywords_more(conversation: Conversation, tenant: str) -> None:
    form = {seller: facts_from(made_call("x", seller, minutes=5)) for seller in (ANN, BEN)}
    used = (Mention(MentionKind.KEYWORD, "price", "price", 2),)
    facts = [
        replace(form[seller], call_id=f"{seller}{n}", mentions=used if n < share else ())
        for seller, share in ((ANN, 8), (BEN, 2))
        for n in range(10)
    ]
    count(conversation, tenant, facts)
    deals = Deals(DealFacts(1, 0, sellers={ANN: {"EUR": EURO}}), None, {})
    best = seen(conversation, manager(tenant), deals).best
    assert best is not None
    price = best.keywords["price"]
    assert (price.best.value, price.team.value, price.ratio, price.is_clear) == (80.0, 20.0, 4.0, True)


def test_what_does_not_answer_is_named_and_left_out(conversation: Conversation, tenant: str) -> None:
    count(conversation, tenant, [facts_from(made_call("c", minutes=5))])
    home = seen(conversation, manager(tenant))
    assert home.deals is None
    assert home.best is None
    assert {(each.part, each.service, each.reason) for each in home.missing} == {
        ("basic", "relationship", "PEER_UNAVAILABLE"),
        ("best_sellers", "relationship", "PEER_UNAVAILABLE"),
    }
    assert home.topics.conversations.value == 1
    home = seen(conversation, manager(tenant), Deals(DealFacts(1, 0)))
    assert [each.part for each in home.missing] == ["engagement_hours"]


def test_a_seller_sees_their_own_alone(conversation: Conversation, tenant: str) -> None:
    calls = [made_call("a", ANN, minutes=5), made_call("b", BEN, minutes=5, negative=(1, 1))]
    count(conversation, tenant, [facts_from(each, "north") for each in calls])
    seller = Caller(tenant, "Ann@Own.example", frozenset({Role.SELLER}))
    deals = Deals(DealFacts(1, 0, sellers={ANN: {"EUR": EURO}}), None, {})
    home = seen(conversation, seller, deals)
    assert [each.seller for each in home.sellers] == [ANN]
    assert home.best is None
    assert home.topics.conversations.value == 1
    assert home.topics.negative.value == 0.0
    assert home.missing == []
    service = HomeService(conversation.db, deals)
    period = Period(PeriodKind.LAST_7_DAYS, NOON)
    found = service.calls(seller, period, Asked(), None, page_size=0, page_token="")
    assert [each.call_id for each in found.rows] == ["a"]
    for ask in (service.home, service.seller):
        with pytest.raises(LeadlightError) as error:
            ask(seller, period, Asked(seller=BEN))
        assert error.value.code is Code.PERMISSION_DENIED
    assert seen(conversation, manager(tenant), asked=Asked(seller=BEN)).topics.negative.value == 100.0


def test_a_tagged_short_call_is_a_recording_and_no_conversation(
    conversation: Conversation, tenant: str
) -> None:
    voicemail = made_call("v", said="Please leave a message after the tone.", minutes=1)
    short = replace(voicemail, utterances=voicemail.utterances[:1])
    facts = facts_from(short)
    assert not facts.is_conversation
    count(conversation, tenant, [facts, facts_from(made_call("c", minutes=6))])
    home = seen(conversation, manager(tenant))
    assert home.topics.conversations.value == 1
    assert home.sellers[0].calls.value == 2
    assert home.sellers[0].hours.value == pytest.approx(7 / 60)
    assert [each.tally["calls"] for each in home.months] == [0] * 11 + [2]


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a sample, no secret


def some_calls(chance: random.Random, number: int) -> list[CallFacts]:
    """Calls of five months, of three sellers in two teams, with and without what can be missing."""
    form = facts_from(made_call("x", minutes=5))
    calls = []
    for n in range(number):
        started_at = NOON - timedelta(minutes=chance.randrange(150 * 24 * 60))
        calls.append(
            replace(
                form,
                call_id=f"c{n}",
                started_at=started_at,
                day=started_at.astimezone(UTC).toordinal(),
                team=chance.choice(["", "north", "south"]),
                sellers=tuple(chance.sample([ANN, BEN, CARA], chance.choice([0, 1, 1, 2]))),
                duration_ms=chance.choice([None, chance.randrange(HOUR_MS)]),
                measured={each: chance.randrange(10_000) for each in Measured if chance.random() < 0.8},
                score=chance.choice([None, chance.randrange(-100, 101)]),
                mentions=tuple(
                    Mention(kind, key, key, chance.randrange(1, 5))
                    for kind in MentionKind
                    for key in chance.sample("abcdef", 2)
                ),
            )
        )
    return calls


def tallied(calls: Iterable[CallFacts], asked: Asked) -> Tallies:
    """The sums of calls, one by one: what the stored ones must be."""
    found = Tallies()
    for facts in calls:
        counts = counts_of(facts)
        found.all_calls.add(counts)
        if _is_asked(facts, asked):
            found.asked.add(counts)
            if facts.score is not None:
                found.scores.calls[facts.score] += 1
            for each in facts.mentions:
                tally = found.mentions.setdefault((each.kind, each.key), MentionTally(each.name))
                tally.calls += 1
                tally.mentions += each.count
        for seller in facts.sellers:
            if not _is_asked(replace(facts, sellers=(seller,)), asked):
                continue
            found.sellers.setdefault(seller, Tally()).add(counts)
            keywords = found.seller_keywords.setdefault(seller, Counter())
            keywords.update(each.key for each in facts.mentions if each.kind is MentionKind.KEYWORD)
    return found


def _is_asked(facts: CallFacts, asked: Asked) -> bool:
    return asked.team in ("", facts.team) and (not asked.seller or asked.seller in facts.sellers)


def comparable(tallies: Tallies) -> object:
    return (
        +tallies.all_calls.counts,
        +tallies.asked.counts,
        tallies.scores.calls,
        {key: (each.calls, each.mentions) for key, each in tallies.mentions.items()},
        {seller: +each.counts for seller, each in tallies.sellers.items()},
        {seller: +each for seller, each in tallies.seller_keywords.items() if +each},
    )


def test_stored_sums_are_those_of_the_calls(conversation: Conversation, tenant: str) -> None:
    """Whatever was counted, taken out again, and in whichever order; for every scope, over months and days."""
    chance = seeded(20260311)
    calls = some_calls(chance, 80)
    with conversation.db.write(tenant) as session:
        for each in calls:
            cell_store.count_call(session, each)
        for each in chance.sample(calls, 30):
            cell_store.uncount_call(session, each.call_id)
            calls.remove(each)
    today = NOON.toordinal()
    ends = (min(each.day for each in calls), max(each.day for each in calls))
    assert whole_days(today - 149, today, UTC, ends).parts == (EVERYTHING,)  # type: ignore[arg-type]
    with conversation.db.read(tenant) as session:
        for asked in (Asked(), Asked("north"), Asked(seller=ANN), Asked("south", BEN)):
            for first, last in ((today - 149, today), (today - 40, today - 3), (today - 5, today)):
                span = whole_days(first, last, UTC)  # type: ignore[arg-type]
                those = [each for each in calls if first <= each.day <= last]
                expected = comparable(tallied(those, asked))
                for store, days in (
                    (tally_store, span),
                    (tally_store, replace(span, call_days=ends)),
                    (moment_store, span),
                ):
                    stored = store.read_tallies(session, days, asked, with_keywords=True)
                    keys = [(kind, key) for kind in MentionKind for key in "abcdef"]
                    stored.mentions = store.read_mentions(session, days, asked, keys)
                    assert comparable(stored) == expected


def rows(conversation: Conversation, tenant: str) -> Sequence[object]:
    with conversation.db.read(tenant) as session:
        return [row for model in _TABLES for row in session.exec(select(model))]


def test_calls_that_are_gone_leave_no_row(conversation: Conversation, tenant: str) -> None:
    calls = some_calls(seeded(1), 12)
    with conversation.db.write(tenant) as session:
        cell_store.count_calls(session, calls)
    assert rows(conversation, tenant)
    with conversation.db.write(tenant) as session:
        for each in calls:
            cell_store.uncount_call(session, each.call_id)
        cell_store.uncount_call(session, "never there")
    assert rows(conversation, tenant) == []


def test_retention_leaves_numbers_without_persons(conversation: Conversation, tenant: str) -> None:
    calls = [facts_from(made_call(each, ANN, minutes=5), "north") for each in ("a", "b")]
    count(conversation, tenant, calls)
    with conversation.db.write(tenant) as session:
        cell_store.forget_calls(session, ["a"])
    home = seen(conversation, manager(tenant))
    assert home.topics.conversations.value == 2
    assert home.sellers[0].calls.value == 1
    with conversation.db.write(tenant) as session:
        cell_store.forget_calls(session, ["b"])
        cell_store.uncount_call(session, "a")
    assert not any(ANN in str(row) for row in rows(conversation, tenant))
    assert seen(conversation, manager(tenant), asked=Asked("north")).topics.conversations.value == 2


def test_a_forgotten_seller_is_in_no_row(conversation: Conversation, tenant: str) -> None:
    calls = some_calls(seeded(2), 12)
    with conversation.db.write(tenant) as session:
        for each in calls:
            cell_store.count_call(session, each)
        cell_store.forget_seller(session, ANN)
    assert not any(ANN in str(row) for row in rows(conversation, tenant))
    home = seen(conversation, manager(tenant), kind=PeriodKind.ALL_TIME)
    assert home.sellers[-1].seller == CARA
    assert sum(each.tally["calls"] for each in home.months) == 12


def test_the_last_24_hours_and_what_is_behind_a_number(conversation: Conversation, tenant: str) -> None:
    calls = [
        made_call(f"c{n}", said="A discount?", started_at=days_ago(n / 2), minutes=5) for n in range(1, 7)
    ]
    count(conversation, tenant, map(facts_from, calls))
    service = HomeService(conversation.db, Deals())
    boss = manager(tenant)
    day = Period(PeriodKind.LAST_24_HOURS, NOON)
    figures = service.home(boss, day, Asked()).topics.conversations
    assert (figures.value, figures.before) == (2, 2)  # the start counts, the end does not
    key = (MentionKind.KEYWORD, "price")
    found = service.mention(boss, key, day, Asked())
    assert found.figures.mentions.value == 2
    assert sum(each.mentions for each in found.points) == 2
    week = Period(PeriodKind.OWN_DATES, NOON, date(2026, 3, 8), date(2026, 3, 11))
    found = service.mention(boss, key, week, Asked())
    assert [(each.calls, each.conversations) for each in found.points] == [(1, 1), (2, 2), (2, 2), (1, 1)]
    years = Period(PeriodKind.OWN_DATES, NOON, date(2025, 1, 1), date(2026, 3, 11))
    assert [(each.calls, each.first_day) for each in service.mention(boss, key, years, Asked()).points] == [
        (6, date(2026, 3, 1).toordinal())
    ]
    details = service.seller(boss, week, Asked(seller=ANN))
    assert [each.tally["calls"] for each in details.points] == [1, 2, 2, 1]
    assert details.overview.calls.value == 6
    listed: list[str] = []
    token = ""
    while True:
        page = service.calls(boss, week, Asked(), key, page_size=4, page_token=token)
        listed += [each.call_id for each in page.rows]
        token = page.next_page_token
        if not token:
            break
    assert listed == [f"c{n}" for n in range(1, 7)]
