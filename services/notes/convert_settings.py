"""A tenant's settings and offers between protobuf and the service's own types."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import time
from typing import Any

from google.type import timeofday_pb2
from leadlight.notes.v1 import settings_pb2, time_pb2

from services.common.errors import invalid_argument
from services.common.server.wire import optional_timestamp
from services.notes.convert_suggestions import KIND_NUMBERS
from services.notes.offers import Offer
from services.notes.tenant_settings import TenantSettings
from services.notes.times.conventions import Conventions, DateOrder
from services.notes.wall_time import is_zone

_DATE_ORDERS = {
    time_pb2.DATE_ORDER_UNSPECIFIED: DateOrder.BY_LANGUAGE,
    time_pb2.DATE_ORDER_DAY_FIRST: DateOrder.DAY_FIRST,
    time_pb2.DATE_ORDER_MONTH_FIRST: DateOrder.MONTH_FIRST,
}
_DATE_ORDER_NUMBERS = {order: number for number, order in _DATE_ORDERS.items()}
_DAY_PARTS = ("morning", "afternoon", "evening", "night")
_TIMES = ("workday_start", "workday_end", "end_of_day")
_FIELDS = ("date_order", "country", *_DAY_PARTS, *_TIMES)
_MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """What to change of a tenant's settings.

    Attributes:
        conventions: The conventions as they were sent.
        fields: Those of their fields to take.
        time_zone: IANA zone; None leaves it.
    """

    conventions: Conventions
    fields: frozenset[str]
    time_zone: str | None

    def applied_to(self, before: TenantSettings) -> TenantSettings:
        """The settings after the change.

        Raises:
            LeadlightError: INVALID_ARGUMENT when the working day would end before it starts.
        """
        taken = {name: getattr(self.conventions, name) for name in self.fields}
        after = replace(before.conventions, **taken)
        _require_workday(after, "settings.conventions")
        return replace(before, conventions=after, time_zone=self.time_zone or before.time_zone)


def settings_change(request: settings_pb2.UpdateNotesSettingsRequest) -> SettingsChange:
    """What to change of a tenant's settings.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    paths: Collection[str] = ("conventions", "time_zone")
    if request.HasField("update_mask") and request.update_mask.paths:
        paths = request.update_mask.paths
    fields: set[str] = set()
    for index, path in enumerate(paths):
        name = path.removeprefix("conventions.")
        if path == "conventions":
            fields.update(_FIELDS)
        elif name != path and name in _FIELDS:
            fields.add(name)
        elif path != "time_zone":
            raise invalid_argument(
                f"update_mask.paths[{index}]",
                f"is none of conventions, time_zone, conventions.{{{', '.join(_FIELDS)}}}",
            )
    zone = None
    if "time_zone" in paths:
        zone = time_zone(request.settings.time_zone, "settings.time_zone") or TenantSettings().time_zone
    return SettingsChange(
        _conventions(request.settings.conventions, "settings.conventions"), frozenset(fields), zone
    )


def settings_message(settings: TenantSettings) -> settings_pb2.NotesSettings:
    """A tenant's settings, complete."""
    given = settings.conventions
    message = settings_pb2.NotesSettings(
        conventions=time_pb2.Conventions(
            date_order=_DATE_ORDER_NUMBERS[given.date_order],
            country=given.country,
            workday_start=_time_message(given.workday_start),
            workday_end=_time_message(given.workday_end),
            end_of_day=_time_message(given.end_of_day),
        ),
        time_zone=settings.time_zone,
        update_time=optional_timestamp(settings.updated_at),
    )
    for name in _DAY_PARTS:
        start, end = getattr(given, name)
        part = time_pb2.DayPart(start=_time_message(start), end=_time_message(end))
        if end == _MIDNIGHT:
            part.end.hours = 24
        getattr(message.conventions, name).CopyFrom(part)
    return message


def offers_message(offers: Sequence[Offer]) -> settings_pb2.OfferSettings:
    """What a tenant's decisions do to what it is offered."""
    return settings_pb2.OfferSettings(
        kinds=[
            settings_pb2.KindOffer(
                kind=KIND_NUMBERS[each.kind],
                accepted_count=each.accepted,
                dismissed_count=each.dismissed,
                dismissal_rate=each.dismissal_rate,
                mean_confidence=each.mean_confidence,
                minimum_confidence=each.minimum_confidence,
                reset_time=optional_timestamp(each.reset_at),
            )
            for each in offers
        ]
    )


def time_zone(name: str, path: str) -> str:
    """An IANA zone's name; empty where none is named.

    Raises:
        LeadlightError: INVALID_ARGUMENT when there is no such zone.
    """
    if name and not is_zone(name):
        raise invalid_argument(path, "is no IANA time zone, such as Europe/Copenhagen")
    return name


def conventions(message: time_pb2.Conventions, path: str) -> Conventions:
    """What open words mean; a field that is absent has the service's default.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    given = _conventions(message, path)
    _require_workday(given, path)
    return given


def _conventions(message: time_pb2.Conventions, path: str) -> Conventions:
    fields: dict[str, Any] = {"date_order": _DATE_ORDERS[message.date_order], "country": message.country}
    for name in _DAY_PARTS:
        if message.HasField(name):  # type: ignore[arg-type]
            fields[name] = _day_part(getattr(message, name), f"{path}.{name}")
    for name in _TIMES:
        if message.HasField(name):  # type: ignore[arg-type]
            fields[name] = _wall_time(getattr(message, name), f"{path}.{name}")
    return Conventions(**fields)


def _require_workday(given: Conventions, path: str) -> None:
    if given.workday_end <= given.workday_start:
        raise invalid_argument(f"{path}.workday_end", "must be after workday_start")


def _day_part(message: time_pb2.DayPart, path: str) -> tuple[time, time]:
    start = _wall_time(message.start, f"{path}.start")
    if (message.end.hours, message.end.minutes, message.end.seconds, message.end.nanos) == (24, 0, 0, 0):
        return start, _MIDNIGHT
    end = _wall_time(message.end, f"{path}.end")
    if end <= start:
        raise invalid_argument(f"{path}.end", "must be after start; 24:00 is midnight at the end of the day")
    return start, end


def _wall_time(message: timeofday_pb2.TimeOfDay, path: str) -> time:
    if not 0 <= message.hours <= 23:
        raise invalid_argument(f"{path}.hours", "must be 0 to 23")
    if not 0 <= message.minutes <= 59:
        raise invalid_argument(f"{path}.minutes", "must be 0 to 59")
    if message.seconds or message.nanos:
        raise invalid_argument(f"{path}.seconds", "must be 0: times of the day are whole minutes")
    return time(message.hours, message.minutes)


def _time_message(value: time) -> timeofday_pb2.TimeOfDay:
    return timeofday_pb2.TimeOfDay(hours=value.hour, minutes=value.minute)
