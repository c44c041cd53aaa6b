"""Every page on a phone, and by keyboard alone."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.browser.asking import ask
from tests.browser.looking import visit
from tests.browser.qualification import a_lead

ROUTES = Path(__file__).parents[2] / "web" / "src" / "routes.tsx"
PHONE = {"width": 360, "height": 740}
MOST_TABS = 150
SAID = "What was said"
CSV = {"name": "leads.csv", "mimeType": "text/csv", "buffer": b"id;visits\nx;1\n"}

# What stands beyond the screen's edges, unless it is in something that scrolls within itself or a part of a picture.
CUT_OFF = """() => {
  const scrolls = (element) => {
    for (let each = element; each && each !== document.body; each = each.parentElement)
      if (['auto', 'scroll'].includes(getComputedStyle(each).overflowX)) return true;
    return false;
  };
  const width = document.documentElement.clientWidth;
  return [...document.querySelectorAll('header *, main *:not(svg *)')]
    .filter((element) => {
      const { left, right, width: own } = element.getBoundingClientRect();
      return own > 1 && (right > width + 1 || left < -1) && element.checkVisibility() && !scrolls(element);
    })
    .map((element) => element.outerHTML.slice(0, 200));
}"""

Find = Callable[[Page], Locator]


@dataclass(frozen=True)
class Place:
    """A page with what one does there first.

    Attributes:
        path: Its address; `{lead}` and `{model}` stand for ids of this suite's.
        title: Its heading.
        control: The control that does it.
        brings: What is there once it was done.
        typed: What is typed into the control; else Enter is pressed on it.
    """

    path: str
    title: str | re.Pattern[str]
    control: Find
    brings: Find
    typed: str = ""


def _button(name: str, within: str = "") -> Find:
    def find(page: Page) -> Locator:
        part = page.get_by_role("region", name=within, exact=True) if within else page.locator("#main")
        return part.get_by_role("button", name=name).first

    return find


def _link(name: str | re.Pattern[str]) -> Find:
    return lambda page: page.locator("#main").get_by_role("link", name=name).first


def _heading(name: str) -> Find:
    return lambda page: page.get_by_role("heading", level=1, name=name)


def _text(text: str) -> Find:
    return lambda page: page.get_by_text(text).first


def _first_in_table(page: Page) -> Locator:
    return page.get_by_role("table").get_by_role("link").first


def _dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def _transcript(page: Page) -> Locator:
    return page.get_by_role("list", name=SAID)


PLACES = (
    Place(
        "/leads", "Scored leads", lambda page: page.get_by_role("searchbox"), _text("1 found"), typed="L-0400"
    ),
    Place(
        "/opportunities",
        "Scored opportunities",
        _first_in_table,
        lambda page: page.get_by_role("region", name="Relationship health"),
    ),
    Place(
        "/worklist",
        "Worklist",
        lambda page: page.get_by_label("Seller"),
        _text("A promise of ours is late"),
        typed="seller2@norrland.example",
    ),
    Place("/pipeline", "Pipeline", _button("Show as table"), _text("Hide the table")),
    Place("/import", "Import a CSV file", _button("Choose a file"), _text("1 row, 2 columns.")),
    Place("/models", "Scoring models", _link("Demo leads"), _heading("Demo leads")),
    Place(
        "/models/{model}",
        "Demo leads",
        lambda page: page.get_by_role("button", name="source", exact=True),
        lambda page: page.get_by_role("table", name="source"),
    ),
    Place(
        "/qualification/{lead}", "Qualify Tabea", _button("Contact: leave out"), _text("Contact: as proposed")
    ),
    Place("/settings", "Settings", _button("Save", within="Grades of leads"), _text("Saved.")),
    Place("/calls", "Calls", _link("Reporting for Wingtip"), _transcript),
    Place(
        "/calls/call-009",
        "金山印刷报表系统",
        lambda page: page.get_by_role("button", name="Go to 0:59").first,
        lambda page: _transcript(page).locator(":focus"),
    ),
    Place("/home?period=all", "Team's home page", _link(re.compile("^Budget: ")), _heading("Budget")),
    Place("/home/mentions/keyword/Budget?period=all", "Budget", _first_in_table, _transcript),
    Place(
        "/home/sellers/seller2%40norrland.example?period=all",
        re.compile("."),
        lambda page: page.get_by_role("combobox", name="Measure"),
        lambda page: page.get_by_role("img", name=re.compile("Listening over time")),
        typed="Listening",
    ),
    Place("/settings/trackers", "Trackers", _button("New tracker"), _dialog),
    Place("/settings/retention", "Retention and consent of calls", _button("Save"), _text("saved")),
    Place("/settings/notes", "Notes: words of time and suggestions", _button("Save"), _text("saved")),
    Place("/settings/duplicates", "Duplicate rules", _button("New rule"), _dialog),
    Place("/settings/mappings", "Field mappings", _button("New mapping"), _dialog),
    Place(
        "/records/lead/L-0400",
        re.compile("Contour 400"),
        _button("Show as table", within="Score"),
        lambda page: page.get_by_role("columnheader", name="Grade"),
    ),
)


@pytest.fixture(scope="module")
def suite_ids(address: str) -> dict[str, str]:
    """Ids of this suite's that are not the same each time."""
    models = ask(address, "leadlight.scoring.v1.ModelService/ListModels", {})["models"]
    demo = next(each["name"] for each in models if each["displayName"] == "Demo leads")
    lead = a_lead(address, first_name="Tabea", last_name="Unnerstall", company_name="Korb & Kiste")
    return {"lead": lead, "model": demo.removeprefix("models/")}


def test_no_page_is_left_out() -> None:
    paths = re.findall(r"path: '([^']+)'", ROUTES.read_text(encoding="utf-8"))
    assert paths
    for path in paths:
        address = re.compile(re.sub(r":\w+", "[^/?]+", path) + r"(\?|$)")
        assert any(address.match(place.path) for place in PLACES), path


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.path)
def test_on_a_phone_by_keyboard(page: Page, suite_ids: dict[str, str], place: Place) -> None:
    page.set_viewport_size(PHONE)
    page.on("filechooser", lambda chooser: chooser.set_files(CSV))
    visit(page, place.path.format_map(suite_ids), place.title)
    control = place.control(page)
    expect(control).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    with suppress(
        PlaywrightTimeoutError
    ):  # charts take their width once they know it; what is left is said below
        page.wait_for_function(f"({CUT_OFF})().length === 0")
    assert page.evaluate(CUT_OFF) == []
    _tab_to(page, control)
    if place.typed:
        page.keyboard.type(place.typed)
    else:
        page.keyboard.press("Enter")
    expect(place.brings(page)).to_be_visible()


def _tab_to(page: Page, control: Locator) -> None:
    """Goes from the start of the content to a control as the keyboard does."""
    page.locator("#main").focus()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if control.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("the keyboard does not get there")
