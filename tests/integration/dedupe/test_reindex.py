"""A change of the region makes the index anew: in the background, and on after an interruption."""

import pytest

from services.common.operations import RunnerStoppingError
from services.dedupe.reindex import REINDEX, SettingsService, ask_for_outdated
from services.dedupe.reindex_job import ReindexJob
from services.dedupe.rules import Condition, Operator, Rule
from services.dedupe.settings_store import lock_tenant, write_tenant_settings
from tests.contract.served import Client
from tests.integration.dedupe.inside import TENANT, Inside, ended
from tests.integration.dedupe.world import find, ids, set_region, settings, store

NATIONAL, INTERNATIONAL = "(555) 010-4477", "+1 555 010 4477"
MOBILE = Rule("mobile", "Same mobile", (Condition("phone", Operator.SAME_FORM, match_field="mobile"),))


def choose(inside: Inside, region: str) -> None:
    with inside.db.write(TENANT) as session:
        SettingsService(inside.db).set_region(session, region)


def is_reindexing(inside: Inside) -> bool:
    return SettingsService(inside.db).settings(TENANT).is_reindexing


def test_a_new_tenant_has_the_defaults(client: Client) -> None:
    told = settings(client)
    assert (told.default_region, told.reindexing, told.HasField("update_time")) == ("", False, False)
    told = set_region(client, "DK")
    assert (told.default_region, told.reindexing) == ("DK", False)
    assert settings(client) == told


def test_a_change_of_the_region_is_through_in_the_end(client: Client) -> None:
    store(client, "a", phone=NATIONAL)
    store(client, "b", phone=INTERNATIONAL)
    assert not find(client, "a").duplicates
    told = set_region(client, "US")
    while told.reindexing:
        told = settings(client)
    assert ids(find(client, "a")) == ["b"]
    assert ids(find(client, "b")) == ["a"]


def test_the_index_is_made_anew_after_an_interruption(inside: Inside) -> None:
    refs = [inside.store(f"n{number}", phone=f"(555) 010-{number:04}") for number in range(25)]
    other = inside.store("i", phone="+1 555 010 0020")
    choose(inside, "US")
    assert is_reindexing(inside)
    job = ReindexJob(inside.db, page_records=10)
    inside.work({REINDEX: ended(job, "making", RunnerStoppingError, times=2)})
    assert not is_reindexing(inside)
    assert [each.ref for each in inside.found(other).duplicates] == [refs[20]]
    assert [each.kind for each in inside.operations()] == [REINDEX]


def test_a_second_change_while_the_index_is_made_anew_counts(inside: Inside) -> None:
    one = inside.store("a", phone="20 30 40 50")
    inside.store("b", phone="+45 20 30 40 50")
    choose(inside, "US")
    choose(inside, "DK")
    inside.work({REINDEX: ReindexJob(inside.db, page_records=1)})
    assert len(inside.operations()) == 1
    assert [each.ref.id for each in inside.found(one).duplicates] == ["b"]


def test_what_is_stored_while_the_index_is_made_anew_is_of_the_new_region(inside: Inside) -> None:
    choose(inside, "US")
    one = inside.store("a", phone=NATIONAL)
    choose(inside, "DK")
    choose(inside, "US")
    other = inside.store("b", phone=INTERNATIONAL)
    inside.work({REINDEX: ReindexJob(inside.db)})
    assert [each.ref for each in inside.found(one).duplicates] == [other]


def test_an_index_of_an_older_version_is_made_anew_at_the_start(inside: Inside) -> None:
    inside.store("a", phone=NATIONAL)
    with inside.db.write(TENANT) as session:
        old = lock_tenant(session)
        write_tenant_settings(session, type(old)(indexed_version=0))
    before = inside.keys()
    ask_for_outdated(inside.db)
    ask_for_outdated(inside.db)
    inside.work({REINDEX: ReindexJob(inside.db)})
    assert len(inside.operations()) == 1
    assert not is_reindexing(inside)
    assert inside.keys() == before


@pytest.mark.parametrize("page_records", [1, 100])
def test_match_codes_are_made_anew_too(inside: Inside, page_records: int) -> None:
    with inside.db.write(TENANT) as session:
        inside.rules.create(session, MOBILE, store_it=True)
    inside.publish("mobile")
    inside.work()
    inside.store("b", mobile=NATIONAL)
    asked = inside.store("a", phone=INTERNATIONAL)
    assert not inside.found(asked).duplicates
    choose(inside, "US")
    inside.work({REINDEX: ReindexJob(inside.db, page_records=page_records)})
    assert [each.rules for each in inside.found(asked).duplicates] == [("mobile",)]
