"""Normal forms of a whole batch of records: each distinct value of a column is brought to its form once.

The same forms as `fields.forms_of` gives record by record; a test holds them to each other.
"""

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from services.dedupe.fields import FORM_NAMES, Field
from services.dedupe.normal_forms.address import address_form, city_form, house_number, postal_code_form
from services.dedupe.normal_forms.company import company_form
from services.dedupe.normal_forms.email import (
    PLAIN_HOST,
    PLAIN_LOCAL,
    ROLE_MAILBOXES,
    email_form,
    host_forms,
    needs_no_mending,
)
from services.dedupe.normal_forms.identifiers import birth_date_form, national_id_form
from services.dedupe.normal_forms.person import full_names, given_words, last_words, person_form
from services.dedupe.normal_forms.phone import phone_form

FORMS_SCHEMA = pa.schema(
    [("row", pa.int64()), ("source", pa.int8())] + [(name, pa.string()) for name in FORM_NAMES]
)
# In the order of `EmailForm`.
_EMAIL_FORMS = ("email", "email_local", "email_domain", "business_domain")
_PLAIN_EMAIL = rf"\A(?P<local>{PLAIN_LOCAL})@(?P<host>{PLAIN_HOST})\z"
_NO_EMAIL = (None,) * len(_EMAIL_FORMS)
_TextFunction = Callable[[str], str | None]


def forms_batch(batch: pa.RecordBatch, region: str | None) -> pa.RecordBatch:
    """Normal forms of a batch of records.

    Args:
        batch: row, source and the fields the records have, as text.
        region: ISO 3166 country of national phone numbers and dates; None if unknown.

    Returns:
        A batch of `FORMS_SCHEMA`.
    """
    forms = {**_person_forms(batch), **_email_forms(batch)}
    forms["email_kind"] = _email_kinds(forms["email_local"], forms["given"])
    forms["phone"] = _phone_forms(_column(batch, Field.PHONE), region)
    forms["company"] = _mapped(_column(batch, Field.COMPANY), company_form)
    forms["company_sorted"] = _mapped(forms["company"], lambda form: " ".join(sorted(form.split())))
    names_person = pc.or_(pc.is_valid(forms["given"]), pc.is_valid(forms["last"]))
    forms["organisation"] = pc.if_else(
        names_person, pa.scalar(None, pa.string()), pc.replace_substring(forms["company"], " ", "")
    )
    forms["address"] = _mapped(_column(batch, Field.ADDRESS), address_form)
    forms["house_number"] = _mapped(forms["address"], house_number)
    forms["city"] = _mapped(_column(batch, Field.CITY), city_form)
    forms["postal_code"] = _mapped(_column(batch, Field.POSTAL_CODE), postal_code_form)
    forms["birth_date"] = _mapped(
        _column(batch, Field.BIRTH_DATE), lambda text: birth_date_form(text, region)
    )
    forms["national_id"] = _mapped(_column(batch, Field.NATIONAL_ID), national_id_form)
    arrays = [batch.column("row"), pc.cast(batch.column("source"), pa.int8())]
    return pa.RecordBatch.from_arrays([*arrays, *(forms[name] for name in FORM_NAMES)], schema=FORMS_SCHEMA)


def _column(batch: pa.RecordBatch, field: Field) -> pa.Array:
    """The field's texts, blank ones as missing; all missing if the records don't have it."""
    if field.value not in batch.schema.names:
        return pa.nulls(len(batch), pa.string())
    texts = batch.column(field.value)
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _mapped(texts: pa.Array, function: _TextFunction) -> pa.Array:
    coded = texts.dictionary_encode()
    forms = [function(text) for text in coded.dictionary.to_pylist()]
    return pc.take(pa.array(forms, pa.string()), coded.indices)


def _person_forms(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    first, last = _column(batch, Field.FIRST_NAME), _column(batch, Field.LAST_NAME)
    given = _mapped(first, lambda text: given_words(text) or None)
    family = _mapped(last, lambda text: last_words(text) or None)
    # A name that stands in one field whole is the exception: those rows are taken one by one.
    both = pc.and_(pc.is_valid(first), pc.is_valid(last))
    several = pc.match_substring_regex(pc.coalesce(first, last), "[, ]")
    whole = pc.fill_null(pc.and_(pc.invert(both), several), False)
    if pc.any(whole).as_py():
        parsed = [
            person_form(one, other)
            for one, other in zip(
                first.filter(whole).to_pylist(), last.filter(whole).to_pylist(), strict=True
            )
        ]
        given = pc.replace_with_mask(given, whole, pa.array([form.given for form in parsed], pa.string()))
        family = pc.replace_with_mask(family, whole, pa.array([form.last for form in parsed], pa.string()))
    return {"given": given, "full_names": _mapped(given, full_names), "last": family}


def _email_forms(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    texts = _column(batch, Field.EMAIL)
    # Most addresses are plain: their parts are cut out in Arrow, and only their hosts, few, are looked at in Python.
    lower = pc.ascii_lower(texts)
    parts = pc.extract_regex(lower, _PLAIN_EMAIL)
    local, host = pc.struct_field(parts, "local"), pc.struct_field(parts, "host").dictionary_encode()
    hosts = host.dictionary.to_pylist()
    forms = [host_forms(one) for one in hosts]
    is_plain = pc.take(pa.array([needs_no_mending(one) for one in hosts], pa.bool_()), host.indices)
    domain = pc.take(pa.array([form[1] for form in forms], pa.string()), host.indices)
    business = pc.take(pa.array([form[2] for form in forms], pa.string()), host.indices)
    plain = dict(zip(_EMAIL_FORMS, (lower, local, domain, business), strict=True))
    mended_rows = pc.and_(pc.is_valid(texts), pc.invert(pc.fill_null(is_plain, False)))
    mended = [email_form(text) or _NO_EMAIL for text in texts.filter(mended_rows).to_pylist()]
    columns = zip(*mended, strict=True) if mended else ((),) * len(_EMAIL_FORMS)
    return {
        name: pc.replace_with_mask(plain[name], mended_rows, pa.array(column, pa.string()))
        for name, column in zip(_EMAIL_FORMS, columns, strict=True)
    }


def _phone_forms(texts: pa.Array, region: str | None) -> pa.Array:
    if region is not None:
        return _mapped(texts, lambda text: phone_form(text, region))
    # Without a country digits stay as they are.
    is_digits = pc.fill_null(pc.match_substring_regex(texts, r"\A[0-9]{4,}\z"), False)
    others = _mapped(texts.filter(pc.invert(is_digits)), lambda text: phone_form(text, None))
    return pc.replace_with_mask(texts, pc.invert(is_digits), others)


def _email_kinds(local: pa.Array, given: pa.Array) -> pa.Array:
    """See `fields.email_kind`."""
    first = pc.list_element(pc.split_pattern(given, " ", max_splits=1), 0)
    is_given = pc.fill_null(pc.or_(pc.equal(local, given), pc.equal(local, first)), False)
    person_or_given = pc.if_else(is_given, "given", "person")
    is_role = pc.is_in(local, value_set=pa.array(sorted(ROLE_MAILBOXES), pa.string()))
    kinds = pc.if_else(is_role, "role", person_or_given)
    return pc.if_else(pc.is_valid(local), kinds, pa.scalar(None, pa.string()))
