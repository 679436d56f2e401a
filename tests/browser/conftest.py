"""Pages in headless Chromium: one browser for all tests, through Debian's driver."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from gradcalc.cli.main import main

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# A test waits for a page no longer than this, in seconds.
_PATIENCE = 30


@pytest.fixture(scope="session")
def browser():
    """The driver of the one browser."""
    webdriver = pytest.importorskip(
        "selenium.webdriver", reason="the extra browser is not installed"
    )
    binary = next(filter(None, map(shutil.which, _BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("there is no Chromium with its driver: chromium, chromium-driver")
    if int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) > 1:
        pytest.skip("one browser is enough: python -m pytest tests/browser")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for switch in (
        "--headless=new",
        "--no-sandbox",  # which root may not have
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--hide-scrollbars",
    ):
        options.add_argument(switch)
    options.set_capability(
        "goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"}
    )
    service = webdriver.ChromeService(driver, log_output=os.devnull)
    with webdriver.Chrome(options=options, service=service) as chromium:
        yield chromium


class Page:
    """A page in the browser, read and worked as its user does."""

    def __init__(self, driver):
        self.driver = driver
        self.path = None

    def open(
        self,
        path,
        link="",
        *,
        width=1280,
        height=800,
        dark=False,
        reduced_motion=False,
        touch=False,
    ):
        """Show the file on a screen of that kind; the page itself."""
        self.driver.get("about:blank")
        self.console()
        self.requests()
        self.path = Path(path)
        self._command(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=touch,
        )  # fmt: skip
        self.emulate(dark=dark, reduced_motion=reduced_motion)
        self.driver.get(self.path.as_uri() + link)
        return self

    def emulate(self, *, dark, reduced_motion=False):
        """Let the browser prefer these while the page is shown."""
        preferred = {
            "prefers-color-scheme": "dark" if dark else "light",
            "prefers-reduced-motion": "reduce" if reduced_motion else "no-preference",
        }
        features = [{"name": name, "value": value} for name, value in preferred.items()]
        self._command("Emulation.setEmulatedMedia", features=features)

    def _command(self, name, **parameters):
        self.driver.execute_cdp_cmd(name, parameters)

    # --- what it shows

    def run(self, script, *arguments):
        """What the JavaScript returns."""
        return self.driver.execute_script(script, *arguments)

    def wait(self, script, *arguments):
        """Wait until the JavaScript returns what is true; what it returned."""
        end = time.monotonic() + _PATIENCE
        while not (found := self.run(script, *arguments)):
            assert time.monotonic() < end, f"never so: {script}; {self.console()}"
            time.sleep(0.02)
        return found

    def text(self, selector="body"):
        """The text that the element shows."""
        return self.run(
            "return document.querySelector(arguments[0]).innerText", selector
        )

    def screenshot(self, path):
        """Write a picture of what is shown."""
        self.driver.save_screenshot(str(path))

    # --- what its user does

    def press(self, *keys):
        """Press keys, one after the other: names of Selenium's Keys, or characters."""
        from selenium.webdriver import ActionChains, Keys

        actions = ActionChains(self.driver, duration=0)
        for key in keys:
            actions.send_keys(key if len(key) == 1 else getattr(Keys, key))
        actions.perform()

    def click(self, selector):
        """Click on the element with the mouse."""
        self.driver.find_element("css selector", selector).click()

    def type(self, selector, text):
        """Type the text into the box in the place of what it holds."""
        from selenium.webdriver import Keys

        box = self.driver.find_element("css selector", selector)
        box.send_keys(Keys.CONTROL, "a")
        box.send_keys(text)

    # --- what it must not do

    def console(self):
        """The messages of the browser's console since it was last asked."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """The addresses asked for since it was last asked, beside the page's own."""
        events = [
            json.loads(entry["message"])["message"]
            for entry in self.driver.get_log("performance")
        ]
        asked = [
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        ]
        own = None if self.path is None else self.path.as_uri()
        return [url for url in asked if url not in (own, "about:blank")]

    def overflow(self):
        """How much wider the page is than the screen, in pixels."""
        return self.run(
            "const root = document.documentElement;"
            "return Math.max(0, root.scrollWidth - root.clientWidth)"
        )


@pytest.fixture
def page(browser):
    """A page that is opened with `page.open(path)`.

    After the test it must have logged nothing and asked for nothing.
    """
    shown = Page(browser)
    yield shown
    if shown.path is not None:
        assert shown.console() == []
        assert shown.requests() == []


@pytest.fixture
def made(tmp_path):
    """Runs a command that writes a page: `made("graph", "x*y")`; the page's path.

    That what it looks for was not found is an answer like others.
    """

    def made(*words):
        path = tmp_path / f"page{len(list(tmp_path.iterdir()))}.html"
        assert main([*words, "--out", str(path)]) in (0, 1)
        return path

    return made
