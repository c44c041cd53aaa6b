"""Normal forms of any text at all: none fails, a batch gives what single records give, look-alikes fall together."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dedupe.fields import FORM_NAMES, Field, Forms, forms_of
from services.dedupe.forms_batch import forms_batch
from services.dedupe.normal_forms.text import transliterated

TRICKY = st.sampled_from(
    [
        "", " ", "\u200b", "@", "a@", "@b", "a@b", "a@b.c@d.com", '"a b"@c.com', "a+@gmail.com", "...@gmail.com",
        "x@localhost", "x@[1.2.3.4]", "http://[", "Dr.", "Jr", "A/S", "S.A. de C.V.", "有限公司", "株式会社", "王",
        "O'Brien", "van der", "Murphy, Regina", ", ,", "+", "++47", "１２３４５６７８", "00000000", "2026-02-30",
        "31/12/99", "ß", "İ", "ǅ", "ﬁ", "\x00", "\ud7ff", "👩‍👩‍👧", "a" * 1000,
    ]
)  # fmt: skip
TEXT = TRICKY | st.text(max_size=40) | st.text(alphabet="aeo.@+-'/ 0123456789øåä", max_size=20)
RECORD = st.fixed_dictionaries({field.value: TEXT | st.none() for field in Field})


@settings(max_examples=300, deadline=None)
@given(st.lists(RECORD, min_size=1, max_size=4), st.sampled_from([None, "US", "NO", "CN"]))
def test_a_batch_gives_what_single_records_give(
    records: list[dict[str, str | None]], region: str | None
) -> None:
    columns = {
        field.value: pa.array([record[field.value] for record in records], pa.string()) for field in Field
    }
    batch = pa.RecordBatch.from_pydict(
        {"row": list(range(len(records))), "source": [0] * len(records), **columns}
    )
    single = [forms_of(record, region) for record in records]
    rows = forms_batch(batch, region).to_pylist()
    assert [Forms(**{name: row[name] for name in FORM_NAMES}) for row in rows] == single
    for forms in single:
        assert all(getattr(forms, name) != "" for name in FORM_NAMES)


@settings(deadline=None)
@given(st.text(alphabet="abcdefghij xyz", min_size=1, max_size=12), st.integers(0, 12), st.data())
def test_invisible_characters_change_nothing(text: str, place: int, data: st.DataObject) -> None:
    hidden = data.draw(st.sampled_from(["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e"]))
    assert transliterated(text[:place] + hidden + text[place:]) == transliterated(text)


@pytest.mark.parametrize(
    ("latin", "alike"), [("a", "а"), ("e", "е"), ("o", "ο"), ("p", "р"), ("c", "с"), ("x", "х")]
)
def test_look_alike_letters_in_latin_words(latin: str, alike: str) -> None:
    assert transliterated(f"murk{alike}n") == f"murk{latin}n"
