"""Portals whose lists are pages with a pager, and what their programs need.

A vendor says its addresses, its pager, and the marks it leaves in every page.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from tests.families import markup
from tests.families.columns import PLATFORM, ColumnFamily
from tests.families.family import WORD, Answer
from tests.families.model import (
    PAGE_SIZE,
    STUB_WORD,
    WITH_TEXT,
    WITH_WORD,
    Column,
    Item,
)


class Plain(ColumnFamily):
    """A family whose pages are put together alike."""

    platform_path: ClassVar[str]
    #: In the head of every page.
    marks: ClassVar[str] = ""

    @abstractmethod
    def first_page(self, slug: str) -> str:
        """Target of a column's page."""

    def pager(self, column: Column, targets: list[str], at: int) -> str:
        """What leads from page ``at`` (from nought) of a list to the others."""
        return ""

    def listing(self, column: Column) -> None:
        pages = self.model.pages(column.slug)
        targets = [self.first_page(column.slug)]
        targets += self.list_pages(column.slug) if len(pages) > 1 else []
        for at, (target, items) in enumerate(zip(targets, pages, strict=True)):
            content = f'<ul class="list">{self.items(column.slug, items)}</ul>'
            content += self.pager(column, targets, at)
            self.column_page(column, target, content)
        self.articles(column)

    def column_path(self, column: Column) -> str:
        if column.slug == PLATFORM.slug:
            return self.platform_path
        return self.first_page(column.slug)

    def column(self, slug: str) -> Column:
        everything = [*self.columns(), *self.model.others, self.model.news]
        return next(c for c in everything if c.slug == slug)

    def above(self, slug: str) -> list[str]:
        """The slugs on the way to a column of reports, its own last."""

        def holds(column: Column) -> bool:
            return column.slug == slug or any(map(holds, column.columns))

        return [c.slug for c in self.columns() if holds(c)] or [slug]

    def frame(self, title: str, head: str, content: str) -> str:
        links = [("/", "首页"), (self.platform_path, PLATFORM.name)]
        return self.document(title, head + self.marks, self.menu(links) + content)

    def data_of(self, item: Item) -> Answer | None:
        """The file of an article, for programs that send it; None without one."""
        if item.packaging == WITH_TEXT:
            data = markup.text(self.model, item)
            return Answer(data, "text/plain; charset=utf-8", "attachment")
        if item.packaging in (WITH_WORD, STUB_WORD):
            return Answer(markup.word(self.model, item), WORD, "attachment")
        return None


def cut(items: tuple[Item, ...], start: int, size: int = PAGE_SIZE) -> tuple[Item, ...]:
    """``size`` items from record ``start`` (from nought) on."""
    return items[max(start, 0) : max(start, 0) + size]
