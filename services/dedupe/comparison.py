"""How two records are compared: per field a ladder of agreement levels, from the strongest down.

A level is a number: 0 where one side is silent, then 1 for the strongest, the last for "different". How common a
value is belongs to the level: a telephone that twenty records share is another finding than one of two records.
"""

from dataclasses import dataclass

from services.dedupe.conditions import (
    Alike,
    Are,
    Both,
    Common,
    Condition,
    Either,
    Initial,
    Listed,
    Reordered,
    Row,
    Same,
    Swapped,
    Typed,
)
from services.dedupe.fields import Field

MISSING = 0


@dataclass(frozen=True)
class Level:
    """One step of agreement.

    Attributes:
        name: As it stands in evidence.
        condition: When it holds; asked from the strongest level down.
        is_shared: Whether the value is one that many share, a switchboard's or a team's.
        step: Step of commonness of the value that both have, where the level stands for one step of it.
    """

    name: str
    condition: Condition
    is_shared: bool = False
    step: int | None = None


@dataclass(frozen=True)
class Comparison:
    """One field's ladder.

    Attributes:
        field: The field.
        form: Form that must be there on both sides for the field to be compared; evidence shows it.
        levels: From the strongest down, without "different".
    """

    field: Field
    form: str
    levels: tuple[Level, ...]

    @property
    def level_names(self) -> tuple[str, ...]:
        """Names by the level's number."""
        return ("missing", *(level.name for level in self.levels), "different")

    @property
    def levels_by_step(self) -> dict[int, int]:
        """Numbers of the levels on which both have the same value, by its step of commonness."""
        return {level.step: number for number, level in enumerate(self.levels, 1) if level.step is not None}

    def level(self, left: Row, right: Row) -> int:
        """Number of the level a pair is on."""
        if left.form(self.form) is None or right.form(self.form) is None:
            return MISSING
        for number, level in enumerate(self.levels, start=1):
            if level.condition.holds(left, right):
                return number
        return len(self.levels) + 1

    def is_shared(self, level: int) -> bool:
        """Whether the level stands for a value that many share."""
        return 0 < level <= len(self.levels) and self.levels[level - 1].is_shared

    def sql(self) -> str:
        """The same as an expression over a pair's columns, see conditions.py."""
        steps = "".join(
            f" WHEN {level.condition.sql()} THEN {number}"
            for number, level in enumerate(self.levels, start=1)
        )
        missing = f"l_{self.form} IS NULL OR r_{self.form} IS NULL"
        return f"CASE WHEN {missing} THEN {MISSING}{steps} ELSE {len(self.levels) + 1} END"


# A few records with one telephone may be one person's; these are a switchboard's.
_SHARED = frozenset({"same, some share it", "same, many share it"})


def _same(form: str, names: tuple[str, ...]) -> tuple[Level, ...]:
    """A level of sameness per step of commonness, the rarest first."""
    levels = [
        Level(name, Both((Same(form), Common(form, step))), is_shared=name in _SHARED, step=step)
        for step, name in enumerate(names)
        if step > 0
    ]
    # The commonest is asked first, so that the last one needs no condition on commonness.
    return (*reversed(levels), Level(names[0], Same(form), step=0))


_BY_SHARE = ("same, rare", "same", "same, common")
_BY_COUNT = ("same", "same, few share it", "same, some share it", "same, many share it")

COMPARISONS: tuple[Comparison, ...] = (
    Comparison(
        Field.FIRST_NAME,
        "given",
        (
            *_same("given", _BY_SHARE),
            Level("swapped", Swapped("given", "last", 0.88)),
            Level("nickname", Listed("given", "full_names")),
            Level("initial", Initial("given")),
            Level("similar", Alike("given", 0.9)),
            Level("somewhat similar", Alike("given", 0.8)),
        ),
    ),
    Comparison(
        Field.LAST_NAME,
        "last",
        (
            *_same("last", _BY_SHARE),
            Level("swapped", Swapped("last", "given", 0.88)),
            Level("similar", Alike("last", 0.92)),
            Level("somewhat similar", Alike("last", 0.83)),
        ),
    ),
    Comparison(
        Field.EMAIL,
        "email",
        (
            Level("same, a team's", Both((Same("email"), Are("email_kind", "role"))), is_shared=True),
            Level("same, many share it", Both((Same("email"), Common("email", 3))), is_shared=True),
            Level("same, first name only", Both((Same("email"), Are("email_kind", "given")))),
            Level("same", Same("email")),
            Level("similar", Typed("email", 2, alike=0.85)),
            Level("same mailbox elsewhere", Both((Same("email_local"), Are("email_kind", "person")))),
            Level("same domain", Same("business_domain")),
        ),
    ),
    Comparison(Field.PHONE, "phone", (*_same("phone", _BY_COUNT), Level("similar", Typed("phone", 1)))),
    Comparison(
        Field.COMPANY,
        "company",
        (
            *_same("company", _BY_SHARE),
            Level("same words", Same("company_sorted")),
            Level("mistyped", Both((Alike("company", 0.88), Typed("company", 2)))),
            Level("similar", Either((Alike("company", 0.92), Reordered("company", "company_sorted", 0.95)))),
            Level("somewhat similar", Alike("company", 0.82)),
        ),
    ),
    Comparison(
        Field.ADDRESS,
        "address",
        (
            Level("same", Same("address")),
            Level("similar", Both((Alike("address", 0.88), Same("house_number")))),
            Level("somewhat similar", Typed("address", 2)),
            Level("same street", Alike("address", 0.85)),
            Level("same number", Same("house_number")),
        ),
    ),
    Comparison(Field.CITY, "city", (*_same("city", _BY_SHARE), Level("similar", Alike("city", 0.88)))),
    Comparison(
        Field.POSTAL_CODE,
        "postal_code",
        (*_same("postal_code", _BY_SHARE), Level("similar", Typed("postal_code", 1))),
    ),
    Comparison(
        Field.BIRTH_DATE,
        "birth_date",
        (
            Level("same", Same("birth_date")),
            Level("similar", Typed("birth_date", 1)),
            Level("somewhat similar", Typed("birth_date", 2)),
        ),
    ),
    Comparison(
        Field.NATIONAL_ID,
        "national_id",
        (Level("same", Same("national_id")), Level("similar", Typed("national_id", 1))),
    ),
)

# Forms whose commonness is counted: by records that share the value (meant for one person) or by their part of all.
COUNTED_BY_RECORDS = ("email", "phone")
COUNTED_BY_SHARE = ("given", "last", "company", "city", "postal_code")
COUNTED_FORMS = COUNTED_BY_RECORDS + COUNTED_BY_SHARE
# A value is on step 1, 2, 3 if more records than this have it ...
RECORD_STEPS = (2, 4, 10)
# ... or more than this part of all records that have any, and more than so many, since a part of few is chance.
SHARE_STEPS = ((0.001, 3), (0.01, 10))


def commonness(form: str, records: int, of: int) -> int:
    """Step of how common a value is.

    Args:
        form: Name of a counted form.
        records: Records with the value.
        of: Records with any value in that form.
    """
    if form in COUNTED_BY_RECORDS:
        return sum(records > step for step in RECORD_STEPS)
    return sum(records > share * of and records > least for share, least in SHARE_STEPS)


def commonness_sql(form: str, records: str, of: str) -> str:
    """The same as an expression over two others."""
    if form in COUNTED_BY_RECORDS:
        steps = [f"CASE WHEN {records} > {step} THEN 1 ELSE 0 END" for step in RECORD_STEPS]
    else:
        steps = [
            f"CASE WHEN {records} > {share!r} * {of} AND {records} > {least} THEN 1 ELSE 0 END"
            for share, least in SHARE_STEPS
        ]
    return " + ".join(steps)
