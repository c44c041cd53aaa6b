"""What callers do with a tenant's settings and mappings."""

from collections.abc import Callable
from dataclasses import replace

from services.common.db import Database, TenantSession, utc_now
from services.common.errors import Code, LeadlightError, Reason, failed_precondition, not_found
from services.common.paging import Page, page_of
from services.common.records import RecordKind
from services.qualification import settings_store as store
from services.qualification.mapping import BUILT_IN, MOST_OWN, FieldMapping, mappings
from services.qualification.tenant_settings import TenantSettings


class PreferenceService:
    """Use cases around settings and mappings.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def settings(self, tenant: str) -> TenantSettings:
        """How the tenant qualifies leads."""
        with self._db.read(tenant) as session:
            return store.tenant_settings(session)

    def update_settings(
        self, session: TenantSession, change: Callable[[TenantSettings], TenantSettings]
    ) -> TenantSettings:
        """Changes how the tenant qualifies leads.

        Raises:
            LeadlightError: INVALID_ARGUMENT when the settings do not go together.
        """
        store.lock_tenant(session)
        before = store.tenant_settings(session)
        after = change(before).checked()
        if after != before:
            after = replace(after, updated_at=utc_now())
            store.write_tenant_settings(session, after)
        return after

    def mapping(self, tenant: str, mapping_id: str) -> FieldMapping:
        """One mapping.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        with self._db.read(tenant) as session:
            return _mapping(store.own_sources(session), mapping_id)

    def list_mappings(
        self, tenant: str, kind: RecordKind | None, *, page_size: int, page_token: str
    ) -> Page[FieldMapping]:
        """A page of mappings, by id."""
        with self._db.read(tenant) as session:
            found = [each for each in store.tenant_mappings(session) if kind in (None, each.kind)]
        return page_of(
            found,
            lambda each: each.id,
            tenant=tenant,
            page_size=page_size,
            page_token=page_token,
            scope=["mappings", kind or ""],
        )

    def create_mapping(
        self, session: TenantSession, mapping: FieldMapping, *, store_it: bool = True
    ) -> FieldMapping:
        """Adds a mapping.

        Raises:
            LeadlightError: ALREADY_EXISTS for a target that has one, RESOURCE_EXHAUSTED
                (MAPPING_LIMIT_REACHED).
        """
        store.lock_tenant(session)
        own = store.own_sources(session)
        if mapping.id in own or mapping.id in BUILT_IN:
            raise LeadlightError(
                Code.ALREADY_EXISTS,
                Reason.RESOURCE_EXISTS,
                f"the {mapping.kind}'s field {mapping.target!r} has a mapping already; change that",
                metadata={"resource": "field mapping", "name": mapping.id},
            )
        if len(own) >= MOST_OWN:
            raise LeadlightError(
                Code.RESOURCE_EXHAUSTED,
                Reason.MAPPING_LIMIT_REACHED,
                f"a tenant has at most {MOST_OWN} mappings of its own; delete one first",
                metadata={"limit": str(MOST_OWN)},
            )
        if store_it:
            store.write_source(session, mapping.id, mapping.source)
        return mapping

    def update_mapping(
        self, session: TenantSession, mapping_id: str, source: str, *, store_it: bool = True
    ) -> FieldMapping:
        """Gives a mapping another source.

        Raises:
            LeadlightError: NOT_FOUND, FAILED_PRECONDITION (MAPPING_BUILT_IN) for one that is fixed.
        """
        store.lock_tenant(session)
        own = store.own_sources(session)
        before = _mapping(own, mapping_id)
        if before.fixed:
            raise _built_in(mapping_id, "it cannot be changed")
        own.pop(mapping_id, None)
        back = mapping_id in BUILT_IN and BUILT_IN[mapping_id].source == source
        if store_it and back:
            store.delete_source(session, mapping_id)
        elif store_it:
            store.write_source(session, mapping_id, source)
        return _mapping(own if back else {**own, mapping_id: source}, mapping_id)

    def delete_mapping(self, session: TenantSession, mapping_id: str) -> None:
        """Deletes a mapping of the tenant's own.

        Raises:
            LeadlightError: NOT_FOUND, FAILED_PRECONDITION (MAPPING_BUILT_IN).
        """
        store.lock_tenant(session)
        if _mapping(store.own_sources(session), mapping_id).built_in:
            raise _built_in(mapping_id, "it cannot be deleted; give it its own source to end an override")
        store.delete_source(session, mapping_id)


def _mapping(own: dict[str, str], mapping_id: str) -> FieldMapping:
    found = next((each for each in mappings(own) if each.id == mapping_id), None)
    if found is None:
        raise not_found("field mapping", f"fieldMappings/{mapping_id}")
    return found


def _built_in(mapping_id: str, rule: str) -> LeadlightError:
    return failed_precondition(
        Reason.MAPPING_BUILT_IN,
        f"the mapping {mapping_id!r} comes with the service: {rule}",
        mapping=mapping_id,
    )
