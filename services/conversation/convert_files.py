"""What was found in a call to rows of tables, over the message of the RPC: the values of `conversation analyze`."""

from collections.abc import Iterator, Mapping

from leadlight.conversation.v1 import conversation_service_pb2

from services.common.file_formats.calls import analysis_json
from services.conversation.analysis import Analysis
from services.conversation.convert_analysis import analysis_message
from services.conversation.convert_calls import call_message

Row = Mapping[str, object]
_GROUPS = ("seller", "others")
_LISTS = ("turns", "hits", "entities")


def analysis_rows(analysis: Analysis) -> Iterator[tuple[str, Row]]:
    """Rows of the tables measures, speakers, turns, hits and entities; each names its call.

    A speaker's row is that of the seller's side, of all others, or of one participant.
    """
    told = analysis_json(
        conversation_service_pb2.AnalyzeCallResponse(
            call=call_message(analysis.call), analysis=analysis_message(analysis)
        )
    )
    call = {"call": told["id"]}
    measures = told["measures"]
    yield (
        "measures",
        {**measures, **call, "language": told["language"], "warnings": "; ".join(told["warnings"])},
    )
    for group in _GROUPS:
        if group in measures:
            yield "speakers", {**call, "side": group, **measures[group]}
    for each in measures["participants"]:
        yield "speakers", {**call, "participant": each["participant"], **each["speech"]}
    for table in _LISTS:
        for place, each in enumerate(told[table]):
            # A turn is told by its place; what was found says in which turn.
            yield table, {**call, "turn": place, **each}
