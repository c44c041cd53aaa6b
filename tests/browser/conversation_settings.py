"""Trackers, retention of calls, words of time."""

import re

from playwright.sync_api import Page, expect

from tests.browser.looking import assert_accessible, visit


def test_a_tracker_is_created_changed_and_deleted(page: Page) -> None:
    visit(page, "/settings/trackers", "Trackers")
    page.get_by_role("button", name="New tracker").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Id").fill("Budget")
    dialog.get_by_label("Phrases").fill("onboarding")
    dialog.get_by_label("Team").fill("Nobody's")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("There is a tracker Budget already")
    assert_accessible(page)
    dialog.get_by_label("Id").fill("Onboarding")
    dialog.get_by_role("button", name="Save").click()
    row = page.get_by_role("row").filter(has_text="Onboarding")
    expect(row).to_contain_text("onboarding")
    page.get_by_role("button", name="Change Onboarding").click()
    dialog.get_by_label("Phrases").fill("onboarding\nrollout")
    dialog.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("onboarding, rollout")
    page.get_by_role("button", name="Delete Onboarding").click()
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(row).to_have_count(0)
    expect(dialog).to_have_count(0)
    assert_accessible(page)


def test_retention_that_is_refused_says_which_field(page: Page, complaints: list[str]) -> None:
    visit(page, "/settings/retention", "Retention and consent of calls")
    page.get_by_label("Highlights and summary").fill("1")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text(re.compile("highlight_days"))
    assert_accessible(page)
    complaints.clear()


def test_words_of_time_that_are_refused(page: Page, complaints: list[str]) -> None:
    visit(page, "/settings/notes", "Notes: words of time and suggestions")
    page.get_by_label("Time zone").fill("Nowhere/Land")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text(re.compile("time_zone"))
    assert_accessible(page)
    complaints.clear()
