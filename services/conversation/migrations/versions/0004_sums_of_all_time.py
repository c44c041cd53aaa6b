"""Sums of all time beside those of days and months: what the page of all time reads

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_PLAIN = ("calls", "duration_ms", "conversations", "keyword_calls", "competitor_calls", "brand_calls")
_MEASURES = ("talk", "switches", "pause", "monologue", "positive", "neutral", "negative")
_OF_MEASURES = tuple(f"{measure}_{part}" for measure in _MEASURES for part in ("n", "sum", "squares"))
_SUMS = {
    "home_cell": (
        ("tenant", "scope", "team", "seller"),
        (*_PLAIN, "score_n", "score_sum", *_OF_MEASURES),
    ),
    "home_score": (("tenant", "scope", "team", "seller", "score"), ("calls",)),
    "home_mention": (("tenant", "scope", "kind", "key", "team", "seller"), ("calls", "mentions")),
}


def upgrade() -> None:
    for name in _SUMS:
        _allow_grains(name, "grain IN ('day', 'month', 'all')")
    for name, (keys, sums) in _SUMS.items():
        _fill_from_months(name, keys, sums)


def downgrade() -> None:
    for name in _SUMS:
        table = sa.table(name, sa.column("grain"))
        op.execute(table.delete().where(table.c.grain == "all"))
        _allow_grains(name, "grain IN ('day', 'month')")


def _allow_grains(name: str, condition: str) -> None:
    with op.batch_alter_table(name, schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f(f"ck_{name}_grain"), type_="check")
        batch_op.create_check_constraint(batch_op.f(f"ck_{name}_grain"), condition)


def _fill_from_months(name: str, keys: tuple[str, ...], sums: tuple[str, ...]) -> None:
    """Months together are all time: each call is in one."""
    table = sa.table(name, *map(sa.column, ("grain", "bucket", "name", *keys, *sums)))
    # The name for people is no sum; any of a key's will do, as for a period of several months.
    names = ("name",) if name == "home_mention" else ()
    months = (
        sa.select(
            sa.literal_column("'all'"),
            sa.literal_column("0"),
            *(sa.func.min(table.c[each]) for each in names),
            *(table.c[each] for each in keys),
            *(sa.func.sum(table.c[each]) for each in sums),
        )
        .where(table.c.grain == "month")
        .group_by(*(table.c[each] for each in keys))
    )
    op.execute(table.insert().from_select(["grain", "bucket", *names, *keys, *sums], months))
