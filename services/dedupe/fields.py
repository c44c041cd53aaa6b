"""The fields a record may have, and a record's normal forms: the one row that keys and comparison look at."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from services.dedupe.normal_forms.address import address_form, city_form, house_number, postal_code_form
from services.dedupe.normal_forms.company import company_form
from services.dedupe.normal_forms.email import ROLE_MAILBOXES, email_form
from services.dedupe.normal_forms.identifiers import birth_date_form, national_id_form
from services.dedupe.normal_forms.person import first_word, person_form
from services.dedupe.normal_forms.phone import phone_form


class Field(StrEnum):
    """What a record may tell of a person or company."""

    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    PHONE = "phone"
    COMPANY = "company"
    ADDRESS = "address"
    CITY = "city"
    POSTAL_CODE = "postal_code"
    BIRTH_DATE = "birth_date"
    NATIONAL_ID = "national_id"


@dataclass(frozen=True, slots=True)
class Forms:
    """Normal forms of one record; None where the record is silent.

    Attributes:
        given: Given names.
        full_names: Names the first given name may be short for, as "|robert|bobby|".
        last: Family names in one word.
        email: Form of the address.
        email_local: Part of the address before the @.
        email_domain: Registrable domain of the address, free mail too.
        business_domain: The same, None for free mail.
        email_kind: "role" (info@), "given" (the given name alone), "person" (anything else).
        phone: E.164, or digits.
        company: Name without legal form.
        company_sorted: Its words by the alphabet.
        organisation: The name in one word, of records that name no person.
        address: Street and number.
        house_number: The first number in it.
        city: One word.
        postal_code: One word.
        birth_date: yyyymmdd.
        national_id: One word.
    """

    given: str | None = None
    full_names: str | None = None
    last: str | None = None
    email: str | None = None
    email_local: str | None = None
    email_domain: str | None = None
    business_domain: str | None = None
    email_kind: str | None = None
    phone: str | None = None
    company: str | None = None
    company_sorted: str | None = None
    organisation: str | None = None
    address: str | None = None
    house_number: str | None = None
    city: str | None = None
    postal_code: str | None = None
    birth_date: str | None = None
    national_id: str | None = None

    @property
    def is_comparable(self) -> bool:
        """Whether anything is left to compare."""
        return any(getattr(self, name) is not None for name in FORM_NAMES)


FORM_NAMES = tuple(form.name for form in fields(Forms))


def forms_of(record: Mapping[str, str | None], region: str | None = None) -> Forms:
    """Normal forms of a record.

    Args:
        record: Values by the names of `Field`; others are ignored.
        region: ISO 3166 country of national phone numbers and dates; None if unknown.
    """
    person = person_form(record.get("first_name"), record.get("last_name"))
    email = email_form(record.get("email") or "")
    phone = record.get("phone")
    company = company_form(record.get("company") or "")
    address = address_form(record.get("address") or "")
    return Forms(
        given=person.given,
        full_names=person.full_names,
        last=person.last,
        email=email.address if email else None,
        email_local=email.local if email else None,
        email_domain=email.domain if email else None,
        business_domain=email.business_domain if email else None,
        email_kind=email_kind(email.local, person.given) if email else None,
        phone=phone_form(phone, region) if phone else None,
        company=company,
        company_sorted=" ".join(sorted(company.split())) if company else None,
        organisation=None if person.given or person.last else (company or "").replace(" ", "") or None,
        address=address,
        house_number=house_number(address) if address else None,
        city=city_form(record.get("city") or ""),
        postal_code=postal_code_form(record.get("postal_code") or ""),
        birth_date=birth_date_form(record.get("birth_date") or "", region),
        national_id=national_id_form(record.get("national_id") or ""),
    )


def email_kind(local: str, given: str | None) -> str:
    """Whose mailbox it is: a team's ("role"), one of the first name alone ("given"), or "person".

    An address that repeats the first name tells little more than it: any William of a company may be william@.
    """
    if local in ROLE_MAILBOXES:
        return "role"
    return "given" if given and local in {given, first_word(given)} else "person"
