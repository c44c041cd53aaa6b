"""Writes leads.csv: the synthetic sample behind `leadlight quickstart`.

    python -m clients.cli.sample.make_leads

Nothing in it is real. Outcomes follow the rule in `_log_odds` plus chance, so a model has something to
find; no figure about quality may rest on it. Mailboxes are at reserved domains or have names that their
provider does not allow; phone numbers come from the ranges that regulators keep for fiction.

What is planted, for people to find in the reasons:
- partners' and referred leads, decision makers, and visitors who come back win more often;
- a budget that is named helps, and helps large companies most (an interaction);
- `quote_number` is filled when a lead is won: it gives the outcome away, and training leaves it out.
"""

import csv
import io
import math
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

SEED = 20_260_704
LEADS = 2_000
FIRST_DAY = datetime(2025, 1, 6, tzinfo=UTC)
DAYS = 540

HEADER = (
    "lead_id",
    "created",
    "closed",
    "source",
    "industry",
    "country",
    "employees",
    "job_title",
    "email",
    "phone",
    "website_visits",
    "emails_opened",
    "budget",
    "quote_number",
    "outcome",
)

# value: (share of leads, effect on the log-odds)
_SOURCES = {
    "Web form": (0.34, -0.2),
    "Trade fair": (0.16, 0.3),
    "Referral": (0.12, 1.3),
    "Partner": (0.10, 0.9),
    "Cold call": (0.16, -0.9),
    "Bought list": (0.12, -1.6),
}
_INDUSTRIES = {
    "Manufacturing": (0.26, 0.3),
    "Logistics": (0.17, 0.5),
    "Finance": (0.14, 0.7),
    "Retail": (0.19, -0.3),
    "Health": (0.12, 0.0),
    "Education": (0.12, -0.8),
}
_TITLES = {
    "Managing Director": (0.14, 0.9),
    "Head of Sales": (0.18, 0.7),
    "Buyer": (0.21, 0.2),
    "IT Manager": (0.19, 0.0),
    "Assistant": (0.18, -0.6),
    "Student": (0.10, -1.9),
}
_COUNTRIES = {
    "Germany": (0.45, 0.1),
    "United Kingdom": (0.30, 0.0),
    "United States": (0.25, -0.1),
}
_PHONES = {
    "Germany": "+49 30 23125 {:03d}",
    "United Kingdom": "+44 20 7946 0{:03d}",
    "United States": "+1 202 555 01{:02d}",
}
_BASE_LOG_ODDS = -1.5


def make_csv() -> str:
    """The file's text; the same on every machine."""
    chance = random.Random(SEED)  # noqa: S311 - a sample, no secret
    minutes = sorted(chance.randrange(DAYS * 24 * 60) for _ in range(LEADS))
    created = [FIRST_DAY + timedelta(minutes=minute) for minute in minutes]
    # Whatever would close after the day of the export is still open in it.
    exported = FIRST_DAY + timedelta(days=DAYS)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for number, when in enumerate(created, start=1):
        writer.writerow(_lead(chance, number, when, exported=exported))
    return text.getvalue()


def _lead(chance: random.Random, number: int, created: datetime, *, exported: datetime) -> list[str]:
    source, industry, title, country = (
        _pick(chance, choices) for choices in (_SOURCES, _INDUSTRIES, _TITLES, _COUNTRIES)
    )
    employees = round(math.exp(chance.gauss(4.3, 1.3))) + 1
    visits = min(40, int(chance.expovariate(1 / 4.5)))
    opened = min(12, int(chance.expovariate(1 / 2.0)))
    at_work = chance.random() < (0.35 if title == "Student" else 0.8)
    has_phone = chance.random() < 0.6
    budget = round(employees * chance.uniform(40, 160), -2) if chance.random() < 0.45 else 0.0
    log_odds = (
        _BASE_LOG_ODDS
        + _SOURCES[source][1]
        + _INDUSTRIES[industry][1]
        + _TITLES[title][1]
        + _COUNTRIES[country][1]
        + _log_odds(employees=employees, visits=visits, opened=opened, named_budget=budget > 0)
        + (0.5 if at_work else -0.4)
        + (0.4 if has_phone else -0.2)
    )
    won = chance.random() < 1 / (1 + math.exp(-log_odds))
    closed = created + timedelta(days=chance.expovariate(1 / (9 if won else 21)) + 0.2)
    is_open = closed > exported
    has_quote = won and chance.random() < 0.98
    domain = f"company{chance.randrange(900):03d}.example" if at_work else "gmail.com"
    phone = _PHONES[country].format(chance.randrange(100)) if has_phone else ""
    return [
        f"L-{number:05d}",
        created.strftime("%Y-%m-%d %H:%M"),
        "" if is_open else closed.strftime("%Y-%m-%d %H:%M"),
        source,
        industry,
        country,
        str(employees),
        title,
        f"lead-{number}@{domain}",
        phone,
        str(visits),
        str(opened),
        f"{budget:.0f}" if budget else "",
        f"Q-{number + 7000}" if has_quote and not is_open else "",
        "" if is_open else ("won" if won else "lost"),
    ]


def _log_odds(*, employees: int, visits: int, opened: int, named_budget: bool) -> float:
    """The part of the rule that depends on amounts, in log-odds."""
    interest = 0.5 * math.log1p(visits) + 0.15 * opened - 0.9
    size = 0.12 * (math.log(employees) - 4.3)
    budget = (0.5 + 0.35 * max(0.0, math.log(employees) - 4.3)) if named_budget else -0.2
    return interest + size + budget


def _pick(chance: random.Random, choices: dict[str, tuple[float, float]]) -> str:
    return chance.choices(list(choices), weights=[share for share, _ in choices.values()])[0]


if __name__ == "__main__":
    Path(__file__).with_name("leads.csv").write_text(make_csv(), encoding="utf-8")
