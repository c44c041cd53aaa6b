"""The servicer: each RPC in a few lines, from protobuf to a use case and back."""

from collections.abc import Iterator

import grpc
from leadlight.conversation.v1 import conversation_service_pb2 as service_pb2
from leadlight.conversation.v1 import conversation_service_pb2_grpc, settings_pb2

from services.common.context import current_tenant
from services.common.group_commit import GroupCommitter
from services.common.server.handlers import checks_each_request
from services.common.server.results import results
from services.conversation.analysis import Context as CallContext
from services.conversation.analysis import analyze
from services.conversation.commitments import DueReader
from services.conversation.convert_analysis import analysis_message, tone_number
from services.conversation.convert_calls import call_message, call_of, file_call, trackers_of
from services.conversation.convert_settings import settings_change, settings_message
from services.conversation.sentiment.sentiment import judge
from services.conversation.settings_service import SettingsService
from services.conversation.trackers import TrackerMatcher

Context = grpc.ServicerContext
DOMAIN = "leadlight.conversation"


class ConversationServicer(conversation_service_pb2_grpc.ConversationServiceServicer):
    """`leadlight.conversation.v1.ConversationService`.

    Args:
        settings: What tenants set.
        due_reader: Says by when promises are due.
        committer: The worker's writes.
    """

    def __init__(
        self, settings: SettingsService, *, due_reader: DueReader, committer: GroupCommitter
    ) -> None:
        self._settings = settings
        self._due_reader = due_reader
        self._committer = committer

    def AnalyzeCall(
        self, request: service_pb2.AnalyzeCallRequest, context: Context
    ) -> service_pb2.AnalyzeCallResponse:
        """Says what is in a call."""
        if request.WhichOneof("source") == "file":
            call = file_call(request.file, "file")
        else:
            call = call_of(request.call, "call")
        trackers = trackers_of(request.trackers)
        tracked = [phrase for each in trackers for phrase in each.phrases]
        settings = self._settings.recent(current_tenant())
        analysis = analyze(
            call,
            CallContext(
                trackers=TrackerMatcher(trackers),
                tracked=tracked,
                organisations=settings.organisations,
                without_consent=settings.without_consent,
                due_reader=self._due_reader,
            ),
        )
        return service_pb2.AnalyzeCallResponse(
            call=call_message(analysis.call), analysis=analysis_message(analysis)
        )

    def AnalyzeSentiment(
        self, request: service_pb2.AnalyzeSentimentRequest, context: Context
    ) -> service_pb2.AnalyzeSentimentResponse:
        """Says how texts sound."""
        return service_pb2.AnalyzeSentimentResponse(sentiments=map(_sentiment, request.texts))

    @checks_each_request
    def AnalyzeSentimentStream(
        self, request_iterator: Iterator[service_pb2.AnalyzeSentimentStreamRequest], context: Context
    ) -> Iterator[service_pb2.AnalyzeSentimentStreamResponse]:
        """Says how texts sound as they come; each gets its own result."""

        def fill(
            request: service_pb2.AnalyzeSentimentStreamRequest,
            result: service_pb2.AnalyzeSentimentStreamResponse,
        ) -> None:
            result.sentiment.CopyFrom(_sentiment(request.text))

        yield from results(request_iterator, service_pb2.AnalyzeSentimentStreamResponse, fill, domain=DOMAIN)

    def GetConversationSettings(
        self, request: settings_pb2.GetConversationSettingsRequest, context: Context
    ) -> settings_pb2.ConversationSettings:
        """Returns what the tenant set."""
        return settings_message(self._settings.get(current_tenant()))

    def UpdateConversationSettings(
        self, request: settings_pb2.UpdateConversationSettingsRequest, context: Context
    ) -> settings_pb2.ConversationSettings:
        """Sets it."""
        change = settings_change(request)
        after = self._committer.submit(
            current_tenant(), lambda session: self._settings.update(session, change.applied_to)
        )
        self._settings.changed(current_tenant())
        return settings_message(after)


def _sentiment(text: service_pb2.SentimentText) -> service_pb2.TextSentiment:
    found = judge(text.text, text.language)
    return service_pb2.TextSentiment(tone=tone_number(found.tone), score=found.score)
