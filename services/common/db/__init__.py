"""The suite's databases: SQLite and PostgreSQL behind sessions that see one tenant's rows."""

from services.common.db.binding import TenantBindingError
from services.common.db.database import Database
from services.common.db.prepared import PreparedSelect, in_slots, parameter, slot_parameters
from services.common.db.session import TenantReader, TenantSession
from services.common.db.tables import (
    GlobalRow,
    TenantRow,
    UtcDateTime,
    later_than,
    service_registry,
    utc_now,
)

__all__ = [
    "Database",
    "GlobalRow",
    "PreparedSelect",
    "TenantBindingError",
    "TenantReader",
    "TenantRow",
    "TenantSession",
    "UtcDateTime",
    "in_slots",
    "later_than",
    "parameter",
    "service_registry",
    "slot_parameters",
    "utc_now",
]
