"""Calls and the page of one. In the demo's CRM call-009 is analysed, and call-060 has no consent."""

import re

from playwright.sync_api import Page, expect

from tests.browser.looking import assert_accessible, visit

SAID = "What was said"


def test_calls_of_a_seller(page: Page) -> None:
    visit(page, "/calls", "Calls")
    table = page.get_by_role("table", name="Calls")
    expect(table.get_by_text("No consent").first).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Seller").select_option("seller10@norrland.example")
    expect(page).to_have_url(re.compile("seller=seller10"))
    table.get_by_role("link", name="金山印刷报表系统").click()
    expect(page.get_by_role("heading", level=1, name="金山印刷报表系统")).to_be_visible()


def test_a_mark_leads_to_its_turn(page: Page) -> None:
    visit(page, "/calls/call-009", "金山印刷报表系统")
    expect(page.get_by_role("img", name=re.compile("Who spoke when"))).to_be_visible()
    expect(page.get_by_text(re.compile("The seller talked 45.8"))).to_be_visible()
    promises = page.get_by_role("region", name="Commitments")
    expect(promises.get_by_text("11 Sept 2026")).to_be_visible()
    mentioned = page.get_by_role("region", name="Mentioned", exact=True)
    competitor = mentioned.get_by_role("listitem").filter(has_text="Contour-Analytics")
    competitor.get_by_role("button", name="Go to 0:59").click()
    turn = page.get_by_role("list", name=SAID).get_by_role("listitem").nth(15)
    expect(turn).to_be_focused()
    expect(turn.locator("mark").first).to_have_attribute("title", re.compile("Competitor: Contour-Analytics"))
    assert_accessible(page)


def test_a_comment_is_written_and_deleted(page: Page) -> None:
    visit(page, "/calls/call-010", re.compile("."))
    page.get_by_role("button", name=re.compile("^Comment on 0:")).first.click()
    words = "Ask for the budget first"
    page.get_by_role("textbox", name=re.compile("Comment on 0:")).fill(words)
    page.get_by_role("button", name="Write").click()
    comments = page.get_by_role("region", name="Comments")
    expect(comments.get_by_role("listitem").filter(has_text=words)).to_be_visible()
    comments.get_by_role("button", name=re.compile("^Delete the comment")).first.click()
    expect(comments.get_by_text("No comments yet")).to_be_visible()
