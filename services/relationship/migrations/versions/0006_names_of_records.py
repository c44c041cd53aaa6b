"""Names of records, those of the records that are there among them: what finds somebody by name and company

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KEY = ("tenant", "kind", "record_id")


def upgrade() -> None:
    op.add_column("record", sa.Column("name", sa.String(length=600), server_default="", nullable=False))
    op.create_index(op.f("ix_record_tenant_name"), "record", ["tenant", "name"])
    _fill_names()


def downgrade() -> None:
    op.drop_index(op.f("ix_record_tenant_name"), "record")
    op.drop_column("record", "name")


def _fill_names() -> None:
    connection = op.get_bind()
    record = sa.table("record", *map(sa.column, (*_KEY, "name")), sa.column("content", sa.JSON()))
    found = connection.execute(sa.select(*(record.c[name] for name in _KEY), record.c.content))
    rows = [
        {"of_tenant": tenant, "of_kind": kind, "of_id": record_id, "plain": " ".join(name.split()).casefold()}
        for tenant, kind, record_id, content in found
        if (name := content.get("display_name"))
    ]
    if rows:
        is_it = (
            record.c.tenant == sa.bindparam("of_tenant"),
            record.c.kind == sa.bindparam("of_kind"),
            record.c.record_id == sa.bindparam("of_id"),
        )
        connection.execute(record.update().where(*is_it).values(name=sa.bindparam("plain")), rows)
