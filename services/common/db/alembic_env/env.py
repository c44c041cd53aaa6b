"""Alembic's entry: runs one service's revisions on the connection that `migrations.py` gives."""

from typing import Any, Literal, cast

from alembic import context
from sqlalchemy import String
from sqlmodel.sql.sqltypes import AutoString

from services.common.db.tables import UtcDateTime


def render_item(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Writes the kit's types as what they are in the database: a revision outlives the code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        length = cast("String", item.impl_instance).length
        return f"sa.String(length={length})" if length else "sa.String()"
    return False


attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    target_metadata=attributes["metadata"],
    version_table=attributes["version_table"],
    render_as_batch=True,  # SQLite alters a table by copying it
    compare_type=True,
    compare_server_default=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
