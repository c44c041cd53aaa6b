"""Reads and writes tenants' settings and their decisions about kinds of suggestions."""

from pydantic import TypeAdapter
from sqlmodel import select

from services.common.db import TenantReader, TenantSession
from services.notes.actions.suggestion import SuggestionKind
from services.notes.models import OfferRow, TenantSettingsRow
from services.notes.note import State, StoredSuggestion
from services.notes.offers import Offer
from services.notes.tenant_settings import Preferences, TenantSettings
from services.notes.times.conventions import Conventions

_CONVENTIONS = TypeAdapter(Conventions)


def preferences(session: TenantReader) -> Preferences:
    """All that an analysis needs to know of the tenant."""
    minima = {offer.kind: offer.minimum_confidence for offer in offers(session)}
    return Preferences(tenant_settings(session), minima)


def tenant_settings(session: TenantReader) -> TenantSettings:
    """What the tenant set, or the defaults."""
    row = session.get(TenantSettingsRow)
    if row is None:
        return TenantSettings()
    return TenantSettings(_CONVENTIONS.validate_python(row.conventions), row.time_zone, row.updated_at)


def write_tenant_settings(session: TenantSession, settings: TenantSettings) -> None:
    """Stores what the tenant set."""
    session.upsert_rows(TenantSettingsRow, [_settings_row(settings)])


def lock_tenant(session: TenantSession) -> None:
    """Makes other transactions that do so wait for this one: for what must happen once at a time."""
    session.upsert_rows(TenantSettingsRow, [_settings_row(TenantSettings())], update=[])
    session.get(TenantSettingsRow, for_update=True)


def offers(session: TenantReader, *, for_update: bool = False) -> list[Offer]:
    """The tenant's decisions about each kind, in the kinds' order."""
    query = select(OfferRow)
    rows = {row.kind: row for row in session.exec(query.with_for_update() if for_update else query)}
    return [_offer(kind, rows.get(kind)) for kind in SuggestionKind]


def write_offer(session: TenantSession, offer: Offer) -> None:
    """Stores the decisions about one kind."""
    session.upsert_rows(OfferRow, [_offer_row(offer)])


def count_decision(session: TenantSession, before: StoredSuggestion, after: StoredSuggestion) -> None:
    """Counts a decision, and takes back the one that it replaces unless that was forgotten since."""
    kind, confidence = after.suggestion.kind, after.suggestion.confidence
    session.upsert_rows(OfferRow, [_offer_row(Offer(kind))], update=[])
    offer = _offer(kind, session.get(OfferRow, for_update=True, kind=kind))
    counts = {State.ACCEPTED: offer.accepted, State.DISMISSED: offer.dismissed}
    confidences = offer.confidences
    if before.decided_at is not None and (offer.reset_at is None or before.decided_at > offer.reset_at):
        counts[before.state] -= 1
        confidences -= confidence
    counts[after.state] += 1
    confidences += confidence
    write_offer(
        session, Offer(kind, counts[State.ACCEPTED], counts[State.DISMISSED], confidences, offer.reset_at)
    )


def _offer(kind: SuggestionKind, row: OfferRow | None) -> Offer:
    if row is None:
        return Offer(kind)
    return Offer(kind, row.accepted, row.dismissed, row.confidences, row.reset_at)


def _offer_row(offer: Offer) -> dict[str, object]:
    return {
        "kind": offer.kind,
        "accepted": offer.accepted,
        "dismissed": offer.dismissed,
        "confidences": offer.confidences,
        "reset_at": offer.reset_at,
    }


def _settings_row(settings: TenantSettings) -> dict[str, object]:
    return {
        "conventions": _CONVENTIONS.dump_python(settings.conventions, mode="json"),
        "time_zone": settings.time_zone,
        "updated_at": settings.updated_at,
    }
