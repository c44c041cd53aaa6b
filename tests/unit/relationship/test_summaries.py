"""What there is to say of a relationship, a sentence of each shape in each language."""

from types import SimpleNamespace
from typing import Any

import pytest

from services.common.languages import LANGUAGES
from services.relationship.activity import Kind
from services.relationship.introduction import introduction
from services.relationship.relationship_health import Condition
from services.relationship.similar_deals import Effort
from services.relationship.summaries import sentences
from services.relationship.tie_text import evidence_text
from services.relationship.ties import Evidence
from services.relationship.window_totals import KindTotal, Responses
from services.relationship.won_index import Basis
from services.relationship.wording import span

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
QUIET = Condition(None, expected_days=7, activities=3, gap_days=7)
SILENT = Condition(None, expected_days=7, activities=3, gap_days=12)
NEVER = Condition(None, expected_days=7, activities=0, gap_days=None)
UNEVEN = [
    KindTotal(Kind.EMAIL, 1, 0, 0, 0),
    KindTotal(Kind.MEETING, 1, 4, 0, 0),
    KindTotal(Kind.PHONE_CALL, 12, 0, 0, 0),
    KindTotal(Kind.TASK, 9, 0, 0, 0),
]


def answers(median_ms: int | None) -> Responses:
    return Responses(4, 4, median_ms, median_ms, median_ms)


def known(**fields: Any) -> Any:
    """What is known of a relationship of which nothing needs to be said, but for the fields."""
    nothing = {
        "condition": QUIET,
        "kinds": [],
        "our_responses": answers(None),
        "customer_responses": answers(None),
        "compared": None,
    }
    return SimpleNamespace(**{**nothing, **fields})


def beside(basis: Basis) -> Any:
    return SimpleNamespace(
        found=SimpleNamespace(basis=basis),
        effort=Effort(3, 3 * HOUR_MS, 30 * MINUTE_MS, 0.5),
        mean=Effort(1.05, 1.05 * HOUR_MS, 2.5 * DAY_MS, 0.755),
    )


ALL = known(
    condition=SILENT,
    kinds=UNEVEN,
    our_responses=answers(HOUR_MS),
    customer_responses=answers(3 * HOUR_MS + 1_800_000),
    compared=beside(Basis.SIMILAR),
)
SAID = {
    "en": [
        "The last activity was 12 days ago, 7 are expected.",
        "You sent 1 email more than the customer.",
        "The customer started 3 meetings more than you.",
        "You made 12 calls more than the customer.",
        "You answer 2.5 hours faster.",
        "Similar won deals had 1.1 activities on average; here: 3.",
        "Similar won deals took 1.1 hours of your time; this one: 3 hours.",
        "In similar won deals you answered within 2.5 days; here: 30 minutes.",
        "In similar won deals you answered 75.5 % of the customer's turns; here: 50 %.",
    ],
    "da": [
        "Seneste aktivitet var for 12 dage siden; højst 7 dage ville være passende.",
        "I har sendt 1 mail mere end kunden.",
        "Kunden har indkaldt til 3 møder mere end jer.",
        "I har ringet 12 gange mere end kunden.",
        "I svarer 2,5 timer hurtigere end kunden.",
        "Lignende vundne handler havde i gennemsnit 1,1 aktiviteter; her: 3.",
        "Lignende vundne handler tog 1,1 timer af jeres tid; denne: 3 timer.",
        "I lignende vundne handler svarede I inden for 2,5 dage; her: 30 minutter.",
        "I lignende vundne handler besvarede I 75,5 % af kundens henvendelser; her: 50 %.",
    ],
    "nb": [
        "Siste aktivitet var for 12 dager siden; høyst 7 dager ville vært passende.",
        "Dere har sendt 1 e-post mer enn kunden.",
        "Kunden har innkalt til 3 møter mer enn dere.",
        "Dere har ringt 12 ganger mer enn kunden.",
        "Dere svarer 2,5 timer raskere enn kunden.",
        "Lignende vunne avtaler hadde i gjennomsnitt 1,1 aktiviteter; her: 3.",
        "Lignende vunne avtaler tok 1,1 timer av tiden deres; denne: 3 timer.",
        "I lignende vunne avtaler svarte dere innen 2,5 dager; her: 30 minutter.",
        "I lignende vunne avtaler besvarte dere 75,5 % av kundens henvendelser; her: 50 %.",
    ],
    "sv": [
        "Senaste aktiviteten var för 12 dagar sedan; högst 7 dagar vore lagom.",
        "Ni har skickat 1 mejl mer än kunden.",
        "Kunden har bjudit in till 3 fler möten än ni.",
        "Ni har ringt 12 gånger mer än kunden.",
        "Ni svarar 2,5 timmar snabbare än kunden.",
        "Liknande vunna affärer hade i genomsnitt 1,1 aktiviteter; här: 3.",
        "Liknande vunna affärer tog 1,1 timmar av er tid; denna: 3 timmar.",
        "I liknande vunna affärer svarade ni inom 2,5 dagar; här: 30 minuter.",
        "I liknande vunna affärer besvarade ni 75,5 % av kundens meddelanden; här: 50 %.",
    ],
    "zh": [
        "上次活动在12天前；合适的间隔不超过7天。",
        "我方比客户多发了1封邮件。",
        "客户比我方多发起了3次会议。",
        "我方比客户多打了12个电话。",
        "我方回复比客户快2.5小时。",
        "类似的赢单商机平均有1.1次活动；此商机：3次。",
        "类似的赢单商机平均占用我方1.1小时；此商机：3小时。",
        "在类似的赢单商机中，我方平均在2.5天内回复；此商机：30分钟。",
        "在类似的赢单商机中，我方回复了客户75.5%的来信来电；此商机：50%。",
    ],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding(language: str) -> None:
    assert sentences(ALL, language) == SAID[language]


def test_what_is_even_is_not_said() -> None:
    same = known(
        kinds=[KindTotal(Kind.EMAIL, 2, 2, 0, 0)],
        our_responses=answers(HOUR_MS),
        customer_responses=answers(HOUR_MS + 59_999),
    )
    assert sentences(same, "en") == []


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (known(condition=NEVER), "There was no activity yet."),
        (known(condition=Condition(None, 1, 3, 2)), "The last activity was 2 days ago, 1 is expected."),
        (
            known(our_responses=answers(DAY_MS), customer_responses=answers(HOUR_MS)),
            "The customer answers 23 hours faster.",
        ),
    ],
)
def test_single_findings(found: Any, said: str) -> None:
    assert sentences(found, "en") == [said]


def test_the_newest_won_deals_are_named_as_such() -> None:
    said = sentences(known(compared=beside(Basis.NEWEST_WON)), "da")
    assert said[0] == "De nyeste vundne handler havde i gennemsnit 1,1 aktiviteter; her: 3."


@pytest.mark.parametrize(
    ("time_ms", "said"),
    [
        (0, "0 minutter"),
        (MINUTE_MS, "1 minut"),
        (59 * MINUTE_MS, "59 minutter"),
        (HOUR_MS, "1 time"),
        (1.5 * HOUR_MS, "1,5 timer"),
        (47 * HOUR_MS, "47 timer"),
        (2 * DAY_MS, "2 dage"),
    ],
)
def test_lengths_of_time(time_ms: float, said: str) -> None:
    assert span(time_ms, "da") == said


@pytest.mark.parametrize(
    ("language", "evidence", "text"),
    [
        ("en", Evidence(7, 20, 21, 12), "7 meetings, 41 emails both ways, last 12 days ago"),
        ("en", Evidence(0, 1, 0, 1), "1 email from us only, last yesterday"),
        ("en", Evidence(0, 0, 3, 0), "3 emails from them only, last today"),
        ("en", Evidence(1, 0, 0, 100), "1 meeting, last 100 days ago"),
        ("da", Evidence(7, 20, 21, 12), "7 møder, 41 mails begge veje, senest for 12 dage siden"),
        ("da", Evidence(1, 1, 0, 1), "1 møde, 1 mail kun fra os, senest i går"),
        ("nb", Evidence(0, 0, 3, 0), "3 e-poster kun fra dem, sist i dag"),
        ("sv", Evidence(2, 1, 1, 2), "2 möten, 2 mejl åt båda håll, senast för 2 dagar sedan"),
        ("zh", Evidence(7, 20, 21, 12), "7次会议，双向往来41封邮件，最近一次在12天前"),
        ("zh", Evidence(0, 1, 0, 0), "仅我方发出1封邮件，最近一次是今天"),
    ],
)
def test_what_a_tie_rests_on(language: str, evidence: Evidence, text: str) -> None:
    assert evidence_text(evidence, language) == text


@pytest.mark.parametrize(
    ("language", "body"),
    [
        (
            "en",
            "Hi Bob,\n\nyou know kim@acme.example, and I would like to. It is about {prices}. Would you introduce us "
            "by mail, or tell me how best to get in touch?\n\nThank you,\nAda\n",
        ),
        (
            "da",
            "Hej Bob\n\nDu kender kim@acme.example, som jeg gerne vil i kontakt med. It is about {prices}. Vil du "
            "introducere os for hinanden på mail eller fortælle mig, hvordan jeg bedst tager kontakt?\n\nTak\nAda\n",
        ),
        (
            "zh",
            "Bob，您好：\n\n您认识kim@acme.example，我也希望与其取得联系。It is about {prices}."
            "能否请您通过邮件为我们引荐，或者告诉我怎样联系最合适？\n\n谢谢！\nAda\n",
        ),
    ],
)
def test_the_mail_that_asks_for_an_introduction(language: str, body: str) -> None:
    asked = {"sender_name": " Ada ", "purpose": " It is about {prices}. ", "language": language}
    assert introduction("bob.b@us.example", "kim@acme.example", **asked).body == body


def test_a_mail_without_purpose_and_sender() -> None:
    mail = introduction("b2b@us.example", "kim@acme.example", sender_name="", purpose=" ", language="sv")
    assert mail.subject == "Kan du presentera mig för kim@acme.example?"
    assert mail.body.startswith("Hej b2b@us.example!\n\nDu känner kim@acme.example, som jag gärna")
    assert "kontakt med. Kan du" in mail.body
    assert mail.body.endswith("\n\nTack\n")
