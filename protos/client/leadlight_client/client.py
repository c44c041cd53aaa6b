"""The services of the suite as attributes, each stub made when it is first used."""

from functools import cached_property
from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import grpc

if TYPE_CHECKING:
    from google.longrunning.operations_pb2_grpc import OperationsStub
    from leadlight.common.v1.job_service_pb2_grpc import JobServiceStub
    from leadlight.conversation.v1.call_service_pb2_grpc import CallServiceStub
    from leadlight.conversation.v1.comment_service_pb2_grpc import CommentServiceStub
    from leadlight.conversation.v1.conversation_service_pb2_grpc import ConversationServiceStub
    from leadlight.conversation.v1.home_service_pb2_grpc import HomeServiceStub
    from leadlight.conversation.v1.tracker_service_pb2_grpc import TrackerServiceStub
    from leadlight.dedupe.v1.dedupe_service_pb2_grpc import DedupeServiceStub
    from leadlight.dedupe.v1.merge_service_pb2_grpc import MergeServiceStub
    from leadlight.dedupe.v1.rule_service_pb2_grpc import RuleServiceStub
    from leadlight.dedupe.v1.scan_service_pb2_grpc import ScanServiceStub
    from leadlight.gateway.v1.ingest_service_pb2_grpc import IngestServiceStub
    from leadlight.gateway.v1.insight_service_pb2_grpc import InsightServiceStub
    from leadlight.gateway.v1.privacy_service_pb2_grpc import PrivacyServiceStub
    from leadlight.gateway.v1.worklist_service_pb2_grpc import WorklistServiceStub
    from leadlight.notes.v1.commitment_service_pb2_grpc import CommitmentServiceStub
    from leadlight.notes.v1.notes_service_pb2_grpc import NotesServiceStub
    from leadlight.qualification.v1.qualification_service_pb2_grpc import QualificationServiceStub
    from leadlight.relationship.v1.activity_service_pb2_grpc import ActivityServiceStub
    from leadlight.relationship.v1.capture_service_pb2_grpc import CaptureServiceStub
    from leadlight.relationship.v1.deal_service_pb2_grpc import DealServiceStub
    from leadlight.relationship.v1.relationship_service_pb2_grpc import RelationshipServiceStub
    from leadlight.relationship.v1.tie_service_pb2_grpc import TieServiceStub
    from leadlight.scoring.v1.model_service_pb2_grpc import ModelServiceStub
    from leadlight.scoring.v1.scoring_service_pb2_grpc import ScoringServiceStub


class Leadlight:
    """The suite behind one channel; a context manager that closes it.

    Through the gateway every service is there, at a service's own address that service alone.

    Attributes:
        channel: For stubs made elsewhere.
    """

    def __init__(self, channel: grpc.Channel) -> None:
        self.channel = channel

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the channel, and with it calls under way."""
        self.channel.close()

    @cached_property
    def scoring(self) -> "ScoringServiceStub":
        """Scores with reasons, and the records that are kept."""
        stub: ScoringServiceStub = self._stub("leadlight.scoring.v1.scoring_service")
        return stub

    @cached_property
    def models(self) -> "ModelServiceStub":
        """Training, publishing and watching models."""
        stub: ModelServiceStub = self._stub("leadlight.scoring.v1.model_service")
        return stub

    @cached_property
    def relationship(self) -> "RelationshipServiceStub":
        """Records' health, trend and who belongs to them."""
        stub: RelationshipServiceStub = self._stub("leadlight.relationship.v1.relationship_service")
        return stub

    @cached_property
    def activities(self) -> "ActivityServiceStub":
        """Mails, meetings and calls in."""
        stub: ActivityServiceStub = self._stub("leadlight.relationship.v1.activity_service")
        return stub

    @cached_property
    def captures(self) -> "CaptureServiceStub":
        """What is seen in mailboxes and calendars, offered to their owners."""
        stub: CaptureServiceStub = self._stub("leadlight.relationship.v1.capture_service")
        return stub

    @cached_property
    def deals(self) -> "DealServiceStub":
        """Pipeline, similar won deals, talking points."""
        stub: DealServiceStub = self._stub("leadlight.relationship.v1.deal_service")
        return stub

    @cached_property
    def ties(self) -> "TieServiceStub":
        """Who knows whom."""
        stub: TieServiceStub = self._stub("leadlight.relationship.v1.tie_service")
        return stub

    @cached_property
    def dedupe(self) -> "DedupeServiceStub":
        """Records and their duplicates."""
        stub: DedupeServiceStub = self._stub("leadlight.dedupe.v1.dedupe_service")
        return stub

    @cached_property
    def scans(self) -> "ScanServiceStub":
        """Looking through everything for duplicates."""
        stub: ScanServiceStub = self._stub("leadlight.dedupe.v1.scan_service")
        return stub

    @cached_property
    def rules(self) -> "RuleServiceStub":
        """Rules and weights of what counts as the same."""
        stub: RuleServiceStub = self._stub("leadlight.dedupe.v1.rule_service")
        return stub

    @cached_property
    def merges(self) -> "MergeServiceStub":
        """Merging, and taking it back."""
        stub: MergeServiceStub = self._stub("leadlight.dedupe.v1.merge_service")
        return stub

    @cached_property
    def qualification(self) -> "QualificationServiceStub":
        """From lead to customer."""
        stub: QualificationServiceStub = self._stub("leadlight.qualification.v1.qualification_service")
        return stub

    @cached_property
    def conversation(self) -> "ConversationServiceStub":
        """What is in a call's transcript."""
        stub: ConversationServiceStub = self._stub("leadlight.conversation.v1.conversation_service")
        return stub

    @cached_property
    def calls(self) -> "CallServiceStub":
        """Calls that are kept."""
        stub: CallServiceStub = self._stub("leadlight.conversation.v1.call_service")
        return stub

    @cached_property
    def comments(self) -> "CommentServiceStub":
        """Comments on calls."""
        stub: CommentServiceStub = self._stub("leadlight.conversation.v1.comment_service")
        return stub

    @cached_property
    def home(self) -> "HomeServiceStub":
        """What customers talk about, and how sellers do."""
        stub: HomeServiceStub = self._stub("leadlight.conversation.v1.home_service")
        return stub

    @cached_property
    def trackers(self) -> "TrackerServiceStub":
        """Phrases that are followed."""
        stub: TrackerServiceStub = self._stub("leadlight.conversation.v1.tracker_service")
        return stub

    @cached_property
    def notes(self) -> "NotesServiceStub":
        """Notes, and what they suggest to do."""
        stub: NotesServiceStub = self._stub("leadlight.notes.v1.notes_service")
        return stub

    @cached_property
    def commitments(self) -> "CommitmentServiceStub":
        """Who owes what by when."""
        stub: CommitmentServiceStub = self._stub("leadlight.notes.v1.commitment_service")
        return stub

    @cached_property
    def ingest(self) -> "IngestServiceStub":
        """Streams of records and activities into all services."""
        stub: IngestServiceStub = self._stub("leadlight.gateway.v1.ingest_service")
        return stub

    @cached_property
    def insights(self) -> "InsightServiceStub":
        """Everything known about a record."""
        stub: InsightServiceStub = self._stub("leadlight.gateway.v1.insight_service")
        return stub

    @cached_property
    def privacy(self) -> "PrivacyServiceStub":
        """Export and erasure of a person."""
        stub: PrivacyServiceStub = self._stub("leadlight.gateway.v1.privacy_service")
        return stub

    @cached_property
    def worklist(self) -> "WorklistServiceStub":
        """What to do next."""
        stub: WorklistServiceStub = self._stub("leadlight.gateway.v1.worklist_service")
        return stub

    @cached_property
    def jobs(self) -> "JobServiceStub":
        """Work on a whole CRM at once."""
        stub: JobServiceStub = self._stub("leadlight.common.v1.job_service")
        return stub

    @cached_property
    def operations(self) -> "OperationsStub":
        """Long-running operations of all services."""
        stub: OperationsStub = self._stub("google.longrunning.operations")
        return stub

    def _stub(self, module: str) -> Any:
        service = module.rpartition(".")[2].title().replace("_", "")
        return getattr(import_module(f"{module}_pb2_grpc"), f"{service}Stub")(self.channel)
