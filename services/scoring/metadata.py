"""What a model's ONNX file says about itself: its columns and attributes, as JSON in the file's metadata.

With it the file alone is enough to score elsewhere: onnxruntime, a JSON reader, nothing of this suite. Lists of words
that derived columns look values up in are in the file too; docs/examples/score_exported.py reads all of it.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.scoring.engineered import WORD_LISTS
from services.scoring.ensemble import FeatureSpec
from services.scoring.intervals import IntervalTable

FORMAT = "1"
_FORMAT = "leadlight.format"
_FEATURES = "leadlight.features"
_ATTRIBUTES = "leadlight.attributes"
_BASE = "leadlight.base_log_odds"
_WORD_LISTS = "leadlight.word_lists"
_INTERVALS = "leadlight.intervals"


@dataclass(frozen=True)
class ModelMetadata:
    """What is needed to fill a model's input and to read its outputs.

    Attributes:
        features: The input columns, in order.
        attributes: The attributes of the `contributions` output, in order.
        base_log_odds: The base value: log-odds of a record of which nothing is known.
        intervals: The interval of a score by its log-odds; None if none was fitted.
    """

    features: tuple[FeatureSpec, ...]
    attributes: tuple[str, ...]
    base_log_odds: float
    intervals: IntervalTable | None = None

    def to_properties(self) -> dict[str, str]:
        """As ONNX metadata properties."""
        properties = {
            _FORMAT: FORMAT,
            _FEATURES: _to_json([_feature_to_dict(spec) for spec in self.features]),
            _ATTRIBUTES: _to_json(self.attributes),
            _BASE: repr(self.base_log_odds),
            _WORD_LISTS: _to_json(self._word_lists()),
        }
        if self.intervals is not None:
            properties[_INTERVALS] = self.intervals.to_json()
        return properties

    def _word_lists(self) -> dict[str, list[str]]:
        """The lists behind the derived columns, by name; for readers elsewhere, the suite has its own."""
        rules = {spec.name.removeprefix(f"{spec.attribute}:") for spec in self.features}
        return {name: sorted(words) for rule, (name, words) in WORD_LISTS.items() if rule in rules}

    @classmethod
    def from_properties(cls, properties: Mapping[str, str]) -> "ModelMetadata":
        """Reads what `to_properties` wrote.

        Raises:
            ValueError: The properties are missing, of another format, or not readable.
        """
        if properties.get(_FORMAT) != FORMAT:
            msg = f"the model file has format {properties.get(_FORMAT)!r}, this version reads {FORMAT!r}"
            raise ValueError(msg)
        try:
            features = tuple(_feature_from_dict(row) for row in json.loads(properties[_FEATURES]))
            attributes = tuple(json.loads(properties[_ATTRIBUTES]))
            intervals = IntervalTable.from_json(properties[_INTERVALS]) if _INTERVALS in properties else None
            return cls(features, attributes, float(properties[_BASE]), intervals)
        except (KeyError, TypeError) as error:
            msg = f"the model file's metadata lack {error}"
            raise ValueError(msg) from error


def attributes_of(features: Sequence[FeatureSpec]) -> tuple[str, ...]:
    """The attributes that get a contribution, in order of their first column."""
    return tuple(dict.fromkeys(spec.attribute for spec in features))


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _feature_to_dict(spec: FeatureSpec) -> dict[str, object]:
    """NaN, which JSON has no word for, becomes null."""
    return {
        "name": spec.name,
        "attribute": spec.attribute,
        "kind": spec.kind,
        "ignore_blank": spec.ignore_blank,
        "categories": dict(spec.categories),
        "unseen_code": None if math.isnan(spec.unseen_code) else spec.unseen_code,
        "blank_code": None if math.isnan(spec.blank_code) else spec.blank_code,
    }


def _feature_from_dict(row: Mapping[str, object]) -> FeatureSpec:
    codes = {key: math.nan if row[key] is None else row[key] for key in ("unseen_code", "blank_code")}
    return FeatureSpec(**{**row, **codes})  # type: ignore[arg-type]
