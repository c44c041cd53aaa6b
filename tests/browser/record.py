"""The record page. The demo's CRM is the same each time: L-0400 has a score, L-0384 looks like another lead."""

import re
import uuid

from playwright.sync_api import Page, expect

from tests.browser.looking import assert_accessible, visit

INSIGHTS = "**/leadlight.gateway.v1.InsightService/GetRecordInsights"


def test_a_lead_with_its_score_and_reasons(page: Page) -> None:
    visit(page, "/records/lead/L-0400", re.compile("Contour 400"))
    score = page.get_by_role("region", name="Score", exact=True)
    expect(score.get_by_role("img", name=re.compile("Grade [A-D], score"))).to_be_visible()
    reason = score.get_by_role("button", name=re.compile("industry: Finance"))
    reason.hover()
    expect(page.get_by_text(re.compile("of leads with industry"))).to_be_visible()
    score.get_by_role("button", name="Show as table").click()
    expect(score.get_by_role("columnheader", name="Grade")).to_be_visible()
    assert_accessible(page)


def test_what_if(page: Page) -> None:
    visit(page, "/records/lead/L-0400", re.compile("Contour 400"))
    part = page.get_by_role("region", name="What if")
    part.get_by_label("Attribute").select_option("industry")
    part.get_by_label("Value instead").fill("Retail")
    expect(part.get_by_role("img", name=re.compile("Grade"))).to_have_count(2)


def test_duplicates_are_merged_and_undone(page: Page) -> None:
    visit(page, "/records/lead/L-0384", re.compile("384"))
    part = page.get_by_role("region", name="Duplicates")
    part.get_by_role("button", name=re.compile("Merge L-0344")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("This can be undone")).to_be_visible()
    assert_accessible(page)
    dialog.get_by_role("button", name="Merge", exact=True).click()
    expect(part.get_by_text(re.compile("lead/L-0344 merged into lead/L-0384"))).to_be_visible()
    part.get_by_role("button", name="Undo").click()
    expect(part.get_by_role("button", name=re.compile("Merge L-0344"))).to_be_visible()
    expect(part.get_by_role("button", name="Undo")).to_have_count(0)


def test_a_note_suggests_and_the_suggestion_is_taken(page: Page) -> None:
    visit(page, "/records/lead/L-0399", "吴建军, 东方仪器")
    part = page.get_by_role("region", name="Notes")
    # Its own words: the note of a try that lost a race is still there.
    about = uuid.uuid4().hex[:8]
    part.get_by_label("New note").fill(f"Nice talk about {about}. Call Mia Holm tomorrow at 10.")
    part.get_by_role("button", name="Save note").click()
    note = part.locator(".mantine-Card-root").filter(has_text=about)
    expect(note.locator("mark")).to_contain_text("Call Mia Holm tomorrow at 10")
    note.get_by_role("button", name=re.compile("Accept:")).first.click()
    expect(note.get_by_text("Accepted", exact=True)).to_be_visible()
    assert_accessible(page)


def test_a_deal_has_health_activities_and_won_deals_beside_it(page: Page) -> None:
    visit(page, "/records/opportunity/O-146", "Reporting for Adatum")
    health = page.get_by_role("region", name="Relationship health")
    expect(health.get_by_role("progressbar")).to_have_count(3)
    expect(page.get_by_role("img", name=re.compile("Activities per day over 60 days"))).to_be_visible()
    expect(page.get_by_role("region", name="Similar won deals").get_by_role("link").first).to_be_visible()
    assert_accessible(page)


def test_every_sentence_is_in_the_readers_language(page: Page) -> None:
    visit(page, "/records/opportunity/O-146", "Reporting for Adatum")
    page.get_by_label("Language").select_option("da")
    said = re.compile("^De nyeste vundne handler havde i gennemsnit .* aktiviteter; her: 13[.]$")
    expect(page.get_by_text(said)).to_be_visible()
    visit(page, "/records/lead/L-0400", re.compile("Contour 400"))
    page.get_by_role("button", name=re.compile("industry: Finance")).hover()
    expect(page.get_by_text(re.compile("af leads med industry »Finance« kvalificeres"))).to_be_visible()
    page.get_by_label("Værdi i stedet").fill("Retail")
    expect(page.get_by_text(re.compile("^med .* »Retail«.*: [0-9]+ til [0-9]+$"))).to_be_visible()
    page.get_by_label("Sprog").select_option("zh")
    page.get_by_role("button", name=re.compile("industry: Finance")).hover()
    expect(page.get_by_text(re.compile("industry为“Finance”的线索中"))).to_be_visible()


def test_a_contact_has_those_who_know_them(page: Page) -> None:
    visit(page, "/records/contact/C-005", re.compile("."))
    expect(page.get_by_role("img", name=re.compile("Graph of"))).to_be_visible()
    assert_accessible(page)


def test_a_gateway_that_fails_is_said_in_plain_words(page: Page, complaints: list[str]) -> None:
    page.route(
        INSIGHTS,
        lambda route: route.fulfill(
            status=403,
            json={"code": "permission_denied", "message": "none of the roles that this asks for"},
        ),
    )
    page.goto("/records/lead/L-0400")
    expect(page.get_by_role("alert").get_by_text("You may not do this.")).to_be_visible()
    page.unroute(INSIGHTS)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("region", name="Score", exact=True)).to_be_visible()
    complaints.clear()
