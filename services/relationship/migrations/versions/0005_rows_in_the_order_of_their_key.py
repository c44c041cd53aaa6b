"""Rows of SQLite in the order of their key: the days of a record lie together, and no second index is kept

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = ("activity_person", "activity_record", "pair_day", "record_day", "thread_token")


def upgrade() -> None:
    _make_anew(" WITHOUT ROWID")


def downgrade() -> None:
    _make_anew("")


def _make_anew(option: str) -> None:
    """Gives tables an option that SQLite takes when a table is made; PostgreSQL has nothing like it."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    written = sa.text(
        "SELECT sql FROM sqlite_master WHERE tbl_name = :table AND type = :type AND sql IS NOT NULL"
    )
    for table in _TABLES:
        made = connection.execute(written, {"table": table, "type": "table"}).scalar_one()
        indexes = connection.execute(written, {"table": table, "type": "index"}).scalars().all()
        columns = made[made.index("(") : made.rindex(")") + 1]
        op.execute(f"CREATE TABLE new_{table} {columns}{option}")
        # In the order of the key, so that each page is written once.
        op.execute(f"INSERT INTO new_{table} SELECT * FROM {table} ORDER BY 1, 2, 3")  # noqa: S608
        op.drop_table(table)
        op.rename_table(f"new_{table}", table)
        for index in indexes:
            op.execute(index)
