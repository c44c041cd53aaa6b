"""Brings commitments to the notes service: what it could not read when a call came, and what it is to keep.

Tasks are written with the call (commitment_task_store), so that none is lost; handing in the same twice has one
effect, since what a call promises takes the place of what was handed in for it before.
"""

from datetime import datetime, timedelta

import structlog

from services.common.caller import Caller, Role
from services.common.context import using
from services.common.db import Database
from services.common.errors import Code, LeadlightError
from services.conversation import call_store, commitment_task_store
from services.conversation.analysis import Analysis, MissingPart, with_commitments
from services.conversation.call_store import Removed, StoredCall
from services.conversation.commitment_task_store import CommitmentTask
from services.conversation.peer_notes import NotesPeer

_PORTION = 20
_WAITED_S = 1

_log = structlog.get_logger()


class Handover:
    """Works on commitment tasks.

    Args:
        db: The service's database.
        notes: The notes service.
    """

    def __init__(self, db: Database, notes: NotesPeer) -> None:
        self._db = db
        self._notes = notes

    def step(self, now: datetime) -> bool:
        """Works on the tasks that are due; whether there may be more.

        A notes service that does not answer ends the step: the others would meet the same.
        """
        tasks = commitment_task_store.due(self._db, now, _PORTION)
        for task in tasks:
            caller = Caller(task.tenant, "conversation", frozenset({Role.SERVICE}))
            with using(caller, request_id=f"commitments/{task.call_id}"):
                if not self._work(task, now):
                    return False
        return len(tasks) == _PORTION

    def _work(self, task: CommitmentTask, now: datetime) -> bool:
        try:
            self._hand_in(task)
        except LeadlightError as error:
            if error.code is Code.INVALID_ARGUMENT:
                _log.error("commitments_refused", reason=error.reason)
            else:
                wait = min(
                    timedelta(seconds=_WAITED_S * 2 ** min(task.attempts, 10)),
                    commitment_task_store.LONGEST_WAIT,
                )
                with self._db.write(task.tenant) as session:
                    commitment_task_store.postpone(session, task, now + wait)
                return error.code is not Code.UNAVAILABLE
        with self._db.write(task.tenant) as session:
            commitment_task_store.finish(session, task)
        return True

    def _hand_in(self, task: CommitmentTask) -> None:
        with self._db.read(task.tenant) as session:
            stored = call_store.read_call(session, task.call_id, with_utterances=True)
            analysis = call_store.read_analysis(session, stored.call) if stored else None
        if stored is not None and analysis is not None and stored.removed is Removed.NOTHING:
            analysis = self._completed(task, stored, analysis)
        if task.ref is None:
            return
        if stored is not None and analysis is not None:
            self._notes.record(task.ref, task.call_id, stored.call, analysis.commitments)
        else:
            self._notes.record(task.ref, task.call_id, None, ())

    def _completed(self, task: CommitmentTask, stored: StoredCall, analysis: Analysis) -> Analysis:
        """An analysis with its commitments, read now if they were missing."""
        if MissingPart.COMMITMENTS not in analysis.missing:
            return analysis
        complete = with_commitments(analysis, self._notes)
        with self._db.write(task.tenant) as session:
            # Somebody may have removed words since they were read.
            now = call_store.read_call(session, stored.call.call_id, for_update=True)
            if now is not None and now.removed is Removed.NOTHING:
                call_store.change_analysis(session, complete)
        return complete
