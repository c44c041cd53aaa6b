"""What is to be trained: as an operation keeps it, and as a line keeps it for its retrainings."""

from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from services.common.records import RecordKind
from services.scoring.attributes import AttributeRules
from services.scoring.matching import Filter
from services.scoring.stages import StageOptions
from services.scoring.window import LONGEST_WINDOW_MONTHS


@dataclass(frozen=True, slots=True)
class AttributeOptions:
    """Which attributes a training may use, and how.

    Attributes:
        exclude: Attributes not to use.
        hand_picked: The only attributes to use; empty for the recommended set, chosen anew each time.
        without_engineered: No fields derived from addresses, numbers, names and presence.
        ignore_blank: Attributes whose blanks say nothing.
    """

    exclude: tuple[str, ...] = ()
    hand_picked: tuple[str, ...] = ()
    without_engineered: bool = False
    ignore_blank: tuple[str, ...] = ()

    @property
    def rules(self) -> AttributeRules:
        """The same for a training."""
        return AttributeRules(
            exclude=frozenset(self.exclude),
            hand_picked=frozenset(self.hand_picked) or None,
            engineered=not self.without_engineered,
            ignore_blank=frozenset(self.ignore_blank),
        )


@dataclass(frozen=True, slots=True)
class TrainingOrder:
    """What to train.

    Attributes:
        kind: Leads or opportunities.
        model_id: The line to train a version of; empty for a new line.
        display_name: Name of a new line; empty for one made of the kind and the date.
        filter: The records that a new line serves and trains on; of a further version, its line's.
        dataset_id: The upload to train on; empty for the stored closed records.
        window_months: How far back to look.
        attribute_options: Which attributes to use; None: as the line was trained last.
        stage_options: Which stages to tell apart; None: as the line was trained last.
        publish: Publish the version once it is ready.
        automatic: Nobody asked: publish the version if it may take the active one's place.
        low_evidence: Train even with fewer than 40 positive or 40 negative records.
        seed: Of all randomness.
    """

    kind: RecordKind
    model_id: str = ""
    display_name: str = ""
    filter: Filter = ()
    dataset_id: str = ""
    window_months: int = LONGEST_WINDOW_MONTHS
    attribute_options: AttributeOptions | None = None
    stage_options: StageOptions | None = None
    publish: bool = False
    automatic: bool = False
    low_evidence: bool = False
    seed: int = 0

    @property
    def options(self) -> AttributeOptions:
        """Which attributes to use, the recommended ones if nobody chose."""
        return self.attribute_options or AttributeOptions()

    @property
    def stages(self) -> StageOptions:
        """Which stages to tell apart, none if nobody chose."""
        return self.stage_options or StageOptions()

    def again(self, model_id: str) -> "TrainingOrder":
        """The order of an automatic retraining: the same on the closed records that are stored by now."""
        return replace(self, model_id=model_id, dataset_id="", publish=False, automatic=True)

    def to_bytes(self) -> bytes:
        """The order as the operation's request."""
        return _ORDERS.dump_json(self)

    @classmethod
    def from_bytes(cls, content: bytes) -> "TrainingOrder":
        """Reads what `to_bytes` wrote."""
        return _ORDERS.validate_json(content)

    def to_json(self) -> dict[str, Any]:
        """The order as a line keeps it."""
        stored: dict[str, Any] = _ORDERS.dump_python(self, mode="json")
        return stored

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "TrainingOrder":
        """Reads what `to_json` gave."""
        return _ORDERS.validate_python(stored)


_ORDERS = TypeAdapter(TrainingOrder)
