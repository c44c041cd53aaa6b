"""Puts the service together: in each worker, and in the process that works on operations."""

import os
import threading

from google.longrunning import operations_pb2_grpc
from leadlight.common.v1 import job_service_pb2_grpc, subject_service_pb2_grpc
from leadlight.scoring.v1 import model_service_pb2_grpc, scoring_service_pb2_grpc

from services.common.batch.operation import RunJob
from services.common.batch.orders import RUN_JOB
from services.common.db import Database
from services.common.db.migrations import migrate
from services.common.group_commit import GroupCommitter
from services.common.operations import Handler, OperationContext, TypedBytes, run
from services.common.operations.servicer import OperationsServicer
from services.common.server.bundle import ServiceBundle
from services.common.server.job_messages import with_jobs
from services.common.server.jobs import JobServicer
from services.common.server.subjects import SubjectServicer
from services.scoring.convert_training import operation_metadata
from services.scoring.datasets import DatasetService
from services.scoring.drift_reporting import DriftReporting
from services.scoring.export import ExportingService
from services.scoring.files import ServiceFiles
from services.scoring.job_results import RESCORE_JOB, JobResults
from services.scoring.model_store import TRAIN_MODEL
from services.scoring.modelling import ModellingService, TrainingOperations
from services.scoring.refresh_job import RefreshJob
from services.scoring.refreshing import REFRESH_SCORES
from services.scoring.schedule import upkeep_on_schedule
from services.scoring.server import ScoringServicer
from services.scoring.server_models import ModelServicer
from services.scoring.service import ScoringService
from services.scoring.settings import ScoringSettings
from services.scoring.shelf import ModelShelf
from services.scoring.subject_store import ScoringSubjects
from services.scoring.upkeep import Upkeep


def build(settings: ScoringSettings) -> ServiceBundle:
    """One worker's service."""
    url = settings.database_url
    migrate(url, service=settings.service)
    db = Database(url, service=settings.service)
    files = ServiceFiles(settings.data_dir)
    shelf = ModelShelf(db, files, settings.loaded_models)
    committer = GroupCommitter(db)
    operations = OperationsServicer(
        TrainingOperations(db), domain=f"leadlight.{settings.service}", metadata=with_jobs(operation_metadata)
    )
    scoring = ScoringServicer(ScoringService(db, shelf), shelf, committer)
    models = ModelServicer(
        ModellingService(db, files, shelf),
        datasets=DatasetService(db, files),
        drift=DriftReporting(db, files),
        exporting=ExportingService(db, files),
        committer=committer,
        operations=operations,
    )
    jobs = JobServicer(settings, committer=committer, operations=operations)
    subjects = SubjectServicer(db, ScoringSubjects(files), committer=committer)
    return ServiceBundle(
        servicers=[
            (scoring_service_pb2_grpc.add_ScoringServiceServicer_to_server, scoring),
            (model_service_pb2_grpc.add_ModelServiceServicer_to_server, models),
            (operations_pb2_grpc.add_OperationsServicer_to_server, operations),
            (job_service_pb2_grpc.add_JobServiceServicer_to_server, jobs),
            (subject_service_pb2_grpc.add_SubjectServiceServicer_to_server, subjects),
        ],
        closers=[committer.close, db.close],
    )


def run_operations(settings: ScoringSettings, stop: threading.Event) -> None:
    """Trains and refreshes, on request and on schedule, until it is told to stop."""
    migrate(settings.database_url, service=settings.service)
    db = Database(settings.database_url, service=settings.service)
    files = ServiceFiles(settings.data_dir)
    shelf = ModelShelf(db, files, settings.loaded_models)
    modelling = ModellingService(db, files, shelf)

    def train_model(context: OperationContext) -> TypedBytes | None:
        # Training's threads sleep while they wait for each other: calls on the same machine need the processor.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        # scikit-learn and SciPy take seconds and over a hundred megabytes: not before there is something to train.
        from services.scoring.training_job import TrainingJob  # noqa: PLC0415

        return TrainingJob(db, files, modelling, shelf)(context)

    handlers: dict[str, Handler] = {
        TRAIN_MODEL: train_model,
        REFRESH_SCORES: RefreshJob(db, shelf),
        RUN_JOB: RunJob(db, settings, {RESCORE_JOB: JobResults(db, shelf)}),
    }
    try:
        with upkeep_on_schedule(Upkeep(db, modelling, DriftReporting(db, files))):
            run(db, handlers, stop)
    finally:
        db.close()
