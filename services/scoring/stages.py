"""Stages of a business process: when an opportunity entered them, which one it is in, how long it was in each.

An opportunity may come back to a stage; what counts then is the last visit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from services.common.errors import Reason, failed_precondition

DAYS_IN_STAGE = "days_in_stage"
"""The attribute under which the time in the present stage is shown, in whole days."""
MAX_STAGES = 20
"""Stages of a process."""
LEAST_CLOSED_IN_LAST_STAGE = 40
"""Opportunities closed in the last stage that a per-stage model needs."""

_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class StageEntry:
    """When an opportunity came into a stage."""

    name: str
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class StageOptions:
    """Which stages a model tells apart.

    Attributes:
        stages: In the order of the process; empty for a model that is not per stage.
        applicable: For attributes that apply in some stages only: attribute and stages.
    """

    stages: tuple[str, ...] = ()
    applicable: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def left_out(self, stage: str) -> frozenset[str]:
        """The attributes that do not apply in a stage."""
        return frozenset(attribute for attribute, stages in self.applicable if stage not in stages)


def require_last_stage(closed: int, stage: str) -> None:
    """Refuses a per-stage model without 40 opportunities closed in the last stage.

    Raises:
        LeadlightError: FAILED_PRECONDITION (TOO_FEW_CLOSED_RECORDS) with the count.
    """
    if closed < LEAST_CLOSED_IN_LAST_STAGE:
        raise failed_precondition(
            Reason.TOO_FEW_CLOSED_RECORDS,
            f"a model per stage needs {LEAST_CLOSED_IN_LAST_STAGE} opportunities that were closed in the last stage, "
            f"{stage}, in the window; there are {closed}",
            closed_in_last_stage=str(closed),
            minimum=str(LEAST_CLOSED_IN_LAST_STAGE),
        )


class StageModelUse(StrEnum):
    """Which part of a per-stage model scored."""

    STAGE = "stage"
    NO_STAGE = "no_stage"
    UNKNOWN_STAGE = "unknown_stage"
    TOO_FEW_CLOSED = "too_few_closed"


def present_stage(stages: Sequence[StageEntry], now: datetime) -> StageEntry | None:
    """The last entry that is not after `now`; None before the first.

    Args:
        stages: The entries, oldest first.
        now: This moment.
    """
    return next((entry for entry in reversed(stages) if entry.entered_at <= now), None)


def days_since(entered_at: datetime, now: datetime) -> float:
    """Whole days that have passed."""
    return float((now - entered_at).total_seconds() // _DAY_S)


@dataclass(frozen=True)
class Stays:
    """How long closed opportunities were in each stage.

    Attributes:
        days: By stage, float64 [rows]: days of the last visit; NaN where the stage was never entered.
        last: [rows], the stage that each was in when it closed; "" for none.
    """

    days: Mapping[str, npt.NDArray[np.float64]]
    last: npt.NDArray[np.str_]

    def take(self, rows: npt.NDArray[np.intp]) -> "Stays":
        """The given rows, in the given order."""
        return Stays({stage: days[rows] for stage, days in self.days.items()}, self.last[rows])


def stays_of(entries: Sequence[Sequence[StageEntry]], closed_at: npt.NDArray[np.float64]) -> Stays:
    """The stays of closed opportunities.

    Args:
        entries: Of each opportunity, oldest first.
        closed_at: float64 [rows], when each was closed, seconds since 1970 UTC.
    """
    names = list(dict.fromkeys(entry.name for each in entries for entry in each))
    days = {name: np.full(len(entries), np.nan) for name in names}
    last = np.full(len(entries), "", dtype=object)
    for row, each in enumerate(entries):
        begun = [entry for entry in each if entry.entered_at.timestamp() <= closed_at[row]]
        end = closed_at[row]
        last[row] = begun[-1].name if begun else ""
        for entry in reversed(begun):
            if np.isnan(days[entry.name][row]):  # a stage that it came back to: the last visit counts
                days[entry.name][row] = (end - entry.entered_at.timestamp()) / _DAY_S
            end = entry.entered_at.timestamp()
    return Stays(days, last.astype(np.str_))


def stays_from_columns(
    entered: Mapping[str, npt.NDArray[np.float64]], closed_at: npt.NDArray[np.float64] | None
) -> Stays:
    """The stays of a table's rows.

    Args:
        entered: By stage, in the order of the process, float64 [rows]: when it was entered, seconds since 1970 UTC,
            NaN where it was not. Of stages entered at the same moment the later one in the process comes last.
        closed_at: float64 [rows], when each row was closed; None if that is not known: then the time in the last
            stage is not known either, and counts as none.
    """
    names = np.array([*entered, ""])
    times = np.stack(list(entered.values()), axis=1)
    if closed_at is not None:
        times = np.where(times <= closed_at[:, np.newaxis], times, np.nan)
    # NaN sorts last; a stable sort keeps the order of the process among equal times.
    order = np.argsort(times, axis=1, kind="stable")
    ordered = np.take_along_axis(times, order, axis=1)
    count = (~np.isnan(ordered)).sum(axis=1)
    rows = np.arange(len(times))
    ends = np.concatenate([ordered[:, 1:], np.full((len(times), 1), np.nan)], axis=1)
    some = count > 0
    ends[rows[some], count[some] - 1] = np.nan if closed_at is None else closed_at[some]
    stay = np.full(times.shape, np.nan)
    np.put_along_axis(stay, order, (ends - ordered) / _DAY_S, axis=1)
    last = np.where(some, order[rows, np.maximum(count - 1, 0)], len(names) - 1)
    if closed_at is None:
        stay[rows[some], last[some]] = 0.0
    return Stays({name: stay[:, place] for place, name in enumerate(entered)}, names[last])


def present_stage_rows(
    entered: Mapping[str, npt.NDArray[np.float64]], now_s: float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """The stage that each row of a table is in: `present_stage` for many.

    Args:
        entered: As of `stays_from_columns`.
        now_s: This moment, seconds since 1970 UTC.

    Returns:
        intp [rows], the place of the stage in `entered`, -1 for none; and float64 [rows], whole days in it.
    """
    times = np.stack(list(entered.values()), axis=1)
    begun = np.where(times <= now_s, times, -np.inf)
    # The last of the largest: of stages entered at the same moment the later one.
    place = times.shape[1] - 1 - np.argmax(begun[:, ::-1], axis=1)
    latest = begun[np.arange(len(times)), place]
    days = np.floor((now_s - latest) / _DAY_S)
    none = np.isneginf(latest)
    return np.where(none, -1, place), np.where(none, np.nan, days)
