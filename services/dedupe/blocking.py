"""Blocking keys: two records are compared if they share one.

Each key joins parts that survive the other parts' errors, and several per record cover for one another. What would
compare too many pairs is damped: a key that more than `most_records` records have makes no pairs by itself (its
records still meet over narrower keys), and is reported with the pairs it hides.
"""

from dataclasses import dataclass

from services.dedupe.fields import Forms

MOST_RECORDS = 40
# A wide key (such as a last name) grows with the CRM, and what it alone finds is little: in a
# large one it is damped early, in a small one it may cover for fields that are missing.
FEWEST_RECORDS_WIDE = 8
_WIDE_BUDGET = 400_000


@dataclass(frozen=True)
class Part:
    """A form, its first characters, or (a negative length) its last ones; of length 0 it must only be there."""

    form: str
    length: int | None = None

    def sql(self) -> str:
        """Expression over the columns of forms."""
        if self.length is None:
            return self.form
        return (
            f"right({self.form}, {-self.length})" if self.length < 0 else f"left({self.form}, {self.length})"
        )

    def of(self, forms: Forms) -> str | None:
        """The part's value, None where the record is silent."""
        value: str | None = getattr(forms, self.form)
        if value is None or self.length is None:
            return value
        return value[self.length :] if self.length < 0 else value[: self.length]


@dataclass(frozen=True)
class KeyKind:
    """A kind of key: its parts, all of which a record must have.

    Attributes:
        name: A few letters: it begins every stored key.
        parts: What is joined.
        is_wide: Whether strangers commonly share it: one value, or a name and a letter or two.
        is_unordered: Whether its two parts may have changed places.
    """

    name: str
    parts: tuple[Part, ...]
    is_wide: bool = False
    is_unordered: bool = False

    def sql(self) -> str:
        """Expression of the key; NULL where a part is missing."""
        parts = [part.sql() for part in self.parts]
        if self.is_unordered:
            both = ", ".join(parts)
            # Least and greatest pass over NULL, the concatenation must not.
            return f"CASE WHEN {self.there_sql()} THEN '{self.name}|' || least({both}) || '|' || greatest({both}) END"
        joined = " || '|' || ".join(parts)
        return f"'{self.name}|' || {joined}"

    def there_sql(self) -> str:
        """Whether all parts are there."""
        return " AND ".join(f"{part.form} IS NOT NULL" for part in self.parts)

    def of(self, forms: Forms) -> str | None:
        """A record's key of this kind, None where a part is missing."""
        values = [part.of(forms) for part in self.parts]
        present = [value for value in values if value is not None]
        if self.is_unordered:
            present.sort(key=str.encode)
        return "|".join((self.name, *present)) if len(present) == len(values) else None


KEY_KINDS: tuple[KeyKind, ...] = (
    # One telling value.
    KeyKind("em", (Part("email"),)),
    KeyKind("ph", (Part("phone"),)),
    KeyKind("id", (Part("national_id"),)),
    KeyKind("lo", (Part("email_local"),), is_wide=True),
    KeyKind("ad", (Part("address"),)),
    KeyKind("bd", (Part("birth_date"),), is_wide=True),
    KeyKind("gn", (Part("given"),), is_wide=True),
    KeyKind("ln", (Part("last"),), is_wide=True),
    # The name, in either order, and halves of it.
    KeyKind("nm", (Part("last"), Part("given")), is_unordered=True),
    KeyKind("li", (Part("last"), Part("given", 1)), is_wide=True),
    KeyKind("gl", (Part("given"), Part("last", 2)), is_wide=True),
    # Half a name with something else.
    KeyKind("lb", (Part("last", 4), Part("birth_date", 6))),
    KeyKind("gb", (Part("given", 3), Part("birth_date", 6))),
    KeyKind("bc", (Part("birth_date", 4), Part("city"))),
    KeyKind("bp", (Part("birth_date", 6), Part("postal_code"))),
    KeyKind("lc", (Part("last", 3), Part("company", 4))),
    KeyKind("gc", (Part("given", 3), Part("company", 4))),
    KeyKind("ld", (Part("last"), Part("business_domain"))),
    KeyKind("gd", (Part("given"), Part("business_domain")), is_wide=True),
    KeyKind("lt", (Part("last"), Part("city"))),
    KeyKind("gt", (Part("given"), Part("city"))),
    KeyKind("pl", (Part("phone"), Part("last", 2))),
    KeyKind("pg", (Part("phone"), Part("given", 1))),
    KeyKind("lp", (Part("last", 3), Part("postal_code"))),
    KeyKind("gp", (Part("given", 3), Part("postal_code"))),
    # Records that name no person.
    KeyKind("og", (Part("organisation"),)),
    KeyKind("op", (Part("organisation", 4),)),
    KeyKind("os", (Part("organisation", -4),)),
    KeyKind("oo", (Part("organisation", 2), Part("organisation", -2))),
    KeyKind("ow", (Part("company_sorted", 5), Part("organisation", 0))),
    KeyKind("on", (Part("house_number"), Part("organisation", 1))),
)


def most_records(kind: KeyKind, records: int) -> int:
    """Records above which a key is damped.

    Args:
        kind: Of the key.
        records: How many there are in all.
    """
    if not kind.is_wide:
        return MOST_RECORDS
    return max(FEWEST_RECORDS_WIDE, min(MOST_RECORDS, _WIDE_BUDGET // max(records, 1)))


def keys_of(forms: Forms) -> tuple[str, ...]:
    """All of a record's keys, each once."""
    found = (kind.of(forms) for kind in KEY_KINDS)
    return tuple(dict.fromkeys(key for key in found if key is not None))
