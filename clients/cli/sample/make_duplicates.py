"""Writes duplicates.csv: the synthetic records behind `leadlight dedupe sample`.

    python -m clients.cli.sample.make_duplicates

Nothing in it is real: people and companies are made up, mailboxes are at reserved domains, phone numbers come from
the ranges that regulators keep for fiction. Each language has people of a few companies, who share its telephone and
its team's mailbox, and some of them a second time as people write the same thing differently; `same_as` names the
first. No figure about quality may rest on it.
"""

import csv
import io
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from clients.cli.sample.names import CITIES, COMPANIES, FAMILY, GIVEN

SEED = 20_260_302
PEOPLE_PER_LANGUAGE = 24
EVERY = 3
"""Each third person is there twice."""
COLUMNS = (
    "id",
    "first_name",
    "last_name",
    "email",
    "phone",
    "company",
    "city",
    "postal_code",
    "same_as",
)  # fmt: skip

Record = dict[str, str]

_LEGAL_FORMS: Mapping[str, Sequence[str]] = {
    "en": [" Ltd", " Inc.", " plc"],
    "da": [" A/S", " ApS"],
    "nb": [" AS", " ASA"],
    "sv": [" AB", " Aktiebolag"],
    "zh": ["有限公司", "股份有限公司"],
}
_NICKNAMES = {"Robert": "Bob", "Margaret": "Peggy", "William": "Bill", "Elizabeth": "Liz", "Thomas": "Tom"}
_DIGRAPHS = {
    "ø": "oe",
    "Ø": "Oe",
    "å": "aa",
    "Å": "Aa",
    "æ": "ae",
    "ä": "ae",
    "ö": "oe",
    "Ö": "Oe",
    "Ä": "Ae",
}
_TRADITIONAL = str.maketrans(
    "张陈刘杨赵黄吴伟丽华国强晓军东长软电机业", "張陳劉楊趙黃吳偉麗華國強曉軍東長軟電機業"
)
_LEAST_TYPED = 5


def make_records() -> Iterator[Record]:
    """The records, language after language; the same ones each time."""
    rng = random.Random(SEED)  # noqa: S311 - a sample, not a secret
    for language in GIVEN:
        for number in range(PEOPLE_PER_LANGUAGE):
            person = _person(language, number, rng)
            yield person
            if number % EVERY == 0:
                yield _again(language, person, number // EVERY, rng)


def make_csv() -> str:
    """The file's text."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(make_records())
    return text.getvalue()


def _person(language: str, number: int, rng: random.Random) -> Record:
    companies, cities = COMPANIES[language], CITIES[language]
    place = number % len(companies)
    city, postal_code = cities[place % len(cities)]
    domain = f"{language}-{place + 1}.example"
    # The range has a number for each person, and one for each company's switchboard before them.
    first = list(GIVEN).index(language) * 100
    # Every fifth has the team's mailbox and the switchboard alone.
    is_shared = number % 5 == 1
    return {
        "id": f"{language}-{number + 1:02}",
        "first_name": GIVEN[language][(number * 5 + number // 8) % len(GIVEN[language])],
        "last_name": FAMILY[language][number % len(FAMILY[language])],
        "email": f"info@{domain}" if is_shared else f"{language}{rng.randrange(1000, 9999)}@{domain}",
        "phone": f"+44 20 7946 0{first + (place if is_shared else 10 + number):03}",
        "company": companies[place],
        "city": city,
        "postal_code": postal_code,
        "same_as": "",
    }


def _again(language: str, person: Record, turn: int, rng: random.Random) -> Record:
    """The same person as somebody else wrote it down."""
    again = {**person, "id": f"{person['id']}b", "same_as": person["id"]}
    ways: list[Callable[[str, Record, random.Random], None]] = [
        _other_spelling,
        _other_legal_form,
        _other_mail,
        _mistyped,
        _swapped,
    ]
    for way in (ways[turn % len(ways)], ways[(turn + 2) % len(ways)]):
        way(language, again, rng)
    if turn % 2:
        again["postal_code"] = ""
    else:
        again["phone"] = again["phone"].replace("+44 ", "+44 (0)").replace(" ", "-")
    return again


def _other_spelling(language: str, record: Record, _rng: random.Random) -> None:
    for field in ("first_name", "last_name", "company", "city"):
        text = record[field].translate(_TRADITIONAL) if language == "zh" else record[field]
        record[field] = "".join(_DIGRAPHS.get(letter, letter) for letter in _NICKNAMES.get(text, text))


def _other_legal_form(language: str, record: Record, rng: random.Random) -> None:
    record["company"] += rng.choice(_LEGAL_FORMS[language])


def _other_mail(_language: str, record: Record, _rng: random.Random) -> None:
    local, _, domain = record["email"].partition("@")
    record["email"] = f"{local}+crm@{domain}".upper()


def _mistyped(_language: str, record: Record, rng: random.Random) -> None:
    name = record["last_name"]
    if len(name) >= _LEAST_TYPED:
        place = rng.randrange(1, len(name) - 2)
        record["last_name"] = name[:place] + name[place + 1] + name[place] + name[place + 2 :]


def _swapped(_language: str, record: Record, _rng: random.Random) -> None:
    record["first_name"], record["last_name"] = record["last_name"], record["first_name"]


if __name__ == "__main__":
    Path(__file__).with_name("duplicates.csv").write_text(make_csv(), encoding="utf-8")
