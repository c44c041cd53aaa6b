"""Puts the service together in each worker. The process that works on operations has running.py."""

from google.longrunning import operations_pb2_grpc
from leadlight.common.v1 import job_service_pb2_grpc, subject_service_pb2_grpc
from leadlight.notes.v1 import commitment_service_pb2_grpc, notes_service_pb2_grpc

from services.common.db import Database
from services.common.db.migrations import migrate
from services.common.group_commit import GroupCommitter
from services.common.operations import OperationStore
from services.common.operations.servicer import OperationsServicer
from services.common.server.bundle import ServiceBundle
from services.common.server.job_messages import with_jobs
from services.common.server.jobs import JobServicer
from services.common.server.subjects import SubjectServicer
from services.notes import analysis
from services.notes.convert_history import operation_metadata
from services.notes.preferences import PreferenceService
from services.notes.promises import CommitmentService
from services.notes.server import DOMAIN, NotesServicer
from services.notes.server_commitments import CommitmentServicer
from services.notes.service import NotesService
from services.notes.settings import NotesSettings
from services.notes.subject_store import NotesSubjects


def build(settings: NotesSettings) -> ServiceBundle:
    """One worker's service."""
    url = settings.database_url
    migrate(url, service=settings.service)
    db = Database(url, service=settings.service)
    committer = GroupCommitter(db)
    preferences = PreferenceService(db)
    operations = OperationsServicer(OperationStore(db), domain=DOMAIN, metadata=with_jobs(operation_metadata))
    notes = NotesServicer(
        NotesService(db, preferences), preferences=preferences, committer=committer, operations=operations
    )
    commitments = CommitmentServicer(CommitmentService(db), preferences=preferences, committer=committer)
    jobs = JobServicer(settings, committer=committer, operations=operations)
    subjects = SubjectServicer(db, NotesSubjects(), committer=committer)
    return ServiceBundle(
        servicers=[
            (notes_service_pb2_grpc.add_NotesServiceServicer_to_server, notes),
            (commitment_service_pb2_grpc.add_CommitmentServiceServicer_to_server, commitments),
            (operations_pb2_grpc.add_OperationsServicer_to_server, operations),
            (job_service_pb2_grpc.add_JobServiceServicer_to_server, jobs),
            (subject_service_pb2_grpc.add_SubjectServiceServicer_to_server, subjects),
        ],
        warm_ups=[analysis.warm],
        closers=[committer.close, db.close],
    )
