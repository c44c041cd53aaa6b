"""What became of a run of a job."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of rows on their way into the store: how many are there, how many were left out."""

    stored: int
    skipped: int


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """A finished run.

    Attributes:
        job: Its name.
        run_id: The run.
        rows: By output.
        resumed_stages: Stages that an earlier attempt had finished.
        stored: Where results went into the store.
    """

    job: str
    run_id: str
    rows: Mapping[str, int]
    resumed_stages: int
    stored: Stored = Stored(0, 0)
