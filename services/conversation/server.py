"""The servicer: each RPC in a few lines, from protobuf to a use case and back."""

from collections.abc import Iterator

import grpc
from leadlight.conversation.v1 import conversation_service_pb2 as service_pb2
from leadlight.conversation.v1 import conversation_service_pb2_grpc

from services.common.server.handlers import checks_each_request
from services.common.server.results import results
from services.conversation.analysis import Context as CallContext
from services.conversation.analysis import analyze
from services.conversation.convert_analysis import analysis_message, tone_number
from services.conversation.convert_calls import call_message, call_of, file_call, trackers_of
from services.conversation.sentiment.sentiment import judge
from services.conversation.trackers import TrackerMatcher

Context = grpc.ServicerContext
DOMAIN = "leadlight.conversation"


class ConversationServicer(conversation_service_pb2_grpc.ConversationServiceServicer):
    """`leadlight.conversation.v1.ConversationService`."""

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
        analysis = analyze(call, CallContext(trackers=TrackerMatcher(trackers), tracked=tracked))
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


def _sentiment(text: service_pb2.SentimentText) -> service_pb2.TextSentiment:
    found = judge(text.text, text.language)
    return service_pb2.TextSentiment(tone=tone_number(found.tone), score=found.score)
