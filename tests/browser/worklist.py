"""What a seller is to do next."""

from playwright.sync_api import Page, expect

from tests.browser.looking import assert_accessible, visit


def test_the_worklist_of_a_seller(page: Page) -> None:
    visit(page, "/worklist", "Worklist")
    page.get_by_label("Seller").fill("seller2@norrland.example")
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows.nth(1)).to_contain_text("A promise of ours is late")
    assert_accessible(page)
    count = rows.count()
    page.get_by_role("button", name="Done:").last.click()
    expect(rows).to_have_count(count - 1)
