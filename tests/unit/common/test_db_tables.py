"""The pieces every table is made from."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from services.common.db import UtcDateTime
from services.common.db.engine import normalised_url, schema_name

MOMENTS = st.datetimes(
    min_value=datetime(1, 1, 3),  # noqa: DTZ001
    max_value=datetime(9999, 12, 29),  # noqa: DTZ001
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
)


@given(first=MOMENTS, second=MOMENTS)
def test_texts_in_sqlite_compare_as_the_moments_do(first: datetime, second: datetime) -> None:
    column, dialect = UtcDateTime(), sqlite.dialect()
    to_text = column.bind_processor(dialect)
    from_text = column.result_processor(dialect, None)
    assert to_text is not None
    assert from_text is not None
    texts = to_text(first), to_text(second)
    assert (texts[0] < texts[1]) == (first < second)
    assert from_text(texts[0]) == first
    back = from_text(texts[0])
    assert back is not None
    assert back.tzinfo is UTC


def test_postgresql_takes_and_gives_utc() -> None:
    column, dialect = UtcDateTime(), postgresql.dialect()  # type: ignore[no-untyped-call]
    summer = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert column.process_bind_param(summer, dialect) == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert column.process_result_value(summer, dialect) == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert column.process_bind_param(None, dialect) is None
    assert column.process_result_value(None, dialect) is None


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///a/b.db", "sqlite+pysqlite"),
        ("postgresql://u:p@h:1/d", "postgresql+psycopg"),
        ("postgres://u:p@h:1/d", "postgresql+psycopg"),
        ("postgresql+psycopg://u:p@h:1/d?sslmode=require", "postgresql+psycopg"),
    ],
)
def test_urls_are_given_their_driver(url: str, driver: str) -> None:
    parsed = normalised_url(url)
    assert parsed.drivername == driver
    assert parsed.render_as_string(hide_password=False).partition("://")[2] == url.partition("://")[2]


def test_each_service_has_its_schema() -> None:
    assert schema_name("scoring") == "leadlight_scoring"
