"""The team's home page."""

import re

from playwright.sync_api import Page, expect

from tests.browser.looking import assert_accessible, visit


def test_the_team_over_all_time(page: Page) -> None:
    visit(page, "/home?period=all", "Team's home page")
    for part in ("Deals", "What customers talk about", "What the best sellers do", "Recordings by month"):
        expect(page.get_by_role("region", name=part)).to_be_visible()
    best = page.get_by_role("table", name="Measure", exact=True)
    expect(best.get_by_role("row").filter(has_text="Talking")).to_contain_text(re.compile("more than noise"))
    expect(page.get_by_role("region", name="Team overview").get_by_role("row")).to_have_count(11)
    assert_accessible(page)


def test_a_keyword_leads_to_its_calls(page: Page) -> None:
    visit(page, "/home?period=all", "Team's home page")
    page.get_by_role("link", name=re.compile("^Budget: 5. mentions")).click()
    expect(page.get_by_role("heading", level=1, name="Budget")).to_be_visible()
    expect(page).to_have_url(re.compile("period=all"))
    calls = page.get_by_role("table", name="Calls")
    expect(calls.get_by_role("link").first).to_have_attribute("href", re.compile("^/calls/call-"))


def test_a_seller_over_time(page: Page) -> None:
    visit(page, "/home?period=all", "Team's home page")
    page.get_by_role("search").get_by_label("Team").select_option("North")
    sellers = page.get_by_role("region", name="Team overview").get_by_role("link")
    # Of the other team: the list is North's once she is gone.
    expect(sellers.filter(has_text="Helen Thornbury")).to_have_count(0)
    sellers.first.click()
    expect(page.get_by_role("heading", level=2, name="Over time")).to_be_visible()
    page.get_by_role("combobox", name="Measure").select_option(label="Listening")
    expect(page.get_by_role("img", name=re.compile("Listening over time"))).to_be_visible()
    assert_accessible(page)


def test_own_dates_need_both(page: Page) -> None:
    visit(page, "/home?period=own", "Team's home page")
    expect(page.get_by_text("Choose a first and a last day")).to_be_visible()
    page.get_by_label("First day").fill("2000-01-01")
    page.get_by_label("Last day").fill("2000-01-31")
    expect(page.get_by_text("No calls in this period")).to_be_visible()
