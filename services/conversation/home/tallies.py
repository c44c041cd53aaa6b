"""Sums over calls: of all of a tenant's, of a team's, of a seller's in a team. Each call adds to each of its scopes.

A call of several sellers counts for each of them, and once for the team and once for all.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.conversation.home.call_facts import HUNDREDTHS, CallFacts, Measured, MentionKind
from services.conversation.home.estimates import Sample, Share

MS_PER_HOUR = 3_600_000
_MENTIONING = {
    MentionKind.KEYWORD: "keyword_calls",
    MentionKind.COMPETITOR: "competitor_calls",
    MentionKind.BRAND: "brand_calls",
}
_PLAIN = ("calls", "duration_ms", "conversations", *_MENTIONING.values(), "score_n", "score_sum")
COLUMNS = (*_PLAIN, *(f"{each}_{part}" for each in Measured for part in ("n", "sum", "squares")))
"""What is summed, by name: calls and milliseconds; per measure how many, sum, sum of squares in hundredths."""

Counts = Mapping[str, int]
MentionKey = tuple[MentionKind, str]


class ScopeKind(StrEnum):
    """Whose calls."""

    ALL = "all"
    TEAM = "team"
    SELLER = "seller"


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """Whose calls are summed.

    Attributes:
        kind: All of the tenant's, a team's, a seller's.
        team: Empty for all of the tenant's, and for calls without a team.
        seller: Empty for all and for a team's.
    """

    kind: ScopeKind
    team: str = ""
    seller: str = ""


@dataclass
class Tally:
    """The sums of one scope.

    Attributes:
        counts: By column.
    """

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, counts: Counts) -> None:
        """Adds a call's, or another tally's."""
        self.counts.update(counts)

    def __getitem__(self, column: str) -> int:
        """The sum of a column."""
        return self.counts[column]

    @property
    def hours(self) -> float:
        """Length of the calls."""
        return self.counts["duration_ms"] / MS_PER_HOUR

    def sample(self, measure: Measured) -> Sample:
        """A measure in its own unit."""
        return Sample(
            self.counts[f"{measure}_n"],
            self.counts[f"{measure}_sum"],
            self.counts[f"{measure}_squares"],
            HUNDREDTHS,
        )


@dataclass
class MentionTally:
    """How often something is mentioned.

    Attributes:
        name: For people.
        calls: Conversations that mention it.
        mentions: Mentions.
    """

    name: str = ""
    calls: int = 0
    mentions: int = 0


@dataclass
class Scores:
    """How many conversations have which customer sentiment.

    Attributes:
        calls: By score in hundredths.
    """

    calls: Counter[int] = field(default_factory=Counter)

    def below(self, mean: float | None) -> Share:
        """How many are below a mean in hundredths."""
        n = sum(self.calls.values())
        if mean is None:
            return Share(0, n)
        return Share(sum(count for score, count in self.calls.items() if score < mean), n)


def scopes_of(facts: CallFacts) -> Iterator[Scope]:
    """Where a call counts."""
    yield Scope(ScopeKind.ALL)
    if facts.team:
        yield Scope(ScopeKind.TEAM, facts.team)
    for seller in facts.sellers:
        yield Scope(ScopeKind.SELLER, facts.team, seller)


def counts_of(facts: CallFacts) -> dict[str, int]:
    """What a call adds to each of its scopes, by column."""
    counts = dict.fromkeys(COLUMNS, 0)
    counts["calls"] = 1
    counts["duration_ms"] = facts.duration_ms or 0
    counts["conversations"] = int(facts.is_conversation)
    for kind in {each.kind for each in facts.mentions}:
        counts[_MENTIONING[kind]] = 1
    if facts.score is not None:
        counts["score_n"], counts["score_sum"] = 1, facts.score
    for measure, value in facts.measured.items():
        counts[f"{measure}_n"] = 1
        counts[f"{measure}_sum"] = value
        counts[f"{measure}_squares"] = value * value
    return counts


def mean_score(tally: Tally) -> float | None:
    """Mean customer sentiment in hundredths."""
    return tally["score_sum"] / tally["score_n"] if tally["score_n"] else None


@dataclass
class Tallies:
    """The sums of a period, for those who ask.

    Attributes:
        all_calls: Of the tenant: its mean sentiment is what "worse than average" compares with.
        asked: Of what was asked for: the tenant, a team or a seller.
        scores: Sentiment of those.
        mentions: In those.
        sellers: By seller, of the team that was asked for or of all.
        seller_keywords: Conversations with each keyword, by seller.
    """

    all_calls: Tally = field(default_factory=Tally)
    asked: Tally = field(default_factory=Tally)
    scores: Scores = field(default_factory=Scores)
    mentions: dict[MentionKey, MentionTally] = field(default_factory=dict)
    sellers: dict[str, Tally] = field(default_factory=dict)
    seller_keywords: dict[str, Counter[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose calls somebody asks for.

    Attributes:
        team: Empty for all.
        seller: Empty for all.
    """

    team: str = ""
    seller: str = ""
