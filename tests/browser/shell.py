"""The frame around the pages: languages, colours, the menu, addresses."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import visit


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("da", "Leads med score"),
        ("nb", "Leads med score"),
        ("sv", "Leads med poäng"),
        ("zh", "潜在客户评分"),
    ],
)
def test_five_languages(page: Page, code: str, title: str) -> None:
    visit(page, "/leads", "Scored leads")
    page.get_by_label("Language").select_option(code)
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", code)
    page.reload()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


def test_dark_is_remembered(page: Page) -> None:
    visit(page, "/leads", "Scored leads")
    page.get_by_role("button", name="Dark colours").click()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    page.reload()
    expect(page.get_by_role("button", name="Light colours")).to_be_visible()


def test_a_phone_has_a_menu(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    visit(page, "/leads", "Scored leads")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Opportunities").click()
    expect(page.get_by_role("heading", level=1, name="Scored opportunities")).to_be_visible()


def test_the_keyboard_skips_the_navigation(page: Page) -> None:
    visit(page, "/leads", "Scored leads")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    skip.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_an_address_that_is_no_page_says_so(page: Page) -> None:
    page.goto("/no/such/page")
    expect(page.get_by_text("There is no such page")).to_be_visible()
