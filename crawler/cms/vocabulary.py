"""The words of ``vocabulary.yml`` as questions one can ask about a link. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from archive import yamls

FRAME = re.compile(r"[\s【】\[\]()<>《》»›·:|\"'“”‘’]+")
#: Columns often carry a number of the system: ``zfxxgknb_5754585``, ``zfxxgknb99``.
FOLDER_TAIL = r"_?\d*"


def plain(text: str) -> str:
    """A link text as it is compared.

    >>> plain("【 政府信息\\u3000公开年报 】>>")
    '政府信息公开年报'
    """
    return FRAME.sub("", unicodedata.normalize("NFKC", text))


def last_folder(url: str) -> str:
    """The name of the innermost folder of a URL.

    >>> last_folder("http://a.cn/zwgk/zfxxgknb_5754585/index.html")
    'zfxxgknb_5754585'
    """
    path = urlsplit(url).path
    head, _, name = path.rpartition("/")
    return name if name and "." not in name else head.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Compiled patterns; every question takes plain text or a URL."""

    _way_in: re.Pattern[str]
    _way_in_folder: re.Pattern[str]
    _column_name: re.Pattern[str]
    _column_text: re.Pattern[str]
    _weak_text: re.Pattern[str]
    _column_folder: re.Pattern[str]
    _year: re.Pattern[str]
    _kind: re.Pattern[str]
    _organ: re.Pattern[str]
    _says: re.Pattern[str]
    _title: re.Pattern[str]
    _next: re.Pattern[str]
    _suffix: re.Pattern[str]
    _download: re.Pattern[str]
    _file_text: re.Pattern[str]

    def leads_in(self, text: str, url: str) -> bool:
        """Whether a link leads towards the report column."""
        return bool(
            self._way_in.fullmatch(text)
            or ("公开" in text and self._way_in_folder.fullmatch(last_folder(url)))
        )

    def names_column(self, meta: str) -> bool:
        """Whether a meta tag says that the page is the report column."""
        return bool(self._column_name.fullmatch(plain(meta)))

    def is_column(self, text: str, url: str, *, inside: bool) -> bool:
        """Whether a link is to the report column. ``inside``: from the platform."""
        if self._column_text.fullmatch(text):
            return True
        weak = bool(self._weak_text.fullmatch(text))
        return weak and (inside or self.is_column_folder(url))

    def is_column_folder(self, url: str) -> bool:
        """Whether the innermost folder is named like the report column."""
        return bool(self._column_folder.fullmatch(last_folder(url)))

    def is_column_path(self, url: str) -> bool:
        """Whether any folder of the URL is named like the report column."""
        folders = urlsplit(url).path.split("/")[:-1]
        return any(self._column_folder.fullmatch(name) for name in folders)

    def is_year(self, text: str) -> bool:
        """Whether a text is the name of a sub-column by year."""
        return bool(self._year.fullmatch(text))

    def is_kind(self, text: str) -> bool:
        """Whether a text is the name of a sub-column by kind of organ."""
        return bool(self._kind.fullmatch(text))

    def is_organ(self, text: str) -> bool:
        """Whether a text can be the name of an organ."""
        return bool(self._organ.fullmatch(text))

    def says_report(self, text: str) -> bool:
        """Whether a list item of the report column is worth following."""
        return bool(self._says.search(text))

    def is_title(self, text: str) -> bool:
        """Whether a text reads like the title of a report."""
        return bool(self._title.search(text))

    def is_next(self, text: str) -> bool:
        """Whether a link turns the page."""
        return bool(self._next.fullmatch(text))

    def is_attachment(self, url: str) -> bool:
        """Whether a URL is that of a file."""
        return bool(
            self._suffix.search(urlsplit(url).path) or self._download.search(url)
        )

    def names_file(self, text: str) -> bool:
        """Whether the text of a link is the name of a file, or says it is one.

        >>> [load().names_file(text) for text in ("年报.pdf", "附件1：", "下载专区")]
        [True, True, False]
        """
        return bool(self._file_text.fullmatch(plain(text)))


def _any(patterns: list[str], tail: str = "") -> re.Pattern[str]:
    return re.compile("(?:" + "|".join(patterns) + ")" + tail, re.I)


@cache
def load() -> Vocabulary:
    """Read ``vocabulary.yml``."""
    text = files("crawler.cms").joinpath("vocabulary.yml").read_text("utf-8")
    data = yamls.load(text)
    column, sub, attachment = (
        data["report_column"],
        data["sub_column"],
        data["attachment"],
    )
    return Vocabulary(
        _any(data["way_in"]["texts"]),
        _any(data["way_in"]["folders"], FOLDER_TAIL),
        _any(column["columns"]),
        _any(column["texts"]),
        _any(column["weak_texts"]),
        _any(column["folders"], FOLDER_TAIL),
        _any(sub["years"]),
        _any(sub["kinds"]),
        _any(data["organ"]),
        _any(data["says"]),
        _any(data["title"]),
        _any(data["next_page"]),
        _any([r"\.(?:" + "|".join(attachment["suffixes"]) + ")$"]),
        _any(attachment["paths"]),
        _any(
            [*attachment["texts"], r".*\.(?:" + "|".join(attachment["suffixes"]) + ")"]
        ),
    )
