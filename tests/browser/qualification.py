"""The qualification pane, on leads of its own."""

import uuid

from playwright.sync_api import Page, expect

from tests.browser.asking import ask
from tests.browser.looking import assert_accessible, visit


def a_lead(address: str, **fields: str) -> str:
    """Stores a lead of the test's own; its id."""
    lead_id = f"browser-{uuid.uuid4()}"
    ask(
        address,
        "leadlight.qualification.v1.QualificationService/UpsertLead",
        {"lead": {"id": lead_id, "fields": fields}},
    )
    return lead_id


def test_qualify_and_take_it_back(page: Page, address: str) -> None:
    lead_id = a_lead(
        address,
        first_name="Quirina",
        last_name="Zwetkow",
        company_name="Xylophon Werke",
        subject="Twelve lathes",
        email="q.zwetkow@xylophon.example",
    )
    visit(page, f"/qualification/{lead_id}", "Qualify Quirina Zwetkow")
    expect(page.get_by_role("table", name="Account")).to_contain_text("Xylophon Werke")
    expect(page.get_by_role("table", name="Account")).to_contain_text("the lead's company_name")
    assert_accessible(page)
    page.get_by_role("button", name="Contact: leave out").click()
    expect(page.get_by_role("table", name="Contact")).to_have_count(0)
    page.get_by_role("button", name="Contact: as proposed").click()
    expect(page.get_by_role("table", name="Contact")).to_be_visible()
    page.get_by_role("button", name="Qualify", exact=True).click()
    back = page.get_by_role("button", name="Take the qualification back")
    expect(back).to_be_visible()
    back.click()
    expect(page.get_by_role("heading", name="What would be created")).to_be_visible()
    expect(page.get_by_text("Taken back")).to_be_visible()


def test_give_a_lead_up_and_open_it_again(page: Page, address: str) -> None:
    lead_id = a_lead(address, last_name="Vestergren", company_name="Ulvö Trä")
    visit(page, f"/qualification/{lead_id}", "Qualify Vestergren")
    page.get_by_label("Reason").select_option(label="Cannot be reached")
    page.get_by_role("button", name="Disqualify").click()
    expect(page.get_by_text("Cannot be reached")).to_be_visible()
    page.get_by_role("button", name="Open the lead again").click()
    expect(page.get_by_role("button", name="Disqualify")).to_be_visible()
