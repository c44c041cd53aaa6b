"""Makes the demo's CRM: synthetic, the same for a seed and a day, coherent across services.

What is planted, for people to find: partners' and referred leads and people who decide are won more often; a deal
that is won has quick answers and meetings, one that is lost falls silent; skilled sellers let customers talk; some
leads are contacts that somebody wrote down again; a third competitor is named in calls that nobody tracks. No figure
about quality may rest on any of it.
"""

import math
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from clients.cli.demo import talk
from clients.cli.demo.crm import (
    Account,
    Activity,
    Call,
    Contact,
    Crm,
    Lead,
    Note,
    Opportunity,
    Seller,
    Turn,
    full_name,
)
from clients.cli.sample.names import CITIES, COMPANIES, FAMILY, GIVEN

SEED = 20_261_122
OWN_DOMAIN = "norrland.example"
LANGUAGES = tuple(GIVEN)
SELLERS_PER_LANGUAGE = 2
CONTACTS_PER_ACCOUNT = 3
LEADS = 400
OPPORTUNITIES = 150
CALLS = 60
NOTES = 100
DAYS = 730
STAGES = ("Qualify", "Develop", "Propose", "Close")

_TEAMS = {"en": "West", "zh": "West"}
_INDUSTRIES = {"Manufacturing": 0.3, "Logistics": 0.5, "Finance": 0.7, "Retail": -0.3, "Education": -0.8}
_SOURCES = {
    "Web form": -0.2,
    "Trade fair": 0.3,
    "Referral": 1.4,
    "Partner": 1.0,
    "Cold call": -0.9,
    "Bought list": -1.6,
}
_TITLE_EFFECTS = (0.9, 0.6, 0.1, 0.0, -0.9)
_WORDS_PER_S, _CHARACTERS_PER_S = 2.6, 4.5
_RATES = {"en": 1.0, "da": 8.7, "nb": 13.5, "sv": 13.2, "zh": 9.1}


def generate(now: datetime, seed: int = SEED) -> Crm:
    """The CRM as it stands at a moment; two years of it.

    Args:
        now: With a zone, whole hours.
        seed: Another one makes another CRM.
    """
    chance = random.Random(seed)  # noqa: S311 - a demo, no secret
    crm = Crm()
    crm.sellers.extend(_sellers(chance))
    crm.accounts.extend(_accounts(chance, crm.sellers))
    crm.contacts.extend(_contacts(chance, crm.accounts))
    crm.leads.extend(_leads(chance, crm, now))
    crm.opportunities.extend(_opportunities(chance, crm, now))
    for opportunity in crm.opportunities:
        crm.activities.extend(_activities(chance, opportunity, now))
    crm.calls.extend(_calls(chance, crm.opportunities, now))
    crm.notes.extend(_notes(chance, crm, now))
    return crm


def _sellers(chance: random.Random) -> Iterator[Seller]:
    number = 0
    for language in LANGUAGES:
        for _ in range(SELLERS_PER_LANGUAGE):
            number += 1
            name = full_name(GIVEN[language][-number % 8], FAMILY[language][-number % 7], language)
            team = _TEAMS.get(language, "North")
            skill = chance.uniform(-0.9, 0.9)
            yield Seller(f"S-{number:02}", name, f"seller{number}@{OWN_DOMAIN}", team, language, skill)


def _accounts(chance: random.Random, sellers: Sequence[Seller]) -> Iterator[Account]:
    number = 0
    for language in LANGUAGES:
        own = [each for each in sellers if each.language == language]
        for place, name in enumerate(COMPANIES[language]):
            number += 1
            city, postal_code = CITIES[language][place % len(CITIES[language])]
            yield Account(
                f"A-{number:03}",
                name,
                language,
                city,
                postal_code,
                f"https://{_domain(language, place)}",
                f"+44 20 7946 0{number:03}",
                chance.choice(list(_INDUSTRIES)),
                round(math.exp(chance.gauss(4.5, 1.0))) + 5,
                own[place % len(own)],
            )


def _domain(language: str, place: int) -> str:
    return f"{language}-{place + 1}.example"


def _contacts(chance: random.Random, accounts: Sequence[Account]) -> Iterator[Contact]:
    number = 0
    for account in accounts:
        for place in range(CONTACTS_PER_ACCOUNT):
            number += 1
            language = account.language
            yield Contact(
                f"C-{number:03}",
                account,
                GIVEN[language][(number * 5 + number // 8) % len(GIVEN[language])],
                chance.choice(FAMILY[language]),
                talk.TITLES[language][place * 2 % len(talk.TITLES[language])],
                f"contact{number}@{account.website.removeprefix('https://')}",
                f"+1 202 555 01{number % 100:02}",
            )


def _leads(chance: random.Random, crm: Crm, now: datetime) -> Iterator[Lead]:
    for number in range(1, LEADS + 1):
        language = LANGUAGES[number % len(LANGUAGES)]
        # Ever more of them: business grows, and there is something left to do.
        age_days = DAYS * (1 - number / (LEADS + 1)) ** 2
        created = now - timedelta(days=age_days, hours=chance.randrange(1, 24))
        place = chance.randrange(len(talk.TITLES[language]))
        industry, source = chance.choice(list(_INDUSTRIES)), chance.choice(list(_SOURCES))
        employees = round(math.exp(chance.gauss(4.3, 1.2))) + 1
        visits = min(40, int(chance.expovariate(1 / 5)))
        budget = round(employees * chance.uniform(40, 160), -2) if chance.random() < 0.5 else 0.0
        log_odds = (
            _SOURCES[source] + _INDUSTRIES[industry] + _TITLE_EFFECTS[place] + 0.5 * math.log1p(visits) - 1.6
        ) + (0.6 if budget else -0.2)
        is_won = chance.random() < _share(log_odds)
        closed = created + timedelta(days=1 + chance.expovariate(1 / (12 if is_won else 25)))
        is_open = closed > now
        city, _ = chance.choice(CITIES[language])
        twin = chance.choice([each for each in crm.contacts if each.account.language == language])
        is_twin = is_open and chance.random() < 0.4
        company = f"{city} {chance.choice(talk.RIVALS).split()[0]} {number}"
        own = [each for each in crm.sellers if each.language == language]
        attributes: dict[str, str | float | bool] = {
            "source": source,
            "industry": industry,
            "job_title": talk.TITLES["en"][place],
            "country": language,
            "employees": float(employees),
            "website_visits": float(visits),
            "has_phone": is_twin or chance.random() < 0.6,
        }
        if budget:
            attributes["budget"] = budget
        yield Lead(
            id=f"L-{number:04}",
            language=language,
            first_name=twin.first_name if is_twin else chance.choice(GIVEN[language]),
            last_name=twin.last_name if is_twin else chance.choice(FAMILY[language]),
            job_title=talk.TITLES[language][place],
            company=twin.account.name if is_twin else company,
            email=twin.email.upper() if is_twin else f"lead{number}@lead-{number}.example",
            phone=twin.phone.replace("202", "(202)") if is_twin else "",
            city=twin.account.city if is_twin else city,
            website=twin.account.website if is_twin else f"https://lead-{number}.example",
            subject=talk.SUBJECTS[language],
            attributes=attributes,
            owner=own[number % len(own)],
            created=created,
            closed=None if is_open else closed,
            is_won=None if is_open else is_won,
            same_as=twin.id if is_twin else "",
        )


def _opportunities(chance: random.Random, crm: Crm, now: datetime) -> Iterator[Opportunity]:
    for number in range(1, OPPORTUNITIES + 1):
        contact = chance.choice(crm.contacts)
        account = contact.account
        created = now - timedelta(days=DAYS * (1 - number / (OPPORTUNITIES + 1)), hours=chance.randrange(24))
        is_won = chance.random() < _share(account.owner.skill + _INDUSTRIES[account.industry] - 0.2)
        length = timedelta(days=25 + chance.expovariate(1 / (35 if is_won else 60)))
        closed = created + length
        is_open = closed > now
        reached = STAGES if is_won else STAGES[: chance.randrange(1, len(STAGES) + 1)]
        stages = tuple((stage, created + length * (place / 4)) for place, stage in enumerate(reached))
        units = account.employees * chance.uniform(60, 140) * _RATES[account.language]
        yield Opportunity(
            id=f"O-{number:03}",
            name=talk.DEALS[account.language].format(company=account.name),
            account=account,
            contact=contact,
            owner=account.owner,
            stages=tuple(each for each in stages if each[1] <= now),
            amount=float(round(units, -2)),
            currency=talk.CURRENCIES[account.language],
            created=created,
            expected_close=(created + timedelta(days=60))
            if chance.random() < 0.3
            else closed + timedelta(days=7),
            closed=None if is_open else closed,
            is_won=None if is_open else is_won,
        )


def _activities(chance: random.Random, deal: Opportunity, now: datetime) -> Iterator[Activity]:
    """Mails back and forth with meetings between; a deal that will be lost falls silent on the way."""
    end = min(now, deal.closed or now)
    goes_well = deal.is_won if deal.is_won is not None else chance.random() < 0.5
    moment = deal.created + timedelta(hours=chance.uniform(1, 30))
    number, last_answer = 0, ""
    while moment < end:
        number += 1
        progress = (moment - deal.created) / max(end - deal.created, timedelta(hours=1))
        subject, text = chance.choice(talk.MAILS[deal.account.language])
        ids = f"{deal.id}-{number}"
        ours, theirs = deal.owner.email, deal.contact.email
        if number % 4 == 0 and (goes_well or progress < 0.5):
            kind = chance.choice(["meeting", "phone_call"])
            minutes = chance.choice([30, 45, 60]) if kind == "meeting" else chance.randrange(4, 25)
            yield Activity(f"{ids}-m", kind, moment, ours, (theirs,), subject, "", minutes, deal.id)
        else:
            yield Activity(
                f"{ids}-a", "email", moment, ours, (theirs,), subject, text, 0, deal.id, last_answer
            )
            last_answer = ""
            answer = moment + timedelta(hours=chance.uniform(0.5, 8) if goes_well else chance.uniform(20, 90))
            if answer < end and (goes_well or chance.random() > progress):
                last_answer = f"{ids}-b"
                yield Activity(
                    last_answer,
                    "email",
                    answer,
                    theirs,
                    (ours,),
                    f"Re: {subject}",
                    "",
                    0,
                    deal.id,
                    f"{ids}-a",
                )
                moment = answer
        moment += timedelta(days=chance.uniform(1, 6) * (1 if goes_well else 1 + 4 * progress))


def _calls(chance: random.Random, deals: Sequence[Opportunity], now: datetime) -> Iterator[Call]:
    """The calls of the last hundred days: half of them this month, so that a period has another before it."""
    for number in range(1, CALLS + 1):
        language = LANGUAGES[number % len(LANGUAGES)]
        deal = chance.choice([each for each in deals if each.account.language == language])
        started = now - timedelta(days=100 * (1 - number / CALLS) ** 1.5, hours=chance.randrange(1, 9))
        title = talk.DEALS[language].format(company=deal.account.name)
        yield Call(
            id=f"call-{number:03}",
            opportunity=deal,
            seller=deal.owner,
            contact=deal.contact,
            language=language,
            title=title,
            started=started,
            has_consent=number % 15 != 0,
            turns=tuple(_turns(chance, deal, language)),
        )


def _turns(chance: random.Random, deal: Opportunity, language: str) -> Iterator[Turn]:
    said = talk.CALLS[language]
    mood = "happy" if chance.random() < 0.55 + 0.3 * deal.owner.skill else "unhappy"
    parts = ["opening", "needs", mood, *(["rival"] if chance.random() < 0.4 else []), "price", "closing"]
    filled = {
        "contact": deal.contact.name,
        "seller": deal.owner.name,
        "rival": chance.choice(talk.RIVALS),
        "amount": f"{round(deal.amount / 10):,} {deal.currency}",
    }
    clock_s = 0.0
    for part in parts:
        for exchange in said[part]:
            for place, text in enumerate(exchange):
                spoken = text.format(**filled)
                # Who sells less well talks longer.
                pace = 1.0 - 0.25 * deal.owner.skill if place == 0 else 1.0
                length_s = max(1.0, _length_s(spoken, language) * pace)
                yield Turn(place == 0, round(clock_s, 2), round(clock_s + length_s, 2), spoken)
                clock_s += length_s + chance.uniform(0.2, 1.4)


def _length_s(text: str, language: str) -> float:
    return len(text) / _CHARACTERS_PER_S if language == "zh" else len(text.split()) / _WORDS_PER_S


def _notes(chance: random.Random, crm: Crm, now: datetime) -> Iterator[Note]:
    for number in range(1, NOTES + 1):
        deal = chance.choice([each for each in crm.opportunities if each.closed is None])
        language = deal.account.language
        text = chance.choice(talk.NOTES[language]).format(
            company=deal.account.name, contact=deal.contact.name
        )
        written = now - timedelta(days=30 * (1 - number / NOTES), hours=chance.randrange(1, 8))
        record = ("opportunity", deal.id) if number % 3 else ("contact", deal.contact.id)
        yield Note(f"demo-{number:03}", record, deal.owner, language, text, written, talk.ZONES[language])


def _share(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))
