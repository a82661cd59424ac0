"""A page as Chromium has it: what it complained about, asked for and looks like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

#: Faults of axe-core that shut somebody out; the others are matters of taste.
GRAVE = ("serious", "critical")
WIDE, NARROW = (1280, 1600), (390, 844)
#: What Chromium says when a sandboxed frame holds a script.
BLOCKED = "Blocked script execution in"
#: A page taller than this is cut in its picture.
TALLEST = 6000
WIDER = """() => {
  const all = document.documentElement, over = [];
  if (all.scrollWidth > innerWidth)
    for (const e of document.body.querySelectorAll('*'))
      if (e.getBoundingClientRect().right > innerWidth + 1
          && !e.closest('.nb-scroll, svg, .nb-sr'))
        over.push(e.outerHTML.slice(0, 120));
  return [all.scrollWidth - innerWidth, over.slice(0, 3)];
}"""


@dataclass
class Seen:
    """What happened while a page was open; lists are empty where all is well.

    But for ``kept_out``: what a crawled page wanted in its frame and did not get.
    """

    url: str
    missing: int = 0
    status: int = 0
    said: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    wider: list[str] = field(default_factory=list)
    shuts_out: list[str] = field(default_factory=list)
    kept_out: list[str] = field(default_factory=list)

    def faults(self) -> list[str]:
        """All faults in words, with the page they are of."""
        found = [
            *(f"console: {text}" for text in self.said),
            *(f"asks elsewhere: {url}" for url in self.elsewhere),
            *(f"not loaded: {url}" for url in self.failed),
            *(f"wider than the window: {what}" for what in self.wider),
            *(f"axe: {what}" for what in self.shuts_out),
        ]
        return [f"{self.url}: {what}" for what in found]


def shut_out(results: dict[str, Any]) -> list[str]:
    """The grave violations of an answer of axe-core, with the first element each."""
    return [
        f"{v['id']} ({v['impact']}, {len(v['nodes'])}×): {v['nodes'][0]['target']}"
        f" {v['nodes'][0]['html'][:160]} {_why(v['nodes'][0])}"
        for v in results["violations"]
        if v["impact"] in GRAVE
    ]


def _why(node: dict[str, Any]) -> str:
    told = [c["message"] for c in (*node["any"], *node["all"], *node["none"])]
    return "; ".join(told)[:200]


@cache
def axe() -> str:
    """axe-core as JavaScript, as its package for Python brings it."""
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


def same_origin(url: str, site: str) -> bool:
    """Whether a request stays at home."""
    asked, home = urlsplit(url), urlsplit(site)
    # The viewer of PDF files is an extension of Chromium and lies in it.
    return asked.scheme in ("data", "about", "blob", "chrome-extension", "chrome") or (
        (asked.scheme, asked.netloc) == (home.scheme, home.netloc)
    )


class Surfer:
    """One window on one site; every page is opened in the same tab."""

    def __init__(self, context: Any, site: str) -> None:
        self.site = site.rstrip("/")
        self.context = context
        self.page = context.new_page()
        self.seen = Seen("")
        context.on("request", self._requested)
        context.on("requestfailed", self._failed)
        context.on("console", self._console)
        context.on("weberror", lambda e: self.seen.said.append(str(e.error)))
        context.on("dialog", self._dialog)

    def _requested(self, request: Any) -> None:
        if not same_origin(request.url, self.site):
            self.seen.elsewhere.append(request.url)

    def _failed(self, request: Any) -> None:
        if "/originals/" in request.frame.url and request.failure == "csp":
            self.seen.kept_out.append(request.url)
        elif "ERR_ABORTED" not in (request.failure or ""):  # how downloads begin
            self.seen.failed.append(f"{request.url} {request.failure}")

    def _console(self, message: Any) -> None:
        if message.type not in ("error", "warning"):
            return
        if "/originals/" in message.location["url"] or BLOCKED in message.text:
            self.seen.kept_out.append(message.text)
        elif not (
            self.seen.missing and f"status of {self.seen.missing}" in message.text
        ):
            self.seen.said.append(f"{message.type}: {message.text}")

    def _dialog(self, dialog: Any) -> None:
        self.seen.said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open(self, path: str, missing: int = 0) -> Seen:
        """Open a page and wait for all it loads; ``missing``: the error it is."""
        self.seen = Seen(path, missing)
        answer = self.page.goto(self.site + path, wait_until="load")
        self.seen.status = answer.status
        return self.seen

    def original(self) -> Any:
        """The frame with the original, once it is there."""
        shown = self.page.locator(".nb-original iframe")
        shown.scroll_into_view_if_needed()
        frame = shown.element_handle().content_frame()
        frame.wait_for_url("**/originals/**")
        return frame

    def look(self, picture: Path | None = None, *, axe_too: bool = True) -> Seen:
        """Measure the open page, ask axe-core about it and keep a picture of it."""
        more, culprits = self.page.evaluate(WIDER)
        if more > 0:
            self.seen.wider += [f"by {more} px", *culprits]
        if axe_too:
            self.page.evaluate(axe())
            # The frame with the original is no page of ours.
            told = self.page.evaluate(
                "() => axe.run({exclude: [['iframe']]}, {resultTypes: ['violations'],"
                " iframes: false})"
            )
            self.seen.shuts_out += shut_out(told)
        if picture:
            tall = self.page.evaluate("document.documentElement.scrollHeight")
            size = self.page.viewport_size
            clip = {"x": 0, "y": 0, "width": size["width"],
                    "height": min(tall, TALLEST)}  # fmt: skip
            picture.parent.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=picture, full_page=True, clip=clip)
        return self.seen


@contextmanager
def window(
    browser: Any, site: str, size: tuple[int, int] = WIDE, **more: Any
) -> Iterator[Surfer]:
    """A window of that size that forgets everything when it is closed."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="zh-CN", **more
    )
    try:
        yield Surfer(context, site)
    finally:
        context.close()


def picture_name(path: str, width: int) -> str:
    """A file name for the picture of a page."""
    plain = re.sub(r"[^\w.-]+", "_", path.strip("/")) or "home"
    return f"{plain[:80]}.{width}.png"
