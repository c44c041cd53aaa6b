"""leadlight.gateway.v1.PrivacyService: a person's rights over the whole suite."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
from google.protobuf.json_format import ParseDict
from google.rpc import code_pb2
from leadlight.common.v1 import subject_pb2, subject_service_pb2_grpc
from leadlight.gateway.v1 import privacy_pb2, privacy_service_pb2_grpc

from services.common.context import current, current_tenant
from services.common.db import Database
from services.common.errors import LeadlightError
from services.common.server.wire import ref, timestamp
from services.gateway import store
from services.gateway.convert_parts import status_of_part
from services.gateway.convert_subjects import subject_json, subject_message
from services.gateway.erasing import Asked, Erasing
from services.gateway.marks import WorklistMarks
from services.gateway.server_peers import AioPeers
from services.gateway.store import Erasure


class PrivacyServicer(privacy_service_pb2_grpc.PrivacyServiceServicer):
    """Asks every service in turn, or has the erasing do it.

    Args:
        peers: The services.
        db: The gateway's database.
        erasing: Use cases around erasures; they block, so they run on threads.
        marks: What the gateway itself holds.
    """

    def __init__(self, peers: AioPeers, db: Database, erasing: Erasing, marks: WorklistMarks) -> None:
        self._db = db
        self._erasing = erasing
        self._marks = marks
        self._services: dict[str, Any] = {}
        for name in sorted(peers.addresses):
            channel: Any = peers.channel(name)
            self._services[name] = subject_service_pb2_grpc.SubjectServiceStub(channel)

    async def ExportPerson(
        self, request: privacy_pb2.ExportPersonRequest, context: object
    ) -> AsyncIterator[privacy_pb2.ExportPersonResponse]:
        """What is held, service after service."""
        _check(request.subject)
        subject = subject_json(request.subject)
        try:
            subject = await asyncio.to_thread(self._erasing.known, subject)
        except LeadlightError as error:
            # Without what dedupe knows of them the export is not whole, whatever the services give.
            yield privacy_pb2.ExportPersonResponse(service="dedupe", status=status_of_part(error, "dedupe"))
        for mark in await asyncio.to_thread(self._marks.export, subject):
            item = privacy_pb2.ExportPersonResponse(
                service="gateway", resource="worklist_mark", name=mark["item"]
            )
            ParseDict(mark, item.data)
            yield item
        wanted = subject_pb2.ExportSubjectRequest(subject=subject_message(subject))
        for name, stub in self._services.items():
            try:
                async for item in stub.ExportSubject(wanted):
                    yield privacy_pb2.ExportPersonResponse(
                        service=name, resource=item.resource, name=item.name, data=item.data
                    )
            except grpc.RpcError as error:
                yield privacy_pb2.ExportPersonResponse(service=name, status=status_of_part(error, name))

    async def ErasePerson(
        self, request: privacy_pb2.ErasePersonRequest, context: object
    ) -> privacy_pb2.Erasure:
        """The erasure after every service was asked once."""
        _check(request.subject)
        caller = current().caller
        asked = Asked(
            subject_json(request.subject),
            request.request_id,
            request.SerializeToString(deterministic=True),
            caller.subject[:200],
        )
        if request.validate_only:
            return erasure_message(await asyncio.to_thread(self._erasing.rehearse, caller.tenant, asked))
        return erasure_message(await asyncio.to_thread(self._erasing.begin, caller.tenant, asked))

    async def GetErasure(
        self, request: privacy_pb2.GetErasureRequest, context: object
    ) -> privacy_pb2.Erasure:
        """An erasure as it stands."""
        erasure_id = request.name.removeprefix("erasures/")
        return erasure_message(await asyncio.to_thread(self._erasing.get, current_tenant(), erasure_id))

    async def ListErasures(
        self, request: privacy_pb2.ListErasuresRequest, context: object
    ) -> privacy_pb2.ListErasuresResponse:
        """Erasures, the newest first."""
        return await asyncio.to_thread(self._page, current_tenant(), request)

    def _page(
        self, tenant: str, request: privacy_pb2.ListErasuresRequest
    ) -> privacy_pb2.ListErasuresResponse:
        with self._db.read(tenant) as session:
            page = store.list_erasures(session, page_size=request.page_size, page_token=request.page_token)
        return privacy_pb2.ListErasuresResponse(
            erasures=[erasure_message(each) for each in page.rows], next_page_token=page.next_page_token
        )


def erasure_message(erasure: Erasure) -> privacy_pb2.Erasure:
    """An erasure as callers see it."""
    running, done = privacy_pb2.ERASURE_STATE_RUNNING, privacy_pb2.ERASURE_STATE_DONE
    message = privacy_pb2.Erasure(
        name=f"erasures/{erasure.erasure_id}" if erasure.erasure_id else "",
        state=done if erasure.done_at else running,
        create_time=timestamp(erasure.created_at),
        asked_by=erasure.asked_by,
        subject_digest=erasure.subject_digest,
        report=erasure.report,
    )
    if erasure.done_at is not None:
        message.done_time.CopyFrom(timestamp(erasure.done_at))
    for name, came in erasure.services.items():
        part = message.services.add(service=name)
        if "erased" in came:
            ParseDict(came["erased"], part.erased)
        else:
            part.status.code = code_pb2.Code.Value(came["status"]["code"])
            part.status.message = came["status"]["message"]
    return message


def _check(subject: subject_pb2.Subject) -> None:
    for place, record in enumerate(subject.records):
        ref(record, f"subject.records[{place}]")
