"""The servicer of texts, notes and settings: each RPC in a few lines, from protobuf to a use case and back."""

from collections.abc import Iterator

import grpc
from google.longrunning import operations_pb2
from google.protobuf.empty_pb2 import Empty
from leadlight.notes.v1 import (
    note_pb2,
    notes_service_pb2,
    notes_service_pb2_grpc,
    settings_pb2,
    suggestion_pb2,
)

from services.common.context import current_tenant
from services.common.db import TenantSession
from services.common.errors import invalid_argument
from services.common.group_commit import GroupCommitter
from services.common.operations.servicer import OperationsServicer
from services.common.server.handlers import checks_each_request
from services.common.server.results import results
from services.common.server.wire import ref, storable
from services.common.server.writes import write
from services.notes import convert_notes, convert_settings, convert_suggestions, convert_texts
from services.notes.actions.suggestion import SuggestionKind
from services.notes.history import HistoryOrder, ask_for_history
from services.notes.note import State
from services.notes.preferences import PreferenceService
from services.notes.service import NotesService

Context = grpc.ServicerContext
DOMAIN = "leadlight.notes"


class NotesServicer(notes_service_pb2_grpc.NotesServiceServicer):
    """`leadlight.notes.v1.NotesService`.

    Args:
        service: The use cases around texts and notes.
        preferences: Those around settings and offers.
        committer: The worker's writes.
        operations: Shows the operations that are started here.
    """

    def __init__(
        self,
        service: NotesService,
        *,
        preferences: PreferenceService,
        committer: GroupCommitter,
        operations: OperationsServicer,
    ) -> None:
        self._service = service
        self._preferences = preferences
        self._committer = committer
        self._operations = operations

    def ResolveTimes(
        self, request: notes_service_pb2.ResolveTimesRequest, context: Context
    ) -> notes_service_pb2.ResolveTimesResponse:
        """Finds every expression of time in a text."""
        return self._resolve(request, "")

    @checks_each_request
    def ResolveTimesStream(
        self, request_iterator: Iterator[notes_service_pb2.ResolveTimesStreamRequest], context: Context
    ) -> Iterator[notes_service_pb2.ResolveTimesStreamResponse]:
        """Resolves texts as they come; each gets its own result."""

        def fill(
            request: notes_service_pb2.ResolveTimesStreamRequest,
            result: notes_service_pb2.ResolveTimesStreamResponse,
        ) -> None:
            result.response.CopyFrom(self._resolve(request.request, "request."))

        yield from results(
            request_iterator, notes_service_pb2.ResolveTimesStreamResponse, fill, domain=DOMAIN
        )

    def SuggestActions(
        self, request: notes_service_pb2.SuggestActionsRequest, context: Context
    ) -> notes_service_pb2.SuggestActionsResponse:
        """Says what to create from a note."""
        return self._suggest(request, "")

    @checks_each_request
    def SuggestActionsStream(
        self, request_iterator: Iterator[notes_service_pb2.SuggestActionsStreamRequest], context: Context
    ) -> Iterator[notes_service_pb2.SuggestActionsStreamResponse]:
        """Analyses notes as they come; each gets its own result."""

        def fill(
            request: notes_service_pb2.SuggestActionsStreamRequest,
            result: notes_service_pb2.SuggestActionsStreamResponse,
        ) -> None:
            result.response.CopyFrom(self._suggest(request.request, "request."))

        yield from results(
            request_iterator, notes_service_pb2.SuggestActionsStreamResponse, fill, domain=DOMAIN
        )

    def _resolve(
        self, request: notes_service_pb2.ResolveTimesRequest, prefix: str
    ) -> notes_service_pb2.ResolveTimesResponse:
        text = convert_texts.text(request, current_tenant(), self._service, prefix)
        return convert_texts.times_response(self._service.resolve_times(text), text.time_zone)

    def _suggest(
        self, request: notes_service_pb2.SuggestActionsRequest, prefix: str
    ) -> notes_service_pb2.SuggestActionsResponse:
        tenant = current_tenant()
        text = convert_texts.text(request, tenant, self._service, prefix)
        return convert_texts.actions_response(self._service.suggest_actions(tenant, text), text.time_zone)

    def CreateNote(self, request: note_pb2.CreateNoteRequest, context: Context) -> note_pb2.Note:
        """Stores a note and analyses it."""
        note = convert_notes.new_note(request)
        prepared = None if request.skip_analysis else self._service.prepare(current_tenant(), note)

        def effect(session: TenantSession) -> note_pb2.Note:
            stored = self._service.create_note(session, note, prepared, store_it=not request.validate_only)
            return convert_notes.note_message(stored)

        return write(self._committer, request, note_pb2.Note, effect)

    def GetNote(self, request: note_pb2.GetNoteRequest, context: Context) -> note_pb2.Note:
        """Returns one note with its suggestions."""
        note = self._service.get_note(current_tenant(), convert_notes.note_id(request.name))
        return convert_notes.note_message(note)

    def ListNotes(self, request: note_pb2.ListNotesRequest, context: Context) -> note_pb2.ListNotesResponse:
        """Lists notes, the last written first."""
        page = self._service.list_notes(
            current_tenant(),
            ref(request.ref, "ref") if request.HasField("ref") else None,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        notes = [convert_notes.note_message(note) for note in page.rows]
        return note_pb2.ListNotesResponse(notes=notes, next_page_token=page.next_page_token)

    def UpdateNote(self, request: note_pb2.UpdateNoteRequest, context: Context) -> note_pb2.Note:
        """Changes a note and analyses it again."""
        note_id, change = convert_notes.note_change(request)
        prepared = self._service.prepare_change(current_tenant(), note_id, change)

        def effect(session: TenantSession) -> note_pb2.Note:
            note = self._service.update_note(
                session, note_id, change, prepared, store_it=not request.validate_only
            )
            return convert_notes.note_message(note)

        return write(self._committer, request, note_pb2.Note, effect)

    def DeleteNote(self, request: note_pb2.DeleteNoteRequest, context: Context) -> Empty:
        """Deletes one note with its suggestions."""
        note_id = convert_notes.note_id(request.name)
        self._committer.submit(current_tenant(), lambda session: self._service.delete_note(session, note_id))
        return Empty()

    def AnalyzeHistory(
        self, request: note_pb2.AnalyzeHistoryRequest, context: Context
    ) -> operations_pb2.Operation:
        """Starts an analysis of the stored notes, or shows the one that is under way."""
        order = HistoryOrder(request.only_unanalyzed)

        def effect(session: TenantSession) -> operations_pb2.Operation:
            if request.validate_only:
                return operations_pb2.Operation(done=True)
            return self._operations.message(ask_for_history(session, order))

        return write(self._committer, request, operations_pb2.Operation, effect)

    def ListSuggestions(
        self, request: suggestion_pb2.ListSuggestionsRequest, context: Context
    ) -> suggestion_pb2.ListSuggestionsResponse:
        """Lists suggestions of one note, of a record's notes, or of all."""
        note_id = convert_notes.note_id(request.parent)
        if request.HasField("ref") and note_id != "-":
            raise invalid_argument("ref", "goes with the parent `notes/-`")
        page = self._service.list_suggestions(
            current_tenant(),
            None if note_id == "-" else note_id,
            ref=ref(request.ref, "ref") if request.HasField("ref") else None,
            states=convert_suggestions.states(request.states),
            kinds=convert_suggestions.kinds(request.kinds),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        suggestions = [convert_suggestions.stored_suggestion_message(each) for each in page.rows]
        return suggestion_pb2.ListSuggestionsResponse(
            suggestions=suggestions, next_page_token=page.next_page_token
        )

    def AcceptSuggestion(
        self, request: suggestion_pb2.AcceptSuggestionRequest, context: Context
    ) -> suggestion_pb2.Suggestion:
        """Says that a suggestion was created."""
        created_record = storable(request.created_record, "created_record")
        return self._decide(request.name, State.ACCEPTED, created_record)

    def DismissSuggestion(
        self, request: suggestion_pb2.DismissSuggestionRequest, context: Context
    ) -> suggestion_pb2.Suggestion:
        """Says that a suggestion is not wanted."""
        return self._decide(request.name, State.DISMISSED, "")

    def _decide(self, name: str, state: State, created_record: str) -> suggestion_pb2.Suggestion:
        note_id, number = convert_suggestions.suggestion_name(name)
        decided = self._committer.submit(
            current_tenant(),
            lambda session: self._service.decide(session, note_id, number, state, created_record),
        )
        self._preferences.changed(current_tenant())
        return convert_suggestions.stored_suggestion_message(decided)

    def GetNotesSettings(
        self, request: settings_pb2.GetNotesSettingsRequest, context: Context
    ) -> settings_pb2.NotesSettings:
        """Returns what the tenant's words of time mean."""
        return convert_settings.settings_message(self._preferences.stored(current_tenant()).settings)

    def UpdateNotesSettings(
        self, request: settings_pb2.UpdateNotesSettingsRequest, context: Context
    ) -> settings_pb2.NotesSettings:
        """Sets what the tenant's words of time mean."""
        change = convert_settings.settings_change(request)
        settings = self._committer.submit(
            current_tenant(),
            lambda session: self._preferences.update_settings(session, change.applied_to),
        )
        self._preferences.changed(current_tenant())
        return convert_settings.settings_message(settings)

    def GetOfferSettings(
        self, request: settings_pb2.GetOfferSettingsRequest, context: Context
    ) -> settings_pb2.OfferSettings:
        """Says how the tenant's decisions move what it is offered."""
        return convert_settings.offers_message(self._preferences.offers(current_tenant()))

    def ResetOfferSettings(
        self, request: settings_pb2.ResetOfferSettingsRequest, context: Context
    ) -> settings_pb2.OfferSettings:
        """Forgets the decisions about some kinds."""
        kinds = convert_suggestions.kinds(request.kinds) or list(SuggestionKind)
        offers = self._committer.submit(
            current_tenant(), lambda session: self._preferences.reset_offers(session, kinds)
        )
        self._preferences.changed(current_tenant())
        return convert_settings.offers_message(offers)
