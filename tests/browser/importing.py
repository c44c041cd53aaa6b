"""CSV files in."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.looking import assert_accessible, visit


def test_open_leads_are_stored_and_the_rest_is_told(
    page: Page, tmp_path: Path, complaints: list[str]
) -> None:
    rows = "".join(f"imported-{number};Web;{number * 10}\n" for number in range(1, 31))
    file = tmp_path / "leads.csv"
    file.write_text(f"id;source;visits\n{rows}{'x' * 300};Web;1\n", encoding="utf-8")
    visit(page, "/import", "Import a CSV file")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("31 rows, 3 columns.")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Store and score open leads").check()
    page.get_by_role("button", name="Store", exact=True).click()
    expect(page.get_by_text("30 rows stored.")).to_be_visible()
    expect(page.get_by_text("1 row was not stored.")).to_be_visible()
    expect(page.get_by_role("table", name="Rows that were not stored")).to_contain_text("31")
    complaints.clear()  # of the batch that was refused


def test_contacts_that_are_there_already_are_named(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text(
        "id,first_name,last_name,email\n"
        "c-1,Quentin,Abernathy-Voss,quentin@voss.example\n"
        "c-2,Quentin,Abernathy-Voss,quentin@voss.example\n",
        encoding="utf-8",
    )
    visit(page, "/import", "Import a CSV file")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_label("Store contacts and look for duplicates").check()
    page.get_by_role("button", name="Store", exact=True).click()
    expect(page.get_by_text("2 rows stored.")).to_be_visible()
    likely = page.get_by_role("table", name="Likely duplicates")
    expect(likely.get_by_role("row", name=re.compile("c-1 c-2"))).to_be_visible()
    expect(likely.get_by_role("row", name=re.compile("c-2 c-1"))).to_be_visible()


def test_closed_leads_train_a_model(page: Page, tmp_path: Path) -> None:
    rows = "".join(
        f"{('Web', 'Fair')[number % 2]},{number % 7},{('no', 'yes')[(number % 2) ^ (number % 5 == 0)]}\n"
        for number in range(400)
    )
    file = tmp_path / "closed.csv"
    file.write_text(f"source,visits,won\n{rows}", encoding="utf-8")
    visit(page, "/import", "Import a CSV file")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_label("Outcome", exact=True)).to_have_value("won")
    expect(page.get_by_label("A good outcome is")).to_have_value("yes")
    # The demo's model stays in use.
    page.get_by_label("Put into use when ready").uncheck()
    page.get_by_role("button", name="Upload and train").click()
    expect(page.get_by_text("a new version is trained")).to_be_visible(timeout=120_000)


def test_a_file_without_a_header_is_refused(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "twice.csv"
    file.write_text("a,a\n1,2\n", encoding="utf-8")
    visit(page, "/import", "Import a CSV file")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("The column “a” is there twice.")).to_be_visible()
