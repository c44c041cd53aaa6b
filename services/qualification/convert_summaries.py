"""Summaries and timelines as protobuf."""

from leadlight.qualification.v1 import summary_pb2

from services.common.server.wire import ref_message, timestamp
from services.qualification.convert_leads import (
    attachment_message,
    disqualification_message,
    qualification_message,
)
from services.qualification.convert_plans import plain_status
from services.qualification.lead import Event
from services.qualification.service import Timeline
from services.qualification.store import TimelineEntry
from services.qualification.summary import Sentence, Summary, Topic

_TOPIC_NUMBERS = {topic: summary_pb2.SummaryTopic.Value(f"SUMMARY_TOPIC_{topic.name}") for topic in Topic}
_EVENT_NUMBERS = {event: summary_pb2.TimelineEvent.Value(f"TIMELINE_EVENT_{event.name}") for event in Event}


def summary_message(summary: Summary) -> summary_pb2.LeadSummary:
    """What is known of a lead."""
    return summary_pb2.LeadSummary(
        sentences=[_sentence_message(each) for each in summary.sentences],
        language=summary.language,
        unavailable=[
            summary_pb2.UnavailablePart(service=each.service, status=plain_status(each.code, each.message))
            for each in summary.missing
        ],
    )


def _sentence_message(sentence: Sentence) -> summary_pb2.SummarySentence:
    source = sentence.citation
    return summary_pb2.SummarySentence(
        topic=_TOPIC_NUMBERS[sentence.topic],
        text=sentence.text,
        citation=summary_pb2.Citation(service=source.service, resource=source.resource, fields=source.fields),
    )


def timeline_message(timeline: Timeline) -> summary_pb2.ListTimelineResponse:
    """What happened to a lead."""
    message = summary_pb2.ListTimelineResponse(
        entries=[_entry_message(entry) for entry in timeline.entries.rows],
        next_page_token=timeline.entries.next_page_token,
        attachments=[attachment_message(each) for each in timeline.attachments],
    )
    if timeline.carried_over_from is not None:
        message.carried_over_from.CopyFrom(ref_message(timeline.carried_over_from))
    return message


def _entry_message(entry: TimelineEntry) -> summary_pb2.TimelineEntry:
    message = summary_pb2.TimelineEntry(
        event=_EVENT_NUMBERS[entry.event], event_time=timestamp(entry.happened_at), actor=entry.actor
    )
    if entry.qualification is not None:
        message.qualification.CopyFrom(qualification_message(entry.qualification))
    if entry.summary is not None:
        message.summary.CopyFrom(summary_message(entry.summary))
    if entry.disqualification is not None:
        message.disqualification.CopyFrom(disqualification_message(entry.disqualification))
    return message
