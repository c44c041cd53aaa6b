"""Indexes that hold all that is asked of them: SQLite prefers a key that does, and reads all of it

Revision: 0002, after 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BEFORE = {
    "record_person": ("ix_record_person_tenant_kind_record_id", ["tenant", "kind", "record_id"]),
    "record_reference": ("ix_record_reference_to", ["tenant", "to_kind", "to_id"]),
}
_AFTER = {
    "record_person": (
        "ix_record_person_record",
        ["tenant", "kind", "record_id", "address", "is_own"],
    ),
    "record_reference": ("ix_record_reference_to", ["tenant", "to_kind", "to_id", "kind", "record_id"]),
}


def upgrade() -> None:
    _replace(_BEFORE, _AFTER)


def downgrade() -> None:
    _replace(_AFTER, _BEFORE)


def _replace(old: dict[str, tuple[str, list[str]]], new: dict[str, tuple[str, list[str]]]) -> None:
    for table, (name, _) in old.items():
        op.drop_index(name, table)
    for table, (name, columns) in new.items():
        op.create_index(name, table, columns)
