"""The scored list."""

import re

from playwright.sync_api import Page, expect

from tests.browser.looking import assert_accessible, visit


def test_the_scored_list(page: Page) -> None:
    visit(page, "/", "Scored leads")
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(51)
    grades = rows.nth(1).get_by_role("img", name=re.compile("Grade [AB], score"))
    expect(grades).to_be_visible()
    assert_accessible(page)


def test_the_list_by_grade_and_page(page: Page) -> None:
    visit(page, "/leads", "Scored leads")
    first = page.get_by_role("table").get_by_role("link").first
    name = first.inner_text()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Page 2")).to_be_visible()
    page.get_by_role("button", name="Back").click()
    expect(first).to_have_text(name)
    page.get_by_label("Grade", exact=True).select_option(label="D")
    expect(page.get_by_role("img", name=re.compile("Grade [ABC]"))).to_have_count(0)
    expect(page.get_by_role("img", name=re.compile("Grade D")).first).to_be_visible()


def test_search_looks_through_every_page(page: Page) -> None:
    visit(page, "/leads", "Scored leads")
    page.get_by_label("Search", exact=True).fill("L-0400")
    expect(page.get_by_role("status").get_by_text("1 found")).to_be_visible()
    expect(page.get_by_role("table").get_by_role("link")).to_have_count(1)
    page.get_by_label("Search", exact=True).fill("no such lead anywhere")
    expect(page.get_by_text("Nothing found")).to_be_visible()


def test_a_score_over_time_under_the_pointer(page: Page) -> None:
    visit(page, "/leads", "Scored leads")
    page.get_by_role("button", name=re.compile("over time")).first.hover()
    expect(page.get_by_role("img", name="Score over the last 30 days")).to_be_visible()


def test_opportunities_without_a_model_have_no_score(page: Page) -> None:
    visit(page, "/opportunities", "Scored opportunities")
    expect(page.get_by_role("img", name="Not scored").first).to_be_visible()
    assert_accessible(page)
