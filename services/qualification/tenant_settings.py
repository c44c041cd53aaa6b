"""How a tenant qualifies leads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.common.errors import FieldViolation, LeadlightError, invalid_arguments
from services.common.records import RecordKind


class RecordMode(StrEnum):
    """Who decides what becomes of a kind of record."""

    SELLER = "seller"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True)
class ProcessStage:
    """A stage of the business process.

    Attributes:
        name: What people call it.
        required_fields: Fields of the lead without which it cannot be qualified from here.
    """

    name: str
    required_fields: tuple[str, ...] = ()


DEFAULT_STAGES = tuple(ProcessStage(name) for name in ("Qualify", "Develop", "Propose", "Close"))


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """How a tenant qualifies leads.

    Attributes:
        account_mode: Who decides about accounts.
        contact_mode: About contacts.
        opportunity_mode: About opportunities.
        several_opportunities: A lead may get more than one.
        sellers_see_own_only: Callers that are sellers and nothing else see and change only leads that they own.
        exclude_inactive_duplicates: Records that the CRM has retired are no duplicates.
        stages: The stages of the business process, in order.
        updated_at: When they were last changed; None while they are the defaults.
    """

    account_mode: RecordMode = RecordMode.SELLER
    contact_mode: RecordMode = RecordMode.SELLER
    opportunity_mode: RecordMode = RecordMode.SELLER
    several_opportunities: bool = False
    sellers_see_own_only: bool = False
    exclude_inactive_duplicates: bool = False
    stages: tuple[ProcessStage, ...] = DEFAULT_STAGES
    updated_at: datetime | None = None

    def mode(self, kind: RecordKind) -> RecordMode:
        """Who decides about a kind of record."""
        modes = {RecordKind.ACCOUNT: self.account_mode, RecordKind.CONTACT: self.contact_mode}
        return modes.get(kind, self.opportunity_mode)

    def stage(self, name: str) -> ProcessStage:
        """A stage by its name; one that the process has no more requires nothing."""
        return next((stage for stage in self.stages if stage.name == name), ProcessStage(name))

    def stage_after(self, name: str) -> str:
        """The name of the stage behind one; the same for the last one and for one that the process has no more."""
        names = self.stage_names
        place = names.index(name) + 1 if name in names else len(names)
        return names[place] if place < len(names) else name

    @property
    def stage_names(self) -> Sequence[str]:
        """The names of the stages, in order."""
        return [stage.name for stage in self.stages]

    def checked(self) -> "TenantSettings":
        """The settings themselves.

        Raises:
            LeadlightError: INVALID_ARGUMENT when they do not go together.
        """
        faults = []
        if self.several_opportunities and self.opportunity_mode is RecordMode.AUTOMATIC:
            faults.append(
                FieldViolation(
                    "settings.several_opportunities", "needs opportunities in the mode RECORD_MODE_SELLER"
                )
            )
        if len(set(self.stage_names)) < len(self.stages):
            faults.append(FieldViolation("settings.stages", "names a stage twice"))
        if faults:
            raise invalid_arguments(faults)
        return self


def unknown_stage(settings: TenantSettings, path: str) -> LeadlightError:
    """The error of a stage that the process does not have."""
    return invalid_arguments([FieldViolation(path, f"is none of {', '.join(settings.stage_names)}")])
