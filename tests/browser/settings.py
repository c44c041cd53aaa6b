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


def test_stages_are_added_moved_and_removed(page: Page) -> None:
    visit(page, "/settings", "Settings")
    section = page.get_by_role("region", name="Stages of the business process")
    names = section.get_by_role("textbox", name="Name")
    expect(names).to_have_count(4)
    section.get_by_role("button", name="Add a stage").click()
    names.nth(4).fill("Handover")
    section.get_by_role("group", name="Stage 5").get_by_label("Required fields").fill("budget,")
    section.get_by_role("button", name="Move Handover up").click()
    section.get_by_role("button", name="Save").click()
    expect(section.get_by_text("Saved.")).to_be_visible()
    page.reload()
    expect(names.nth(3)).to_have_value("Handover")
    expect(section.get_by_role("group", name="Stage 4").get_by_text("budget")).to_be_visible()
    section.get_by_role("button", name="Remove Handover").click()
    section.get_by_role("button", name="Save").click()
    expect(section.get_by_text("Saved.")).to_be_visible()


def test_what_the_service_refuses_is_said(page: Page, complaints: list[str]) -> None:
    visit(page, "/settings", "Settings")
    section = page.get_by_role("region", name="Grades of opportunities")
    section.get_by_label("B from").fill("99")
    section.get_by_role("button", name="Save").click()
    expect(section.get_by_role("alert")).to_be_visible()
    complaints.clear()  # of the call that was refused
