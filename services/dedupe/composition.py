"""Puts the service together in each worker. The process that works on operations has running.py."""

from google.longrunning import operations_pb2_grpc
from leadlight.common.v1 import job_service_pb2_grpc, subject_service_pb2_grpc
from leadlight.dedupe.v1 import (
    dedupe_service_pb2_grpc,
    merge_service_pb2_grpc,
    rule_service_pb2_grpc,
    scan_service_pb2_grpc,
)

from services.common.db import Database
from services.common.db.migrations import migrate
from services.common.group_commit import GroupCommitter
from services.common.operations import OperationStore
from services.common.operations.servicer import OperationsServicer
from services.common.server.bundle import ServiceBundle
from services.common.server.job_messages import with_jobs
from services.common.server.jobs import JobServicer
from services.common.server.subjects import SubjectServicer
from services.dedupe.convert_settings import operation_metadata
from services.dedupe.matching import TenantViews
from services.dedupe.merging import MergeService
from services.dedupe.reindex import SettingsService
from services.dedupe.rule_service import RuleService
from services.dedupe.scan_service import ScanService
from services.dedupe.server import DOMAIN, DedupeServicer
from services.dedupe.server_merges import MergeServicer
from services.dedupe.server_rules import RuleServicer
from services.dedupe.server_scans import ScanServicer
from services.dedupe.service import DedupeService
from services.dedupe.settings import DedupeSettings
from services.dedupe.subjects import DedupeSubjects


def build(settings: DedupeSettings) -> ServiceBundle:
    """One worker's service."""
    url = settings.database_url
    migrate(url, service=settings.service)
    db = Database(url, service=settings.service)
    committer = GroupCommitter(db)
    views = TenantViews(db)
    operations = OperationsServicer(OperationStore(db), domain=DOMAIN, metadata=with_jobs(operation_metadata))
    dedupe = DedupeService(db, views)
    records = DedupeServicer(dedupe, settings=SettingsService(db), views=views, committer=committer)
    merges = MergeServicer(MergeService(db), committer=committer)
    rules = RuleServicer(RuleService(db), committer=committer, operations=operations)
    scans = ScanServicer(ScanService(db), views=views, committer=committer, operations=operations)
    jobs = JobServicer(settings, committer=committer, operations=operations)
    subjects = SubjectServicer(db, DedupeSubjects(dedupe), committer=committer)
    return ServiceBundle(
        servicers=[
            (dedupe_service_pb2_grpc.add_DedupeServiceServicer_to_server, records),
            (merge_service_pb2_grpc.add_MergeServiceServicer_to_server, merges),
            (rule_service_pb2_grpc.add_RuleServiceServicer_to_server, rules),
            (scan_service_pb2_grpc.add_ScanServiceServicer_to_server, scans),
            (operations_pb2_grpc.add_OperationsServicer_to_server, operations),
            (job_service_pb2_grpc.add_JobServiceServicer_to_server, jobs),
            (subject_service_pb2_grpc.add_SubjectServiceServicer_to_server, subjects),
        ],
        closers=[committer.close, db.close],
    )
