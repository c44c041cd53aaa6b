"""Settings."""

from playwright.sync_api import Page, expect

from tests.browser.looking import assert_accessible, visit


def test_settings_are_kept(page: Page) -> None:
    visit(page, "/settings", "Settings")
    section = page.get_by_role("region", name="Grades of opportunities")
    section.get_by_label("A from").fill("80")
    section.get_by_role("button", name="Save").click()
    expect(section.get_by_text("Saved.")).to_be_visible()
    assert_accessible(page)
    page.reload()
    expect(section.get_by_label("A from")).to_have_value("80")


def test_what_the_service_refuses_is_said(page: Page) -> None:
    visit(page, "/settings", "Settings")
    section = page.get_by_role("region", name="Grades of opportunities")
    section.get_by_label("B from").fill("99")
    section.get_by_role("button", name="Save").click()
    expect(section.get_by_role("alert")).to_be_visible()
