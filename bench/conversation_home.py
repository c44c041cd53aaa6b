"""The manager's home page over 100,000 stored calls against that over 1,000, for each period.

Both databases have the same sellers, trackers and year; their calls are counted by the store's own function, as
CreateCall does in its transaction, without the transcripts, which the page never reads. Measured is the use case with
its answer as bytes; what the relationship service adds takes the same time for both and is left out.

LEADLIGHT_BENCH_CALLS (default 1000,100000) says how many.
"""

import os
import random
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from bench.figures import Figure, against, alone
from bench.workspace import Workspace
from services.common.caller import LOCAL_CALLER
from services.common.db import Database
from services.common.db.migrations import migrate
from services.conversation.convert_home import home_message
from services.conversation.home import cell_store
from services.conversation.home.call_facts import CallFacts, Measured, Mention, MentionKind
from services.conversation.home.deals import DealFacts, OwnTime
from services.conversation.home.periods import Compared, Period, PeriodKind
from services.conversation.home.tallies import Asked
from services.conversation.home_service import HomeService

_SIZES = tuple(map(int, os.environ.get("LEADLIGHT_BENCH_CALLS", "1000,100000").split(",")))
_NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
_DAYS = 365
_SELLERS, _TEAMS = 20, 4
_NAMES = {MentionKind.KEYWORD: 50, MentionKind.COMPETITOR: 10, MentionKind.BRAND: 2_000}
_ROUNDS = 40
_PORTION = 2_000  # calls to a transaction
_SEED = 20260316
_PERIODS = [each for each in PeriodKind if each is not PeriodKind.OWN_DATES]


class _Deals:
    """A relationship service that answers at once: half of the sellers have revenue."""

    def ask(self, _span: Compared, _seller: str, *, with_sellers: bool) -> "_Deals":
        del with_sellers
        return self

    def facts(self) -> DealFacts:
        return DealFacts(9, 3, sellers={_seller(n): {"EUR": n * 10**9} for n in range(_SELLERS)})

    def facts_before(self) -> DealFacts | None:
        return self.facts()

    def own_time(self) -> OwnTime:
        return {}


def figures(workspace: Workspace) -> Iterator[Figure]:
    """Milliseconds per page, and calls counted a second."""
    pages = {}
    for size in _SIZES:
        url = f"sqlite:///{workspace.folder / f'calls-{size}.db'}"
        migrate(url, service="conversation")
        db = Database(url, service="conversation")
        yield alone(
            f"Calls counted for the home page, {size:,}, {_PORTION:,} a transaction",
            size / _load(db, size),
            "calls/s",
            1,
        )
        pages[size] = _pages_ms(HomeService(db, _Deals()))
        db.close()
    fewest, most = _SIZES[0], _SIZES[-1]
    for kind in _PERIODS:
        yield against(
            f"GetHome p50, {kind.replace('_', ' ')}, {most:,} calls",
            pages[most][kind],
            "ms",
            baseline=(f"{fewest:,} calls", pages[fewest][kind]),
            n=_ROUNDS,
        )


def _pages_ms(service: HomeService) -> dict[PeriodKind, float]:
    took: dict[PeriodKind, list[float]] = {kind: [] for kind in _PERIODS}
    for _ in range(_ROUNDS):
        for kind in _PERIODS:
            begun_s = time.perf_counter()
            home_message(service.home(LOCAL_CALLER, Period(kind, _NOW), Asked())).SerializeToString()
            took[kind].append(1000 * (time.perf_counter() - begun_s))
    return {kind: statistics.median(each) for kind, each in took.items()}


def _load(db: Database, size: int) -> float:
    """Counts the calls; seconds."""
    calls = _calls(size)
    begun_s = time.perf_counter()
    while portion := list(islice(calls, _PORTION)):
        with db.write(LOCAL_CALLER.tenant) as session:
            cell_store.count_calls(session, portion)
    return time.perf_counter() - begun_s


def _calls(size: int) -> Iterator[CallFacts]:
    """Calls over a year, a seller's each; what they mention is as uneven as words are (Zipf)."""
    chance = random.Random(_SEED)  # noqa: S311 - a sample, no secret
    weights = {kind: [1 / (rank + 1) for rank in range(count)] for kind, count in _NAMES.items()}
    for number in range(size):
        started_at = _NOW - timedelta(minutes=chance.randrange(_DAYS * 24 * 60))
        seller = chance.randrange(_SELLERS)
        yield CallFacts(
            f"call-{number}",
            started_at,
            started_at.toordinal(),
            f"team-{seller % _TEAMS}",
            (_seller(seller),),
            chance.randrange(60_000, 3_600_000),
            is_conversation=True,
            measured={each: chance.randrange(10_000) for each in Measured},
            score=max(-100, min(100, round(chance.gauss(5, 25)))),
            mentions=tuple(
                Mention(kind, f"{kind}-{rank}", f"{kind}-{rank}", chance.randrange(1, 4))
                for kind, count in _NAMES.items()
                for rank in set(chance.choices(range(count), weights[kind], k=2))
            ),
        )


def _seller(number: int) -> str:
    return f"seller-{number}@example.org"
