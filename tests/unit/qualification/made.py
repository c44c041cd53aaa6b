"""Leads and settings as unit tests make them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.common.records import RecordKind, RecordRef
from services.qualification.lead import Lead, LeadState, Qualification
from services.qualification.mapping import mappings
from services.qualification.plan import Choices, Plan, Source, make_plan
from services.qualification.tenant_settings import TenantSettings

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DEFAULTS = TenantSettings()
NOTHING_CHOSEN = Choices()
FIELDS = {
    "subject": "Forty robots",
    "company_name": "Nordlys Robotics ApS",
    "first_name": "Ingrid",
    "last_name": "Holm",
    "job_title": "Head of Purchasing",
    "email": "ingrid.holm@nordlys.example",
    "mobile_phone": "+45 20 10 30 40",
    "telephone1": "+45 70 10 20 30",
    "website": "https://nordlys.example",
    "address1_city": "Odense",
}


def lead(fields: Mapping[str, str] = FIELDS, **values: Any) -> Lead:
    made = Lead(
        id="L-1",
        fields=fields,
        owner="u1",
        language="en",
        process_stage="Qualify",
        attachments=(),
        created_at=NOW,
        state=LeadState.OPEN,
        state_at=NOW,
        updated_at=NOW,
    )
    return replace(made, **values)


def source(
    fields: Mapping[str, str] = FIELDS,
    settings: TenantSettings = DEFAULTS,
    own: Mapping[str, str] | None = None,
    number: int = 1,
) -> Source:
    return Source("acme", "L-1", fields, "Qualify", number, settings, mappings(own or {}))


def plan(choices: Choices = NOTHING_CHOSEN, **values: Any) -> Plan:
    return make_plan(source(**values), choices)


def qualification(made: Plan) -> Qualification:
    return Qualification(
        lead_id="L-1",
        number=1,
        account=made.account.ref,
        contact=made.contact.ref,
        opportunities=[each.ref for each in made.opportunities if each.ref],
        created=made.created,
        stage_before="Qualify",
        qualified_at=NOW,
        qualified_by="u1",
    )


def account(record_id: str) -> RecordRef:
    return RecordRef(RecordKind.ACCOUNT, record_id)
