"""A kind that a tenant dismisses most of the time is offered less; one can see it and take it back."""

import pytest
from leadlight.notes.v1 import settings_pb2, suggestion_pb2

from services.notes import preference_store
from services.notes.actions.suggestion import SuggestionKind
from services.notes.offers import Offer
from tests.contract.served import Client
from tests.integration.notes.conftest import Notes
from tests.integration.notes.test_notes import accept, dismiss
from tests.integration.notes.world import CALL, MEETING, actions, create

PHONE_CALL = suggestion_pb2.SUGGESTION_KIND_PHONE_CALL
SUGGEST = "NotesService.SuggestActions"


def call_offer(client: Client) -> settings_pb2.KindOffer:
    offers = client.call("NotesService.GetOfferSettings", settings_pb2.GetOfferSettingsRequest())
    assert [each.kind for each in offers.kinds] == [
        kind for kind in suggestion_pb2.SuggestionKind.values() if kind
    ]
    found: settings_pb2.KindOffer = next(each for each in offers.kinds if each.kind == PHONE_CALL)
    return found


def counts(client: Client) -> tuple[int, int]:
    offer = call_offer(client)
    return offer.accepted_count, offer.dismissed_count


def test_decisions_are_counted_once_and_change_sides(client: Client) -> None:
    note = client.call("NotesService.CreateNote", create(CALL, "n1"))
    dismiss(client, note, 1)
    dismiss(client, note, 1)
    assert counts(client) == (0, 1)
    accept(client, note, 1)
    assert counts(client) == (1, 0)
    reset = client.call(
        "NotesService.ResetOfferSettings", settings_pb2.ResetOfferSettingsRequest(kinds=[PHONE_CALL])
    )
    assert reset.kinds[PHONE_CALL - 1].HasField("reset_time")
    assert counts(client) == (0, 0)
    # What was decided before the reset is forgotten: it is not taken back from the new counts.
    dismiss(client, note, 1)
    assert counts(client) == (0, 1)


def test_a_kind_that_is_dismissed_most_of_the_time_is_offered_less_until_a_reset(client: Client) -> None:
    for number in range(24):
        note = client.call("NotesService.CreateNote", create(CALL, f"n{number}"))
        assert note.suggestions, f"withheld after {number} dismissals"
        dismiss(client, note, 1)
        if number == 18:
            assert call_offer(client).minimum_confidence == 0
        if call_offer(client).minimum_confidence > note.suggestions[0].confidence:
            break
    else:
        raise AssertionError("24 dismissals in a row have no effect")
    offer = call_offer(client)
    assert offer.dismissed_count == 20
    assert offer.minimum_confidence > offer.mean_confidence == pytest.approx(note.suggestions[0].confidence)
    withheld = client.call("NotesService.CreateNote", create(f"{CALL} {MEETING}", "withheld"))
    assert withheld.withheld_count == 1
    assert [each.kind for each in withheld.suggestions] == [suggestion_pb2.SUGGESTION_KIND_APPOINTMENT]
    stateless = client.call(SUGGEST, actions(CALL))
    assert (list(stateless.suggestions), stateless.withheld_count) == ([], 1)
    client.call("NotesService.ResetOfferSettings", settings_pb2.ResetOfferSettingsRequest())
    assert len(client.call(SUGGEST, actions(CALL)).suggestions) == 1


def test_another_tenants_decisions_have_no_effect(notes: Notes, client: Client) -> None:
    with notes.db.write(client.tenant) as session:
        preference_store.write_offer(session, Offer(SuggestionKind.PHONE_CALL, 0, 1000, 700.0))
    assert call_offer(client).minimum_confidence == pytest.approx(0.999)
    other = notes.served.client(f"{client.tenant}-other")
    assert call_offer(other).minimum_confidence == 0
    assert other.call(SUGGEST, actions(CALL)).suggestions


def test_resetting_what_has_no_decisions_changes_nothing(client: Client) -> None:
    before = client.call("NotesService.GetOfferSettings", settings_pb2.GetOfferSettingsRequest())
    assert client.call("NotesService.ResetOfferSettings", settings_pb2.ResetOfferSettingsRequest()) == before
