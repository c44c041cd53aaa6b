"""Sign-in at a gateway that asks for tokens, and what roles see."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest
from playwright.sync_api import Page, expect

from services.common.caller import Role
from tests.browser.looking import assert_accessible, visit
from tests.contract.served import TENANT, served, token

NOBODY = "127.0.0.1:1"
WITHOUT = ("relationship", "dedupe", "qualification", "conversation", "notes")
SOMEBODY = "anna@own.example"


@pytest.fixture(scope="module")
def guarded(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a gateway serves the dashboard to callers with tokens, with scoring alone behind it."""
    folder = tmp_path_factory.mktemp
    nobody = {f"{name}_address": NOBODY for name in WITHOUT}
    with (
        served("scoring", folder("scoring"), run_operations=False) as scoring,
        served(
            "gateway", folder("gateway"), web_folder=built, scoring_address=scoring.address, **nobody
        ) as gateway,
    ):
        yield f"http://127.0.0.1:{gateway.http_port}"


def _sign_in(page: Page, with_token: str) -> None:
    page.get_by_label(re.compile("^Token")).fill(with_token)
    page.get_by_role("button", name="Sign in").click()


def test_a_token_opens_what_its_roles_may(page: Page, guarded: str, complaints: list[str]) -> None:
    page.goto(f"{guarded}/models")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    claims = {"tenant": TENANT, "sub": SOMEBODY, "roles": ["admin"], "exp": time.time() + 3600}
    _sign_in(page, jwt.encode(claims, "of another server, 32 bytes long", "HS256"))
    expect(page.get_by_role("alert")).to_contain_text("was not accepted")
    assert_accessible(page)

    sellers = token(TENANT, frozenset({Role.SELLER}), SOMEBODY)
    _sign_in(page, f"Bearer {sellers}")
    expect(page.get_by_text("No model yet")).to_be_visible()
    expect(page.get_by_text(SOMEBODY)).to_be_visible()
    train = page.get_by_role("button", name="Train a model for leads")
    settings = page.get_by_role("link", name="Settings")
    expect(train).to_have_count(0)
    expect(settings).to_have_count(0)
    page.goto(f"{guarded}/settings")
    expect(page.get_by_text("There is no such page")).to_be_visible()
    # Hidden is not yet forbidden: the service does that.
    refused = page.request.post(
        f"{guarded}/leadlight.scoring.v1.ModelService/TrainModel",
        headers={"authorization": f"Bearer {sellers}"},
        data={"kind": "RECORD_KIND_LEAD"},
    )
    assert refused.status == 403
    page.get_by_role("button", name="Sign out").click()

    _sign_in(page, token(TENANT, frozenset({Role.ADMIN}), SOMEBODY))
    visit(page, f"{guarded}/models", "Scoring models")
    expect(train).to_be_visible()
    settings.click()
    grades = page.get_by_role("region", name="Grades of leads")
    grades.get_by_role("button", name="Save").click()
    expect(grades.get_by_text("Saved.")).to_be_visible()
    # What is not there is said, and the rest works.
    expect(page.get_by_text("The service cannot be reached right now.").first).to_be_visible()
    complaints.clear()
