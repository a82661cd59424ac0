"""What the sites of all families have in common: addresses, answers, what a page is."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from crawler.urls import canonical
from tests.families import markup
from tests.families.model import STUB_WORD, WITH_TEXT, WITH_WORD, Item, Model

HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"
XML = "text/xml; charset=utf-8"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

#: What a page is. Requests may be three times the pages that carry lists or reports.
KINDS = ("home", "way", "list", "report", "attachment", "decoy", "other")
CARRYING = ("list", "report", "attachment")


@dataclass(frozen=True)
class Answer:
    """What the portal answers; ``kind`` is one of ``KINDS``."""

    body: bytes
    content_type: str = HTML
    kind: str = "other"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Asked:
    """A request as a program of the portal sees it."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    json: Any
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def given(self) -> dict[str, str]:
        """Parameters of the query and of the form."""
        return self.query | self.form


NOT_FOUND = Answer(b"<html><body><p>404</p></body></html>", status=404)
Program = Callable[[Asked], Answer | None]


@dataclass
class Site:
    """The pages of one portal: static ones by path and query, programs by path.

    The order of the parameters of a query is of no account. ``asked`` collects what
    was asked for, as (method, target, kind of the answer).
    """

    base: str
    pages: dict[str, Answer] = field(default_factory=dict)
    programs: dict[str, Program] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def add(
        self, target: str, body: str | bytes, kind: str, content_type: str = HTML
    ) -> None:
        """A static page; an address is given only once."""
        data = body.encode() if isinstance(body, str) else body
        key = self._key(target)
        assert key not in self.pages, f"two pages at {target}"
        assert kind in KINDS, kind
        self.pages[key] = Answer(data, content_type, kind)

    def program(self, path: str, answer: Program) -> None:
        """A path whose answer is made from the parameters; None is a 404."""
        self.programs[path] = answer

    def _key(self, target: str) -> str:
        url = canonical(target, self.base)
        assert url, target
        parts = urlsplit(url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def answer(
        self,
        target: str,
        post: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """The answer to a GET of ``target`` (path and query), or to a POST."""
        parts = urlsplit(target)
        found: Answer | None = None
        if program := self.programs.get(parts.path):
            found = program(_asked(target, post, headers or {}))
        elif post is None:
            found = self.pages.get(self._key(target))
        found = found or NOT_FOUND
        self.asked.append(("GET" if post is None else "POST", target, found.kind))
        return found


def _asked(target: str, post: str | None, headers: dict[str, str]) -> Asked:
    parts = urlsplit(target)
    form, data = {}, None
    if post and post.lstrip().startswith("{"):
        data = json.loads(post)
    elif post:
        form = dict(parse_qsl(post, keep_blank_values=True))
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    method = "GET" if post is None else "POST"
    return Asked(method, parts.path, query, form, data, headers)


class Family(ABC):
    """A vendor's way of building the portal of a model."""

    name: ClassVar[str]

    def __init__(self, model: Model, base: str) -> None:
        self.model = model
        self.base = base.rstrip("/")
        self.site = Site(self.base + "/")

    @abstractmethod
    def build(self) -> Site:
        """The whole portal; the home page is ``/``."""

    #: Site paths of a list page and of an article that must show the family.
    @property
    @abstractmethod
    def telling(self) -> tuple[str, ...]:
        """Targets of home, a list and an article, each of which shows the family."""

    #: What the tests for next pages want to know of the column of the government.
    @abstractmethod
    def list_pages(self, slug: str) -> list[str]:
        """Targets of all pages of a column's list after the first, in order.

        A page that is asked for by POST is written ``target␠body``.
        """

    @abstractmethod
    def first_page(self, slug: str) -> str:
        """Target of the first page of a column's list, written as in ``list_pages``."""

    # ----------------------------------------------------------------- attachments

    def attachment(self, item: Item, target: str) -> str:
        """Adds the file of an item at ``target`` and returns the target; '' if none.

        ``target`` has no suffix; programs that send files leave it so.
        """
        if item.packaging == WITH_TEXT:
            kind, data, suffix = "text/plain; charset=utf-8", markup.text, ".txt"
        elif item.packaging in (WITH_WORD, STUB_WORD):
            kind, data, suffix = WORD, markup.word, ".docx"
        else:
            return ""
        self.site.add(target + suffix, data(self.model, item), "attachment", kind)
        return target + suffix

    @staticmethod
    def kind_of(item: Item) -> str:
        """What the page of an item counts as."""
        return "report" if item.kind == "report" else "decoy"
