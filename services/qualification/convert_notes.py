"""The notes service: what notes on a lead suggest, and which notes stand on a record."""

from collections.abc import Sequence

import grpc
from leadlight.notes.v1 import note_pb2, notes_service_pb2_grpc, suggestion_pb2

from services.common.peers import peer_error
from services.common.records import RecordRef
from services.common.server.wire import ref_message
from services.qualification.rules import BuiltOn
from services.qualification.summary import MOST_SUGGESTIONS, SuggestionFact

SERVICE = "notes"
_FACT_S = 2.0
_ANSWER_S = 5.0
_NEWEST_NOTES = 10
_MOST_BUILT = 100


class NotesPeer:
    """The notes service, as qualification needs it.

    Args:
        channel: To it.
    """

    def __init__(self, channel: grpc.Channel) -> None:
        self._notes = notes_service_pb2_grpc.NotesServiceStub(channel)

    def suggestions(self, ref: RecordRef) -> Sequence[SuggestionFact]:
        """What the newest notes on a lead suggest and nobody decided on, the newest note first.

        Raises:
            LeadlightError: UNAVAILABLE when it does not answer.
        """
        found: list[SuggestionFact] = []
        try:
            for note in self._notes_on(ref, _NEWEST_NOTES, _FACT_S):
                if len(found) >= MOST_SUGGESTIONS:
                    break
                request = suggestion_pb2.ListSuggestionsRequest(
                    parent=note.name,
                    states=[suggestion_pb2.SUGGESTION_STATE_OPEN],
                    page_size=MOST_SUGGESTIONS,
                )
                response = self._notes.ListSuggestions(request, timeout=_FACT_S)
                found += [SuggestionFact(each.name, each.title) for each in response.suggestions]
        except grpc.RpcError as error:
            raise peer_error(error, SERVICE) from error
        return found[:MOST_SUGGESTIONS]

    def built_on(self, refs: Sequence[RecordRef]) -> Sequence[BuiltOn]:
        """Notes that were written on records.

        Raises:
            LeadlightError: UNAVAILABLE when it does not answer.
        """
        try:
            return [
                BuiltOn(on, "note", note.name)
                for on in refs
                for note in self._notes_on(on, _MOST_BUILT, _ANSWER_S)
            ]
        except grpc.RpcError as error:
            raise peer_error(error, SERVICE) from error

    def _notes_on(self, ref: RecordRef, most: int, timeout_s: float) -> Sequence[note_pb2.Note]:
        request = note_pb2.ListNotesRequest(ref=ref_message(ref), page_size=most)
        return self._notes.ListNotes(request, timeout=timeout_s).notes
