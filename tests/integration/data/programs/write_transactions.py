"""Writes N transactions, each of which reads a counter row and writes it back plus one.

Usage: write_transactions.py DATABASE_URL COUNT
"""

import sys

from services.common.db import Database
from services.common.tables import IdempotentRequest

db = Database(sys.argv[1], service="kit")
for _ in range(int(sys.argv[2])):
    with db.write("acme") as session:
        row = session.get(IdempotentRequest, for_update=True, method="count", request_id="1")
        assert row is not None
        row.response = str(int(row.response) + 1).encode()
        session.add(row)
db.close()
