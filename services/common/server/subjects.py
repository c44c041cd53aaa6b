"""leadlight.common.v1.SubjectService over a service's `SubjectRights`."""

from collections.abc import Iterator
from contextlib import suppress

import grpc
from google.protobuf.json_format import ParseDict
from leadlight.common.v1 import subject_pb2, subject_service_pb2_grpc

from services.common.context import current, current_tenant
from services.common.db import Database, TenantSession, utc_now
from services.common.group_commit import GroupCommitter
from services.common.idempotency import forget_answers
from services.common.server.wire import ref
from services.common.server.writes import write
from services.common.subjects import ErasedCounts, Subject, SubjectRights, subject_of


class SubjectServicer(subject_service_pb2_grpc.SubjectServiceServicer):
    """A person's rights, in one service.

    Args:
        db: The service's database.
        rights: Where it holds a person.
        committer: The worker's writes.
    """

    def __init__(self, db: Database, rights: SubjectRights, *, committer: GroupCommitter) -> None:
        self._db = db
        self._rights = rights
        self._committer = committer

    def ExportSubject(
        self, request: subject_pb2.ExportSubjectRequest, context: grpc.ServicerContext
    ) -> Iterator[subject_pb2.ExportSubjectResponse]:
        """What is held, one thing at a time, from one snapshot."""
        subject = _subject(request.subject)
        with self._db.read(current_tenant()) as reader:
            for item in self._rights.export(reader, subject):
                current().check()
                response = subject_pb2.ExportSubjectResponse(resource=item.resource, name=item.name)
                ParseDict(dict(item.data), response.data)
                yield response

    def EraseSubject(
        self, request: subject_pb2.EraseSubjectRequest, context: grpc.ServicerContext
    ) -> subject_pb2.EraseSubjectResponse:
        """What was erased."""
        answer = write(
            self._committer,
            request,
            subject_pb2.EraseSubjectResponse,
            lambda session: self._erase(session, request),
        )
        if not request.validate_only:
            if answer.resources:  # what files hold was counted among them
                with self._db.read(current_tenant()) as reader:
                    self._rights.erase_files(reader, _subject(request.subject))
            self._db.overwrite_deleted()
        return answer

    def _erase(
        self, session: TenantSession, request: subject_pb2.EraseSubjectRequest
    ) -> subject_pb2.EraseSubjectResponse:
        subject = _subject(request.subject)
        erased = ErasedCounts()
        with suppress(_Undone), session.savepoint():
            erased = self._rights.erase(session, subject)
            forget_answers(session, subject.is_in)
            if request.validate_only:
                raise _Undone
        answer = subject_pb2.EraseSubjectResponse()
        answer.erase_time.FromDatetime(utc_now())
        for resource in erased.resources:
            answer.resources.add(
                resource=resource,
                deleted_count=erased.deleted[resource],
                masked_count=erased.masked[resource],
            )
        return answer


class _Undone(Exception):  # noqa: N818 - no error
    """Takes back what was done to count it."""


def _subject(message: subject_pb2.Subject) -> Subject:
    records = (ref(each, f"subject.records[{place}]") for place, each in enumerate(message.records))
    return subject_of(emails=message.emails, phones=message.phones, records=records, names=message.names)
