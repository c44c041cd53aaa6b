"""What was found in a call, as protobuf."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from leadlight.conversation.v1 import analysis_pb2, tracker_pb2

from services.common.server.wire import optional_timestamp
from services.conversation.analysis import Analysis, CustomerSentiment
from services.conversation.commitments import Commitment, Due
from services.conversation.entities.names import Name
from services.conversation.measures import Measures, Speech
from services.conversation.sentiment.sentiment import Tone


def analysis_message(analysis: Analysis) -> analysis_pb2.Analysis:
    """An analysis without its call."""
    return analysis_pb2.Analysis(
        warnings=analysis.warnings,
        measures=_measures(analysis.measures),
        turn_sentiments=[
            analysis_pb2.TurnSentiment(turn=place, tone=tone_number(each.tone), score=each.score)
            for place, each in enumerate(analysis.sentiments)
            if each is not None
        ],
        customer_sentiment=_customer_sentiment(analysis.customer_sentiment),
        entities=_entities(analysis.names),
        brands=[
            analysis_pb2.Brand(name=each.name, key=each.key, entities=_entities(each.mentions))
            for each in analysis.brands
        ],
        hits=[
            analysis_pb2.Hit(
                tracker=each.hit.tracker_id,
                kind=_number(tracker_pb2.TrackerKind, "TRACKER_KIND", each.hit.kind),
                turn=each.utterance,
                start=each.hit.start,
                end=each.hit.end,
                start_ms=each.start_ms,
            )
            for each in analysis.hits
        ],
        mentions=[
            analysis_pb2.Mention(
                kind=_number(analysis_pb2.MentionKind, "MENTION_KIND", each.kind),
                turn=each.utterance,
                start=each.start,
                end=each.end,
            )
            for each in analysis.mentions
        ],
        keywords=[analysis_pb2.Keyword(text=each.text, count=each.count) for each in analysis.keywords],
        segments=[
            analysis_pb2.Segment(
                topic=_number(analysis_pb2.Topic, "TOPIC", each.topic),
                first_turn=each.first,
                last_turn=each.last,
                start_ms=each.start_ms,
                end_ms=each.end_ms,
            )
            for each in analysis.segments
        ],
        highlights=[
            analysis_pb2.Highlight(
                turn=each.utterance,
                start=each.start,
                end=each.end,
                text=each.text,
                start_ms=each.start_ms,
                reason=_number(analysis_pb2.HighlightReason, "HIGHLIGHT_REASON", each.reason),
            )
            for each in analysis.highlights
        ],
        short_call=_number(analysis_pb2.ShortCallTag, "SHORT_CALL_TAG", analysis.short_call)
        if analysis.short_call
        else analysis_pb2.SHORT_CALL_TAG_UNSPECIFIED,
        summary=[
            analysis_pb2.SummaryLine(heading=each.heading, text=each.text, turns=each.utterances)
            for each in analysis.summary
        ],
        commitments=[_commitment(each) for each in analysis.commitments],
        missing_parts=[
            _number(analysis_pb2.AnalysisPart, "ANALYSIS_PART", each) for each in analysis.missing
        ],
    )


def tone_number(tone: Tone) -> analysis_pb2.Tone.ValueType:
    """A tone as the protos number it."""
    return analysis_pb2.Tone.Value(f"TONE_{tone.name}")


def _number(enum: Any, prefix: str, value: StrEnum) -> Any:
    """The number of a value whose name is the prefix and its own name here."""
    return enum.Value(f"{prefix}_{value.name}")


def _commitment(commitment: Commitment) -> analysis_pb2.Commitment:
    due = commitment.due or Due("")
    return analysis_pb2.Commitment(
        turn=commitment.utterance,
        start=commitment.start,
        end=commitment.end,
        owner=commitment.owner_id,
        what=commitment.what,
        due_time=optional_timestamp(due.at),
        date_only=due.date_only,
        time_zone=due.time_zone,
        due_text=due.text,
    )


def _entities(names: Iterable[Name]) -> list[analysis_pb2.Entity]:
    return [
        analysis_pb2.Entity(
            turn=each.utterance, start=each.start, end=each.end, label=each.label, text=each.text
        )
        for each in names
    ]


def _customer_sentiment(sentiment: CustomerSentiment) -> analysis_pb2.CustomerSentiment:
    return analysis_pb2.CustomerSentiment(
        score=sentiment.score,
        positive_count=sentiment.tones.get(Tone.POSITIVE, 0),
        neutral_count=sentiment.tones.get(Tone.NEUTRAL, 0),
        negative_count=sentiment.tones.get(Tone.NEGATIVE, 0),
    )


def _measures(measures: Measures) -> analysis_pb2.Measures:
    return analysis_pb2.Measures(
        duration_ms=measures.duration_ms,
        turn_count=measures.turns,
        talk_percent=measures.talk_percent,
        listen_percent=measures.listen_percent,
        switches=measures.switches,
        switches_per_hour=measures.switches_per_hour,
        pause_before_speaking_ms=measures.pause_before_speaking_ms,
        longest_customer_monologue_ms=measures.longest_customer_monologue_ms,
        longest_seller_monologue_ms=measures.longest_seller_monologue_ms,
        interruptions=measures.interruptions,
        speed_unit=measures.speed_unit,
        seller=_speech(measures.seller) if measures.seller else None,
        others=_speech(measures.others) if measures.others else None,
        participants=[
            analysis_pb2.ParticipantSpeech(participant=participant_id, speech=_speech(speech))
            for participant_id, speech in measures.participants.items()
        ],
    )


def _speech(speech: Speech) -> analysis_pb2.Speech:
    return analysis_pb2.Speech(
        speech_ms=speech.speech_ms,
        words=speech.words,
        words_per_minute=speech.words_per_minute,
        questions=speech.questions,
        fillers=speech.fillers,
        longest_turn_ms=speech.longest_turn_ms,
    )
