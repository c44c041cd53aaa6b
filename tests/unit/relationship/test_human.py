"""Whether a person or a program made an event of a followed mail."""

from datetime import UTC, datetime, timedelta

from services.relationship.engagement_store import StoredEvent
from services.relationship.human import human_probabilities

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def event(
    name: str,
    kind: str = "click",
    *,
    after_ms: int = 0,
    agent: str = BROWSER,
    method: str = "GET",
    link: str | None = None,
) -> StoredEvent:
    moment = NOON + timedelta(milliseconds=after_ms)
    return StoredEvent(name, "mail", kind, moment, method, agent, name if link is None else link)


def human(*events: StoredEvent) -> dict[str, float]:
    return human_probabilities(events)


def test_a_click_is_a_decision_an_open_is_not() -> None:
    found = human(event("click"), event("open", "open", after_ms=9_000))
    assert found["click"] > 0.5 >= found["open"]


def test_all_links_within_milliseconds_are_a_scanners() -> None:
    found = human(event("a"), event("b", after_ms=3), event("c", after_ms=7), event("d", after_ms=60_000))
    assert max(found["a"], found["b"], found["c"]) < 0.1
    assert found["d"] > 0.5


def test_two_clicks_on_the_same_link_are_no_sweep() -> None:
    found = human(event("a", link="l"), event("b", link="l", after_ms=3))
    assert min(found.values()) > 0.5


def test_a_head_request_shows_nobody_anything() -> None:
    assert human(event("a", method="HEAD"))["a"] < 0.1


def test_known_prefetch_agents() -> None:
    for agent in (
        "Mozilla/5.0 (via ggpht.com GoogleImageProxy)",
        "Barracuda Sentinel",
        "python-requests/2.32",
    ):
        assert human(event("a", "open", agent=agent))["a"] < 0.1
    assert human(event("a", "open", agent=""))["a"] < human(event("a", "open"))["a"]


def test_probabilities_are_probabilities() -> None:
    found = human(event("a", "open"), event("b", "attachment_open"), event("c"))
    assert set(found) == {"a", "b", "c"}
    assert all(0 < each < 1 for each in found.values())
