"""Writes notes.jsonl: the synthetic notes behind `leadlight notes sample`.

    python -m clients.cli.sample.make_notes

Nothing in it is real: people and companies are made up, mailboxes are at reserved domains, phone numbers come from
the ranges that regulators keep for fiction. Each language has notes of every kind, notes that ask for several things,
and notes that ask for nothing, as most notes do. No figure about quality may rest on it.
"""

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

SEED = 20_260_302
NOTES_PER_LANGUAGE = 16
FIRST_DAY = "2026-03-02T08:00:00"
DAYS = 14

_ZONES = {
    "en": "Europe/London",
    "da": "Europe/Copenhagen",
    "nb": "Europe/Oslo",
    "sv": "Europe/Stockholm",
    "zh": "Asia/Shanghai",
}
_PEOPLE = {
    "en": ["Ann Berg", "John Hall", "Grace Moss"],
    "da": ["Mette Holm", "Søren Lund", "Freja Bach"],
    "nb": ["Ingrid Haug", "Lars Moe", "Kari Lie"],
    "sv": ["Åsa Lind", "Nils Ek", "Maja Strand"],
    "zh": ["王芳", "李伟", "陈静"],
}
_COMPANIES = ["Contoso", "Fabrikam", "Northwind", "Litware"]
_PHONES = ["+44 20 7946 0123", "+1 202 555 0147", "+44 20 7946 0788"]

_NOTES = {
    "en": [
        "Good visit at {company}. Meet {person} on May 4 at 4:00 PM to go through the offer.",
        "Call {person} about pricing on Thursday. I'll prepare the contract by Friday.",
        "They want the price list and a case study before the end of the month.",
        "Third outage this month at {company}, the customer is furious.",
        "Let me introduce you to {person}, CFO at {company}, {mail}, {phone}.",
        "Send {person} a mail with the minutes tomorrow.",
        "{person} to confirm the date with {company} by noon on Monday.",
        "We had a meeting with {company} last Friday. They like the demo.",
        "No need to call {person} back, the question is answered.",
        "The office is nice, and the budget comes from the marketing department.",
        "Already sent the contract to {person}. Nothing to do.",
        "Their warehouse moves in the autumn; they use two carriers today.",
    ],
    "da": [
        "Godt besøg hos {company}. Møde med {person} den 4. maj kl. 16 om tilbuddet.",
        "Ring til {person} om priserne på torsdag. Jeg laver kontrakten senest fredag.",
        "De vil gerne have prislisten inden udgangen af måneden.",
        "Systemet har været nede tre gange hos {company}, kunden er rasende.",
        "Send en mail til {person} med referatet i morgen.",
        "Demo hos {company} i uge 34.",
        "Ingen grund til at ringe til {person}, spørgsmålet er besvaret.",
        "Kontoret er flot, og budgettet ligger i marketing.",
        "Kontrakten er allerede sendt til {person}.",
    ],
    "nb": [
        "Godt besøk hos {company}. Møte med {person} 4. mai kl. 16.00 om tilbudet.",
        "Ring {person} om prisene på torsdag. Jeg lager kontrakten innen fredag.",
        "De vil gjerne ha prislisten innen utgangen av måneden.",
        "Systemet har vært nede tre ganger hos {company}, kunden er rasende.",
        "Send en e-post til {person} med referatet i morgen.",
        "Demo hos {company} i uke 34.",
        "Ikke nødvendig å ringe {person}, spørsmålet er besvart.",
        "Kontoret er fint, og budsjettet ligger i markedsavdelingen.",
        "Kontrakten er allerede sendt til {person}.",
    ],
    "sv": [
        "Bra besök hos {company}. Möte med {person} den 4 maj kl. 16 om offerten.",
        "Ring {person} om priserna på torsdag. Jag gör klart avtalet senast fredag.",
        "De vill gärna ha prislistan före månadens slut.",
        "Systemet har legat nere tre gånger hos {company}, kunden är rasande.",
        "Skicka ett mejl till {person} med protokollet i morgon.",
        "Demo hos {company} vecka 34.",
        "Du behöver inte ringa {person}, frågan är besvarad.",
        "Kontoret är fint, och budgeten ligger hos marknad.",
        "Avtalet är redan skickat till {person}.",
    ],
    "zh": [
        "拜访{company}很顺利。5 月 4 日下午 4:00 与{person}会面。",
        "周四给{person}打电话谈价格。我周五之前准备好合同。",
        "客户想要价格表和案例,月底之前。",
        "{company}的系统本月第三次宕机,客户非常生气。",
        "明天给{person}发邮件,附上会议纪要。",
        "下周三下午三点给{company}做演示。",
        "不用给{person}回电话了,问题已经解决。",
        "他们的办公室很漂亮,预算在市场部。",
        "合同已经发给{person}了。",
    ],
}


def make_notes() -> Iterator[dict[str, str]]:
    """The notes, language after language; the same ones each time."""
    rng = random.Random(SEED)  # noqa: S311 - a sample, not a secret
    for language, templates in _NOTES.items():
        for number in range(NOTES_PER_LANGUAGE):
            person = rng.choice(_PEOPLE[language])
            company = rng.choice(_COMPANIES)
            text = templates[number % len(templates)].format(
                person=person,
                company=company,
                mail=f"{person.split()[0].lower()}@{company.lower()}.example",
                phone=rng.choice(_PHONES),
            )
            written = datetime.fromisoformat(FIRST_DAY) + timedelta(
                days=rng.randrange(DAYS), minutes=rng.randrange(10 * 60)
            )
            yield {
                "id": f"{language}-{number + 1:02}",
                "text": text,
                "reference_time": written.isoformat(),
                "time_zone": _ZONES[language],
            }


def make_jsonl() -> str:
    """The file's text."""
    return "".join(json.dumps(note, ensure_ascii=False) + "\n" for note in make_notes())


if __name__ == "__main__":
    Path(__file__).with_name("notes.jsonl").write_text(make_jsonl(), encoding="utf-8")
