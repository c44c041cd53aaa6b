"""Writes rows through a group committer on 8 threads and prints each id once it is acknowledged.

Usage: group_commit_writer.py DATABASE_URL
"""

import itertools
import sys
import threading

from services.common.db import Database, TenantSession
from services.common.group_commit import GroupCommitter
from services.common.tables import IdempotentRequest

committer = GroupCommitter(Database(sys.argv[1], service="kit"))
numbers = itertools.count()
printing = threading.Lock()


def write(number: int) -> None:
    def work(session: TenantSession) -> None:
        row = {"method": "m", "request_id": str(number), "request_hash": b"", "response": b""}
        session.insert_rows(IdempotentRequest, [row])

    committer.submit("acme", work)
    with printing:
        print(number, flush=True)


def write_on() -> None:
    for number in numbers:
        write(number)


for _ in range(8):
    threading.Thread(target=write_on).start()
