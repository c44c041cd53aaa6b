"""The qualification pane, on leads of its own."""

import json
import urllib.request

from playwright.sync_api import Page, expect

from tests.browser.looking import assert_accessible, visit


def _lead(address: str, lead_id: str, **fields: str) -> None:
    body = json.dumps({"lead": {"id": lead_id, "fields": fields}}).encode()
    request = urllib.request.Request(
        f"{address}/leadlight.qualification.v1.QualificationService/UpsertLead",
        data=body,
        headers={"content-type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=60).close()  # noqa: S310 - the suite's own address


def test_qualify_and_take_it_back(page: Page, address: str) -> None:
    _lead(
        address,
        "browser-1",
        first_name="Quirina",
        last_name="Zwetkow",
        company_name="Xylophon Werke",
        subject="Twelve lathes",
        email="q.zwetkow@xylophon.example",
    )
    visit(page, "/qualification/browser-1", "Qualify Quirina Zwetkow")
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
    _lead(address, "browser-2", last_name="Vestergren", company_name="Ulvö Trä")
    visit(page, "/qualification/browser-2", "Qualify Vestergren")
    page.get_by_label("Reason").select_option(label="Cannot be reached")
    page.get_by_role("button", name="Disqualify").click()
    expect(page.get_by_text("Cannot be reached")).to_be_visible()
    page.get_by_role("button", name="Open the lead again").click()
    expect(page.get_by_role("button", name="Disqualify")).to_be_visible()
