"""The demo's CRM: the same each time, in five languages, and coherent."""

from datetime import UTC, datetime

import pytest

from clients.cli.demo import generate as making
from clients.cli.demo.crm import Crm

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def crm() -> Crm:
    return making.generate(NOW)


def test_is_the_same_each_time_and_another_with_another_seed(crm: Crm) -> None:
    assert making.generate(NOW) == crm
    assert making.generate(NOW, seed=1) != crm


def test_every_language_has_all_of_it(crm: Crm) -> None:
    for language in making.LANGUAGES:
        assert any(each.language == language for each in crm.leads)
        assert any(each.account.language == language for each in crm.opportunities)
        assert any(each.language == language for each in crm.calls)
        assert any(each.language == language for each in crm.notes)


def test_ids_are_given_once(crm: Crm) -> None:
    for ids in (
        [each.id for each in crm.leads],
        [each.id for each in crm.opportunities],
        [each.id for each in crm.activities],
        [each.id for each in crm.calls],
        [each.id for each in crm.notes],
    ):
        assert len(set(ids)) == len(ids)


def test_nothing_lies_ahead_and_what_follows_comes_later(crm: Crm) -> None:
    assert all(each.time <= NOW for each in crm.activities)
    assert all(each.created < (each.closed or NOW) <= NOW for each in crm.leads)
    assert all(each.created < (each.closed or NOW) <= NOW for each in crm.opportunities)
    sent = {each.id: each for each in crm.activities}
    assert all(sent[each.reply_to].time < each.time for each in crm.activities if each.reply_to)
    for call in crm.calls:
        ends = [turn.end_s for turn in call.turns]
        assert ends == sorted(ends)
        assert all(turn.start_s < turn.end_s for turn in call.turns)


def test_there_is_enough_to_learn_from_and_something_left_to_do(crm: Crm) -> None:
    won = sum(each.is_won is True for each in crm.leads)
    lost = sum(each.is_won is False for each in crm.leads)
    assert won >= 100
    assert lost >= 100
    assert sum(each.closed is None for each in crm.leads) >= 10
    assert any(each.same_as for each in crm.leads)
    assert sum(each.is_won is True for each in crm.opportunities) >= 40
    assert sum(each.is_won is False for each in crm.opportunities) >= 30
    assert sum(each.closed is None for each in crm.opportunities) >= 8


def test_addresses_and_numbers_are_nobodys(crm: Crm) -> None:
    people = [(each.email, each.phone) for each in crm.contacts] + [
        (each.email, each.phone) for each in crm.leads
    ]
    assert all(email.lower().endswith(".example") for email, _ in people)
    fiction = ("+1 202 555 01", "+1 (202) 555 01")
    assert all(not phone or phone.startswith(fiction) for _, phone in people)
