"""Versions of closed deals: what is known of them in memory holds until they change

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_VERSIONS = ("deals_version", "efforts_version")


def upgrade() -> None:
    with op.batch_alter_table("tenant_settings") as table:
        for name in _VERSIONS:
            table.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("tenant_settings") as table:
        for name in _VERSIONS:
            table.drop_column(name)
