"""What a tenant sets: complete when read, field by field when changed."""

from google.type import timeofday_pb2
from leadlight.notes.v1 import settings_pb2, time_pb2

from tests.contract.served import Client

GET, UPDATE = "NotesService.GetNotesSettings", "NotesService.UpdateNotesSettings"


def clock(hours: int, minutes: int = 0) -> timeofday_pb2.TimeOfDay:
    return timeofday_pb2.TimeOfDay(hours=hours, minutes=minutes)


def update(client: Client, *paths: str, **fields: object) -> settings_pb2.NotesSettings:
    request = settings_pb2.UpdateNotesSettingsRequest(settings=settings_pb2.NotesSettings(**fields))
    request.update_mask.paths.extend(paths)
    after: settings_pb2.NotesSettings = client.call(UPDATE, request)
    return after


def test_the_defaults_are_a_business_days(client: Client) -> None:
    settings = client.call(GET, settings_pb2.GetNotesSettingsRequest())
    given = settings.conventions
    assert settings.time_zone == "UTC"
    assert not settings.HasField("update_time")
    assert (given.date_order, given.country) == (time_pb2.DATE_ORDER_UNSPECIFIED, "")
    assert [(part.start.hours, part.end.hours) for part in (given.morning, given.afternoon)] == [
        (8, 12),
        (12, 17),
    ]
    assert [(part.start.hours, part.end.hours) for part in (given.evening, given.night)] == [
        (17, 21),
        (21, 24),
    ]
    assert [each.hours for each in (given.workday_start, given.workday_end, given.end_of_day)] == [7, 19, 17]


def test_what_is_read_can_be_written_back(client: Client) -> None:
    before = client.call(GET, settings_pb2.GetNotesSettingsRequest())
    after = client.call(UPDATE, settings_pb2.UpdateNotesSettingsRequest(settings=before))
    assert after.HasField("update_time")
    after.ClearField("update_time")
    assert after == before


def test_a_mask_changes_what_it_names_alone(client: Client) -> None:
    morning = time_pb2.DayPart(start=clock(6), end=clock(11, 30))
    update(client, "conventions", conventions=time_pb2.Conventions(morning=morning, country="DK"))
    update(client, "conventions.end_of_day", conventions=time_pb2.Conventions(end_of_day=clock(18)))
    settings = update(client, "time_zone", time_zone="Asia/Shanghai")
    assert settings == client.call(GET, settings_pb2.GetNotesSettingsRequest())
    assert settings.time_zone == "Asia/Shanghai"
    assert (settings.conventions.country, settings.conventions.morning) == ("DK", morning)
    assert settings.conventions.end_of_day == clock(18)
    whole = update(client, time_zone="")
    assert (whole.time_zone, whole.conventions.country, whole.conventions.morning.start.hours) == (
        "UTC",
        "",
        8,
    )
