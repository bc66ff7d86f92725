"""Makes transfer.png from a demo that is running: the page of a transfer whose clearing never answered, as support
sees it. Names are masked, as on every page.

    script/demo                             in one terminal
    script/python docs.pictures.make        in another, with the same VAR_DIR; --url if the port is not 8000
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from audit.servers.place import var_dir

HERE = Path(__file__).resolve().parent
FAULT = "clearing_never_answers"
NUMBER = 2  # of those with this fault: one whose words are not nasty on purpose
WIDTH, HEIGHT = 1440, 1440


def main() -> None:
    parser = argparse.ArgumentParser(description="The picture of the README, from a running demo.")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the demo's address (default: %(default)s)")
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="the browser (default: %(default)s)")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", locale="en-GB", base_url=options.url
        )
        sign_in(page)
        open_transfer(page, late_transfer())
        page.screenshot(path=HERE / "transfer.png")
        browser.close()


def late_transfer() -> str:
    """A transfer that the demo bank planted this fault in, as the bank writes it."""
    faults = json.loads((var_dir() / "faults.json").read_text(encoding="utf-8"))
    subjects: list[str] = [fault["subject"] for fault in faults if fault["fault"] == FAULT]
    return subjects[NUMBER].partition(":")[2]


def sign_in(page: Page) -> None:
    passwords = json.loads((var_dir() / "demo-logins.json").read_text(encoding="utf-8"))
    page.goto("/sign-in")
    page.fill("#username", "support")
    page.fill("#password", passwords["support"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")


def open_transfer(page: Page, key: str) -> None:
    """By keyboard, as the README tells: search, reason 1, known by a code, Enter. An open door asks nothing."""
    page.keyboard.press("/")
    page.keyboard.type(key)
    page.keyboard.press("Enter")
    page.wait_for_url("**/of/transfer/**")
    if "/reason" in page.url:
        page.keyboard.press("1")
        page.keyboard.press("c")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/reason" not in url)
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    main()
