"""The pipeline's bubbles."""

from playwright.sync_api import Page, expect

from tests.browser.looking import assert_accessible, visit


def test_the_pipeline_as_bubbles_and_as_a_list(page: Page) -> None:
    visit(page, "/pipeline", "Pipeline")
    expect(page.get_by_role("img", name="open opportunities by close date")).to_be_visible()
    rows = page.get_by_role("table", name="Open opportunities").get_by_role("row")
    everybody = rows.count()
    assert everybody > 5
    assert_accessible(page)
    page.get_by_label("Owner").select_option(index=1)
    expect(rows.nth(1)).to_be_visible()
    assert rows.count() < everybody
    deal = rows.nth(1).get_by_role("link")
    name = deal.inner_text()
    deal.click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
