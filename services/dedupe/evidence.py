"""Why two records are thought to be the same: each field's values, similarity, level and weight, in bits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import JaroWinkler

from services.dedupe.comparison import COMPARISONS, MISSING
from services.dedupe.fields import Field, Forms
from services.dedupe.weights import Weights

# Probabilities are calibrated, so that the likelier answer is the better one.
DEFAULT_THRESHOLD = 0.5
# What shared mailboxes and switchboards are called in reasons.
SHARED_ADDRESS = "shared address"


@dataclass(frozen=True)
class ComparableRecord:
    """A record ready for comparison; see `conditions.Row`.

    Attributes:
        forms: Its normal forms.
        steps: Step of commonness by counted form; 0 for those left out.
        values: The fields as they were written, for evidence.
    """

    forms: Forms
    steps: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, str | None] = field(default_factory=dict)

    def form(self, name: str) -> str | None:
        """See `conditions.Row.form`."""
        value: str | None = getattr(self.forms, name)
        return value

    def commonness(self, name: str) -> int:
        """See `conditions.Row.commonness`."""
        return self.steps.get(name, 0)


@dataclass(frozen=True)
class FieldEvidence:
    """One field's part.

    Attributes:
        field: The field.
        left: Value of the left record as it was written.
        right: Value of the right record.
        similarity: Jaro-Winkler of the normal forms, 0 to 1.
        level: Name of the level of agreement.
        weight: Bits for (positive) or against a match.
    """

    field: Field
    left: str
    right: str
    similarity: float
    level: str
    weight: float


@dataclass(frozen=True)
class Evidence:
    """All there is to say about a pair. `prior + dependence + sum of weights` are the log-odds in bits.

    Attributes:
        probability: Of a match.
        fields: The fields that both records have.
        prior: Bits before any field is looked at.
        dependence: Bits taken back (or added) because others share such values together.
        reasons: What to tell a person beside the fields.
    """

    probability: float
    fields: tuple[FieldEvidence, ...]
    prior: float
    dependence: float
    reasons: tuple[str, ...]

    @property
    def match_weight(self) -> float:
        """Log-odds of a match in bits."""
        return self.prior + self.dependence + sum(part.weight for part in self.fields)


def levels_of(left: ComparableRecord, right: ComparableRecord) -> tuple[int, ...]:
    """Levels of a pair in the order of `COMPARISONS`."""
    return tuple(comparison.level(left, right) for comparison in COMPARISONS)


def explain(weights: Weights, left: ComparableRecord, right: ComparableRecord) -> Evidence:
    """Compares two records and says why."""
    return explain_levels(weights, levels_of(left, right), left, right)


def explain_levels(
    weights: Weights, levels: Sequence[int], left: ComparableRecord, right: ComparableRecord
) -> Evidence:
    """The same for a pair whose levels are known, as from a scan."""
    parts = weights.parts(levels)
    found = []
    for comparison, level, weight in zip(COMPARISONS, levels, parts.fields, strict=True):
        if level == MISSING:
            continue
        one, other = left.form(comparison.form) or "", right.form(comparison.form) or ""
        found.append(
            FieldEvidence(
                field=comparison.field,
                left=left.values.get(comparison.field.value) or one,
                right=right.values.get(comparison.field.value) or other,
                similarity=float(JaroWinkler.similarity(one.encode(), other.encode())),
                level=comparison.level_names[level],
                weight=weight,
            )
        )
    shared = any(comparison.is_shared(level) for comparison, level in zip(COMPARISONS, levels, strict=True))
    return Evidence(
        probability=probability_of(parts.match_weight),
        fields=tuple(found),
        prior=parts.prior,
        dependence=parts.dependence,
        reasons=(SHARED_ADDRESS,) if shared else (),
    )


def probability_of(match_weight: float) -> float:
    """Probability with these log-odds in bits."""
    # Beyond, 2 ** x leaves the range of floats and the probability is 0 or 1 to the last bit.
    if match_weight < -1000:
        return 0.0
    return float(1.0 / (1.0 + 2.0 ** -min(match_weight, 1000.0)))
