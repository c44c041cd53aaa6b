"""What a tie rests on, in words."""

from services.common.languages import counted
from services.relationship.ties import Evidence
from services.relationship.wording import words_of


def evidence_text(evidence: Evidence, language: str) -> str:
    """Such as "7 meetings, 41 emails both ways, last 12 days ago", in one of `languages.LANGUAGES`."""
    words = words_of(language)
    parts = []
    if evidence.meetings:
        parts.append(counted(words, "tie.meetings", evidence.meetings))
    if evidence.sent or evidence.received:
        way = (
            "both_ways"
            if evidence.sent and evidence.received
            else "from_us"
            if evidence.sent
            else "from_them"
        )
        parts.append(counted(words, f"tie.emails_{way}", evidence.sent + evidence.received))
    when = {0: "today", 1: "yesterday"}.get(evidence.days_ago, "days_ago")
    parts.append(words[f"tie.{when}"].format(days=evidence.days_ago))
    return words["tie.comma"].join(parts)
