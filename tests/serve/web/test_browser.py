"""From an upload to an override in a real browser, by keyboard; every page looked at by axe-core, pictures kept."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from fiducial.serve.overrides import read_reviews
from fiducial.serve.service import ServiceOptions, open_service
from fiducial.serve.studies import read_study_row
from fiducial.serve.web.state import Service
from serve.making import STUDY, radiograph
from serve.web.browser import CHROMIUM, DRIVER, barriers, chromium, keep_shot, resize, served_over_http

SIZES = {"desk": (1280, 800), "tablet": (820, 1180)}
READER = f"/studies/{STUDY}/reader"
PAGES = {
    "worklist": ("/?show=all", "#rows tr"),
    "reader": (READER, ".conclusion"),
    "operations": ("/operations", "#settings tr"),
    "model": ("/operations/models/first", "h2"),
}
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="Chromium and its driver are not installed (apt-get install chromium-driver)"
)


@pytest.fixture(scope="module")
def service(pipeline: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with open_service(pipeline, ServiceOptions(tmp_path_factory.mktemp("data"))) as at_work:
        yield at_work


@pytest.fixture(scope="module")
def address(service: Service) -> Iterator[str]:
    with served_over_http(service) as found:
        yield found


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as found:
        yield found


def wait(browser: Chrome, css: str, text: str = "") -> None:
    """Until an element is there that says so; asked anew each time, as rows are replaced while they are looked at."""
    said = "return [...document.querySelectorAll(arguments[0])].some((one) => one.innerText.includes(arguments[1]))"
    WebDriverWait(browser, 30).until(lambda now: now.execute_script(said, css, text), f"{css} never said {text!r}")


def press(browser: Chrome, *keys: str) -> None:
    for key in keys:
        browser.switch_to.active_element.send_keys(key)


def drawn(browser: Chrome) -> None:
    complete = "const all = [...document.images]; return all.length > 0 && all.every((one) => one.complete)"
    WebDriverWait(browser, 30).until(lambda now: now.execute_script(complete))


def test_from_an_upload_to_an_override_by_keyboard(browser: Chrome, address: str, service: Service) -> None:
    resize(browser, *SIZES["desk"])
    browser.get(address)
    wait(browser, "#live", "live")
    files = [("files", ("a.dcm", radiograph(PatientName="<script>alert(1)</script>").read()))]
    assert httpx.post(f"{address}/studies?complete=true", files=files).status_code == 202
    wait(browser, "#rows tr .tag", "minutes")  # the row came by itself, and went up by itself when it was decided
    keep_shot(browser, "worklist-live")
    press(browser, "j", Keys.ENTER)
    wait(browser, "#verdict", "rule spot-in-bright")
    drawn(browser)
    press(browser, "2", "o", "+", "0")
    keep_shot(browser, "reader-live")
    press(browser, "r")
    reason = browser.switch_to.active_element
    Select(reason).select_by_value("artefact")
    reason.find_element(By.XPATH, "ancestor::form//button").click()
    wait(browser, "#decision", "Overridden by local")
    keep_shot(browser, "decision-overridden")
    (review,) = read_reviews(service.database, STUDY)
    assert (review.verdict, review.to, review.reason) == ("overridden", "false", "artefact")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_no_page_shuts_anybody_out(browser: Chrome, address: str, size: str, name: str) -> None:
    path, ready = PAGES[name]
    resize(browser, *SIZES[size])
    browser.get(address + path)
    wait(browser, ready)
    if name == "reader":
        drawn(browser)
    press(browser, "?")
    keep_shot(browser, f"{name}-{size}")
    assert barriers(browser) == []


def test_a_page_never_grows_wider_than_the_screen(browser: Chrome, address: str) -> None:
    resize(browser, *SIZES["tablet"])
    for path in ("/?show=all", READER, "/operations"):
        browser.get(address + path)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= SIZES["tablet"][0]


def test_single_keys_can_be_turned_off(browser: Chrome, address: str, service: Service) -> None:
    browser.get(f"{address}/?show=all")
    browser.execute_script("localStorage.setItem('single-keys', 'off')")
    browser.get(address + READER)
    wait(browser, "[data-accept]")
    press(browser, "a")
    browser.execute_script("localStorage.clear()")
    row = read_study_row(service.database, STUDY)
    assert row is not None
    assert row.review == "overridden"


def test_nothing_was_refused_by_the_policy_and_nothing_failed(browser: Chrome) -> None:
    told = [one["message"] for one in browser.get_log("browser") if one["level"] == "SEVERE"]  # type: ignore[no-untyped-call]  # selenium's
    assert told == []
