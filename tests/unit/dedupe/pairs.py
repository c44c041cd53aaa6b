"""Random records with the errors that real ones have, for tests that need many pairs."""

import random

GIVEN = (
    "Regina",
    "Robert",
    "Bob",
    "Bjørn",
    "Bjoern",
    "William",
    "Will",
    "J",
    "Mary Ann",
    "伟",
    "偉",
    "芳",
    "Åse",
    "",
)
LAST = ("Murphy", "Merphy", "Smith", "Ødegård", "Oedegaard", "Bob", "Regina", "王", "張", "van der Berg", "")
COMPANIES = (
    "Contoso",
    "Contoso.inc",
    "Contoso Norge AS",
    "Norge Contoso",
    "Fabrikam GmbH",
    "华为技术有限公司",
    "",
)
DOMAINS = ("contoso.com", "gmail.com", "fabrikam.de", "mail.contoso.com")
STREETS = ("Main Street", "Main St", "Hauptstraße", "La Cienega Blvd", "")
CITIES = ("Oslo", "Århus", "Aarhus", "New York", "Los Angeles", "")
LETTERS = "abcdefghijklmnopqrstuvwxyzø王 "


def mistyped(text: str, chance: random.Random) -> str:
    """The text with up to three letters inserted, lost, replaced or swapped."""
    letters = list(text)
    for _ in range(chance.choice((0, 0, 1, 1, 2, 3))):
        if not letters:
            break
        place = chance.randrange(len(letters))
        error = chance.randrange(4)
        if error == 0:
            letters.insert(place, chance.choice(LETTERS))
        elif error == 1:
            del letters[place]
        elif error == 2:
            letters[place] = chance.choice(LETTERS)
        elif place + 1 < len(letters):
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
    return "".join(letters)


def record(chance: random.Random) -> dict[str, str]:
    """One record; any field may be blank."""
    given, last = chance.choice(GIVEN), chance.choice(LAST)
    local = chance.choice((given.lower(), f"{given}.{last}".lower().replace(" ", ""), "info", "x.y"))
    made = {
        "first_name": given,
        "last_name": last,
        "email": f"{local}@{chance.choice(DOMAINS)}" if chance.random() < 0.7 else "",
        "phone": f"2212{chance.randrange(20):04d}" if chance.random() < 0.7 else "",
        "company": chance.choice(COMPANIES),
        "address": f"{chance.randrange(1, 12)} {chance.choice(STREETS)}",
        "city": chance.choice(CITIES),
        "postal_code": f"01{chance.randrange(30):02d}",
        "birth_date": f"19{chance.randrange(70, 73)}-0{chance.randrange(1, 4)}-1{chance.randrange(3)}",
        "national_id": f"{chance.randrange(100):05d}" if chance.random() < 0.5 else "",
    }
    if chance.random() < 0.2:
        for name in ("address", "postal_code", "birth_date"):
            made[name] = ""
    return {name: mistyped(value, chance) if chance.random() < 0.4 else value for name, value in made.items()}
