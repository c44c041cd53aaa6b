"""The gateway's tables: what sellers put off, and erasures until all have confirmed. Only the store knows them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Text
from sqlmodel import Field

from services.common.db import TenantRow, UtcDateTime, service_registry
from services.common.tables import KIT_METADATA


class GatewayRow(TenantRow, registry=service_registry()):
    """A row of the gateway."""


class WorklistMarkRow(GatewayRow, table=True):
    """An item of a seller's worklist that is not to be shown.

    Attributes:
        until: When it comes back; None for never.
        marked_at: When it was put off.
    """

    __tablename__ = "worklist_mark"

    seller: str = Field(primary_key=True, max_length=320)
    item: str = Field(primary_key=True, max_length=600)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    marked_at: datetime = Field(sa_type=UtcDateTime)


class ErasureRow(GatewayRow, table=True):
    """A person who is taken out of the suite.

    Attributes:
        subject: Whom; None once every service has confirmed.
        services: By service: what it erased, or why it has not yet, as JSON of the protos.
        subject_digest: Hexadecimal; see the proto.
        report: The signed report; empty before it is done.
    """

    __tablename__ = "erasure"
    __table_args__ = (Index(None, "tenant", "created_at", "erasure_id"), Index(None, "done_at"))

    erasure_id: str = Field(primary_key=True, max_length=63)
    subject: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    services: dict[str, Any] = Field(sa_type=JSON)
    asked_by: str = Field(max_length=200)
    subject_digest: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    report: str = Field(default="", sa_type=Text)


METADATA = (KIT_METADATA, GatewayRow.metadata)
"""Everything the gateway's database holds."""
