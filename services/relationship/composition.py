"""Puts the service together in each worker. The process that works on operations has running.py."""

from google.longrunning import operations_pb2_grpc
from leadlight.common.v1 import job_service_pb2_grpc, subject_service_pb2_grpc
from leadlight.relationship.v1 import (
    activity_service_pb2_grpc,
    capture_service_pb2_grpc,
    deal_service_pb2_grpc,
    relationship_service_pb2_grpc,
    tie_service_pb2_grpc,
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
from services.relationship.activities import ActivityService
from services.relationship.conditions import ConditionService
from services.relationship.connections import ConnectionService
from services.relationship.convert_operations import operation_metadata
from services.relationship.deals import DealService
from services.relationship.engagements import EngagementService
from services.relationship.insights import InsightService
from services.relationship.offers import OfferService
from services.relationship.preferences import PreferenceService
from services.relationship.records import RecordService
from services.relationship.server import DOMAIN, ActivityServicer
from services.relationship.server_capture import CaptureServicer
from services.relationship.server_deals import DealServicer
from services.relationship.server_relationship import RelationshipServicer
from services.relationship.server_ties import TieServicer
from services.relationship.settings import RelationshipSettings
from services.relationship.subjects import RelationshipSubjects
from services.relationship.talking import TalkingPointService
from services.relationship.won_deals import WonDeals


def build(settings: RelationshipSettings) -> ServiceBundle:
    """One worker's service."""
    url = settings.database_url
    migrate(url, service=settings.service)
    db = Database(url, service=settings.service)
    committer = GroupCommitter(db)
    operations = OperationsServicer(OperationStore(db), domain=DOMAIN, metadata=with_jobs(operation_metadata))
    activity_service, record_service = ActivityService(db), RecordService(db)
    jobs = JobServicer(settings, committer=committer, operations=operations)
    subjects = SubjectServicer(
        db, RelationshipSubjects(activity_service, record_service), committer=committer
    )
    activities = ActivityServicer(
        activity_service,
        engagements=EngagementService(),
        subjects=subjects,
        committer=committer,
        operations=operations,
    )
    won_deals = WonDeals()
    relationships = RelationshipServicer(
        record_service,
        insights=InsightService(db, won_deals),
        conditions=ConditionService(db),
        preferences=PreferenceService(db),
        talking=TalkingPointService(db),
        committer=committer,
    )
    ties = TieServicer(ConnectionService(db), committer=committer)
    return ServiceBundle(
        servicers=[
            (activity_service_pb2_grpc.add_ActivityServiceServicer_to_server, activities),
            (relationship_service_pb2_grpc.add_RelationshipServiceServicer_to_server, relationships),
            (
                deal_service_pb2_grpc.add_DealServiceServicer_to_server,
                DealServicer(DealService(db, won_deals)),
            ),
            (
                capture_service_pb2_grpc.add_CaptureServiceServicer_to_server,
                CaptureServicer(OfferService(db), committer=committer),
            ),
            (tie_service_pb2_grpc.add_TieServiceServicer_to_server, ties),
            (operations_pb2_grpc.add_OperationsServicer_to_server, operations),
            (job_service_pb2_grpc.add_JobServiceServicer_to_server, jobs),
            (subject_service_pb2_grpc.add_SubjectServiceServicer_to_server, subjects),
        ],
        closers=[committer.close, db.close],
    )
