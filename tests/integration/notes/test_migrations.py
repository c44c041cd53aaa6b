"""The tables: made, taken away and made again, and what the models say they are."""

from services.common.db import Database
from services.common.db.migrations import migrations_of
from services.notes import preference_store
from services.notes.actions.suggestion import SuggestionKind
from services.notes.offers import Offer


def test_migrations_go_up_down_and_up_again(database_url: str) -> None:
    migrations = migrations_of("notes")
    migrations.upgrade(database_url)
    assert migrations.differences(database_url) == []
    migrations.downgrade(database_url)
    assert migrations.differences(database_url) != []
    migrations.upgrade(database_url)
    assert migrations.differences(database_url) == []
    db = Database(database_url, service="notes")
    offer = Offer(SuggestionKind.TASK, 3, 4, 5.5)
    with db.write("acme") as session:
        preference_store.write_offer(session, offer)
    with db.read("acme") as reader:
        assert offer in preference_store.offers(reader)
    with db.read("other") as reader:
        assert preference_store.offers(reader) == [Offer(kind) for kind in SuggestionKind]
    db.close()
