"""Rules of duplicates, and which field of a lead becomes which field of a record."""

import re

from playwright.sync_api import Page, expect

from tests.browser.looking import assert_accessible, visit


def test_a_duplicate_rule_is_made_changed_published_and_deleted(page: Page) -> None:
    visit(page, "/settings/duplicates", "Duplicate rules")
    shipped = page.get_by_role("row").filter(has_text="Similar name and similar company")
    expect(shipped).to_contain_text("name: similar from 88%")
    expect(shipped.get_by_role("button")).to_have_text(["Unpublish"])  # neither changed nor deleted
    page.get_by_role("button", name="New rule").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Same VAT number")
    dialog.get_by_label("Looked for").select_option("Account")
    first = dialog.get_by_role("group", name="Condition 1")
    first.get_by_role("combobox", name="Field", exact=True).fill("vat_number")
    first.get_by_label("What both have").select_option("the same last characters")
    first.get_by_label("Characters").fill("8")
    dialog.get_by_role("button", name="Add a condition").click()
    second = dialog.get_by_role("group", name="Condition 2")
    second.get_by_role("combobox", name="Field", exact=True).fill("company")
    second.get_by_label("What both have").select_option("similar")
    second.get_by_label("Similar from").fill("0.8")
    assert_accessible(page)
    dialog.get_by_role("button", name="Save").click()
    row = page.get_by_role("row").filter(has_text="Same VAT number")
    expect(row).to_contain_text("vat_number: the same last 8 characters")
    expect(row).to_contain_text("company: similar from 80%")
    expect(row).to_contain_text("Account → Any kind")
    page.get_by_role("button", name="Change Same VAT number").click()
    dialog.get_by_role("button", name="Remove condition 2").click()
    dialog.get_by_role("button", name="Save").click()
    expect(row).not_to_contain_text("company")
    page.get_by_role("button", name="Publish Same VAT number", exact=True).click()
    expect(page.get_by_text(re.compile("Same VAT number is at work"))).to_be_visible()
    expect(row).to_contain_text("At work")
    expect(page.get_by_role("button", name="Change Same VAT number")).to_have_count(0)
    page.get_by_role("button", name="Unpublish Same VAT number").click()
    page.get_by_role("button", name="Delete Same VAT number").click()
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(row).to_have_count(0)
    expect(dialog).to_have_count(0)
    assert_accessible(page)


def test_a_rule_that_is_refused_says_why(page: Page, complaints: list[str]) -> None:
    visit(page, "/settings/duplicates", "Duplicate rules")
    page.get_by_role("button", name="New rule").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Nothing but blanks")
    dialog.get_by_role("combobox", name="Field", exact=True).fill("   ")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("conditions[0].field")
    complaints.clear()  # of the call that was refused


def test_a_field_mapping_is_added_changed_and_deleted(page: Page) -> None:
    visit(page, "/settings/mappings", "Field mappings")
    page.get_by_label("Record").select_option("Account")
    table = page.get_by_role("table", name="Field mappings")
    expect(table.get_by_role("row").filter(has_text="Contact")).to_have_count(0)
    # All fields of an address at once cannot be changed.
    expect(table.get_by_role("row").filter(has_text="fixed").get_by_role("button")).to_have_count(0)
    page.get_by_role("button", name="New mapping").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Its field").fill("vat_number")
    dialog.get_by_label("The lead's field").fill("vat")
    dialog.get_by_role("button", name="Save").click()
    row = table.get_by_role("row").filter(has_text="vat_number")
    expect(row).to_contain_text("Own")
    page.get_by_role("button", name="Change account.vat_number").click()
    expect(dialog.get_by_label("Its field")).to_be_disabled()
    dialog.get_by_label("The lead's field").fill("tax_number")
    dialog.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("tax_number")
    page.get_by_role("button", name="Delete account.vat_number").click()
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(row).to_have_count(0)
    assert_accessible(page)
