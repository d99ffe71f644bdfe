"""The site in a browser, opened from the disk: ways, search, switches, keys, contrast, narrow windows, no network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import panelkit as pk
from panelkit.report.write import write
from tests.claims.small import SMALL
from tests.report.browser import Browser, needs_chromium, opened

pytestmark = needs_chromium

PAGES = ("index.html", "index.zh.html", "en/T1.html", "zh/T1.html", "en/T2.html", "zh/T3.html", "check.html")
LEAST = 4.5  # WCAG 2.1, success criterion 1.4.3, text of ordinary size
TAB, ESCAPE, ENTER, DOWN, UP, SLASH = (
    ("Tab", 9),
    ("Escape", 27),
    ("Enter", 13),
    ("ArrowDown", 40),
    ("ArrowUp", 38),
    191,
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("claims") / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    out = tmp_path_factory.mktemp("a run: 报告 & 表")  # a folder whose name needs quoting in an address
    write(pk.check(path), out, "en")
    return out


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with opened(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def browser(running: Browser, site: Path) -> Browser:
    running.events.clear()
    running.width(1280)
    running.prefer("light")
    running.open(site / "index.html")
    running.ask("localStorage.clear()")
    return running


def address(browser: Browser, site: Path) -> str:
    found = str(browser.ask("decodeURIComponent(location.href)"))
    return found.removeprefix(f"file://{site}/")


def click(browser: Browser, selector: str) -> None:
    browser.act(lambda: browser.ask(f"document.querySelector({selector!r}).click()"))


def look_for(browser: Browser, text: str) -> list[str]:
    browser.ask("document.getElementById('query').value = ''; document.getElementById('query').focus()")
    browser.type(text)
    return list(browser.ask("[...document.querySelectorAll('#results b')].map(item => item.textContent)"))


def test_every_claim_is_reached_from_the_overview_and_leads_back(browser: Browser, site: Path) -> None:
    browser.open(site / "index.html")
    click(browser, "table.claims a")
    assert address(browser, site) == "en/T1.html"
    assert browser.ask("document.querySelector('h1').textContent.trim().startsWith('T1')")
    click(browser, "a[rel=next]")
    assert address(browser, site) == "en/T2.html"
    click(browser, "a[rel=prev]")
    click(browser, "header nav a")
    assert address(browser, site) == "index.en.html"


def test_the_switch_of_languages_leads_to_the_same_claim_and_back(browser: Browser, site: Path) -> None:
    for start, other in (("en/T1.html", "zh/T1.html"), ("index.en.html", "index.zh.html")):
        browser.open(site / start)
        click(browser, "header nav a[hreflang]")
        assert address(browser, site) == other
        assert browser.ask("document.documentElement.lang") == "zh-CN"
        click(browser, "header nav a[hreflang]")
        assert address(browser, site) == start


@pytest.mark.parametrize("page", ["index.html", "index.zh.html", "en/T3.html", "zh/T1.html"])
def test_claims_are_found_in_both_languages_on_every_page(browser: Browser, site: Path, page: str) -> None:
    browser.open(site / page)
    assert look_for(browser, "t2") == ["T2"]
    assert look_for(browser, "GOVERNMENT two thirds") == ["T1"]
    assert look_for(browser, "政府 弹性") == ["T1"]
    assert look_for(browser, "无法检验") == look_for(browser, "not testable")
    assert look_for(browser, "nobody") == ["T3"]
    assert look_for(browser, "small") == ["T1", "T2", "T3"]
    assert look_for(browser, "no such word") == []
    assert browser.ask("document.getElementById('count').textContent").endswith("0")
    look_for(browser, "T1")
    browser.act(lambda: browser.press(*ENTER, text="\r"))
    assert address(browser, site) == f"{'zh' if 'zh' in page else 'en'}/T1.html"


def test_the_search_works_from_the_keyboard(browser: Browser, site: Path) -> None:
    browser.open(site / "index.html")
    browser.press("/", SLASH, text="/")
    assert browser.ask("document.activeElement.id") == "query"
    browser.type("small")
    browser.press(*DOWN)
    browser.press(*DOWN)
    assert browser.ask("document.activeElement.querySelector('b').textContent") == "T2"
    browser.press(*UP)
    browser.press(*UP)
    assert browser.ask("document.activeElement.id") == "query"
    browser.press(*ESCAPE)
    assert browser.ask("document.getElementById('found').hidden")
    assert browser.ask("document.getElementById('query').value") == ""


def test_the_first_tab_skips_to_the_content_and_focus_is_seen(browser: Browser, site: Path) -> None:
    browser.open(site / "en/T1.html")
    browser.press(*TAB)
    assert browser.ask("document.activeElement.className") == "skip"
    assert browser.ask("document.activeElement.getBoundingClientRect().top >= 0")
    for _ in range(6):
        assert browser.ask("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        assert browser.ask("parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2")
        browser.press(*TAB)


@pytest.mark.parametrize(("system", "other"), [("light", "dark"), ("dark", "light")])
def test_the_theme_follows_the_system_until_it_is_chosen(
    browser: Browser, site: Path, system: str, other: str
) -> None:
    dark = "getComputedStyle(document.documentElement).colorScheme"
    pressed = "document.getElementById('theme').getAttribute('aria-checked')"
    browser.prefer(system)
    browser.open(site / "index.html")
    assert (browser.ask(dark), browser.ask(pressed)) == (system, str(system == "dark").lower())
    browser.ask("document.getElementById('theme').click()")
    assert (browser.ask(dark), browser.ask(pressed)) == (other, str(other == "dark").lower())
    browser.open(site / "zh/T1.html")  # the choice holds on the other pages
    assert (browser.ask(dark), browser.ask(pressed)) == (other, str(other == "dark").lower())


def test_no_page_asks_the_network_and_no_console_has_anything_to_say(browser: Browser, site: Path) -> None:
    for page in PAGES:
        browser.open(site / page)
        browser.ask("for (const part of document.querySelectorAll('details')) part.open = true")
        if page != "check.html":
            assert look_for(browser, "small")
        assert browser.ask("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    asked = [url for url in browser.requests() if not url.startswith(("file://", "data:"))]
    assert asked == []
    assert browser.faults() == []


CONTRAST = """
(() => {
  const parsed = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (text) => {
    const linear = (v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
    const [r, g, b] = parsed(text).map((v) => linear(v / 255));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = (item) => {
    for (let at = item; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (parsed(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const found = [];
  for (const item of document.querySelectorAll("body *")) {
    const own = [...item.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own && item.tagName !== "INPUT" || item.closest("svg, .unseen")) continue;
    const [a, b] = [light(getComputedStyle(item).color), light(behind(item))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    found.push([ratio, item.tagName + "." + item.className + ": " + item.textContent.trim().slice(0, 30)]);
  }
  return found;
})()
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(browser: Browser, site: Path, theme: str) -> None:
    browser.prefer(theme)
    for page in PAGES:
        browser.open(site / page)
        browser.ask("for (const part of document.querySelectorAll('details')) part.open = true")
        if page != "check.html":
            look_for(browser, "small")
        found = browser.ask(CONTRAST)
        assert len(found) > 20
        assert [(round(ratio, 2), what) for ratio, what in found if ratio < LEAST] == []


@pytest.mark.parametrize("pixels", [320, 400, 768])
def test_a_narrow_window_scrolls_tables_and_not_the_page(browser: Browser, site: Path, pixels: int) -> None:
    browser.width(pixels)
    for page in PAGES:
        browser.open(site / page)
        browser.ask("for (const part of document.querySelectorAll('details')) part.open = true")
        assert browser.ask("document.documentElement.scrollWidth") <= pixels, page
    wide = "[...document.querySelectorAll('.scroll')].filter(box => box.scrollWidth > box.clientWidth)"
    browser.open(site / "en/T1.html")
    assert browser.ask(f"{wide}.every(box => box.tabIndex === 0 && box.getAttribute('aria-label'))")


def test_paper_shows_what_is_folded_and_no_controls(browser: Browser, site: Path) -> None:
    browser.prefer("dark")
    browser.open(site / "en/T1.html")
    browser.ask("dispatchEvent(new Event('beforeprint'))")
    assert browser.ask("[...document.querySelectorAll('details:not(.numbers)')].every(part => part.open)")
    browser.call("Emulation.setEmulatedMedia", media="print", features=[])
    assert browser.ask("getComputedStyle(document.querySelector('.bar')).display") == "none"
    assert browser.ask("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    browser.ask("dispatchEvent(new Event('afterprint'))")
    browser.call("Emulation.setEmulatedMedia", media="", features=[])
    assert len(browser.call("Page.printToPDF")["data"]) > 10_000


def test_a_page_without_scripts_is_whole(browser: Browser, site: Path) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(site / "en/T1.html")
        shown = browser.call("Runtime.evaluate", expression="document.body.innerText")["result"]["value"]
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
    assert "Conditions" in shown
    assert "Search the claims" not in shown
