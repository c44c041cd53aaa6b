"""Scoring models."""

from playwright.sync_api import Page, expect

from tests.browser.looking import assert_accessible, visit


def test_a_model_says_how_good_it_is(page: Page) -> None:
    visit(page, "/models", "Scoring models")
    assert_accessible(page)
    page.get_by_role("link", name="Demo leads").click()
    expect(page.get_by_role("heading", level=1, name="Demo leads")).to_be_visible()
    for title in ("How good it is", "Does it come true?", "What it looks at", "Versions"):
        expect(page.get_by_role("heading", level=2, name=title)).to_be_visible()
    expect(page.get_by_role("img", name="Predicted probability against")).to_be_visible()
    page.get_by_role("button", name="source", exact=True).click()
    expect(page.get_by_role("table", name="source")).to_be_visible()
    assert_accessible(page)


def test_training_again_shows_its_progress_and_its_end(page: Page) -> None:
    visit(page, "/models", "Scoring models")
    page.get_by_role("link", name="Demo leads").click()
    page.get_by_role("button", name="Train again").click()
    expect(page.get_by_text("a new version is trained")).to_be_visible(timeout=120_000)
    expect(page.get_by_role("button", name="Put version 2 into use")).to_be_visible()
