"""Boda Visual SiteBuilder: lists numbered backwards, files from ``download.jsp``.

An article is ``/info/TREE/NEWS.htm``; from the list of departments some are linked by
``content.jsp`` as well.
"""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from tests.families import markup
from tests.families.family import Answer, Asked
from tests.families.model import Column, Item
from tests.families.plain import Plain

OWNER = "1404874179"
DOWNLOAD = "/system/_content/download.jsp"


class Boda(Plain):
    name = "boda"
    platform_path = "/zfxxgk.htm"
    marks = (
        '<script src="/system/resource/js/vsbscreen.min.js"></script>\n'
        '<link href="/system/resource/css/pagedown/sys.css" rel="stylesheet">\n'
        "<script>var _jsq_ = 1;</script>\n"
    )

    def first_page(self, slug: str) -> str:
        return f"/zfxxgk/{'/'.join(self.above(slug))}.htm"

    def list_pages(self, slug: str) -> list[str]:
        stem, count = self.first_page(slug)[:-4], len(self.model.pages(slug))
        return [f"{stem}/{n}.htm" for n in range(count - 1, 0, -1)]

    def address(self, item: Item, slug: str) -> str:
        return f"/info/{self.column(slug).number}/{item.number}.htm"

    def items(self, slug: str, items: tuple[Item, ...]) -> str:
        """The second line links its article by its other address too."""
        text = super().items(slug, items)
        for item in items[1:2]:
            program = (
                "/content.jsp?urltype=news.NewsContentUrl"
                f"&wbtreeid={self.column(slug).number}&wbnewsid={item.number}"
            )
            text += f'<a href="{escape(program)}">{escape(item.title)}</a>'
        return text

    def pager(self, column: Column, targets: list[str], at: int) -> str:
        links = [("p_no", target, str(n)) for n, target in enumerate(targets, 1)]
        if at + 1 < len(targets):
            links.append(("p_next p_fun", targets[at + 1], "下页"))
        links.append(("p_last p_fun", targets[-1], "尾页"))
        spans = "".join(
            f'<span class="{c}"><a href="{t}">{n}</a></span>' for c, t, n in links
        )
        total = len(self.model.listed(column.slug))
        return (
            '<div class="pb_sys_common pb_sys_normal pb_sys_style1">'
            f'<span class="p_t">共{total}条</span><span class="p_pages">{spans}</span>'
            f'<span class="p_t">{at + 1}/{len(targets)}</span></div>'
        )

    def attachment(self, item: Item, target: str) -> str:
        if self.data_of(item) is None:
            return ""
        self.site.program(DOWNLOAD, self.download)
        return (
            f"{DOWNLOAD}?urltype=news.DownloadAttachUrl&owner={OWNER}"
            f"&wbfileid={item.hex.upper()}"
        )

    def download(self, asked: Asked) -> Answer | None:
        """The file whose name only the answer tells."""
        wanted = asked.query.get("wbfileid", "").lower()
        item = next((i for i in self.model.items if i.hex == wanted), None)
        found = self.data_of(item) if item else None
        if item is None or found is None:
            return None
        suffix = ".txt" if "text" in found.content_type else ".docx"
        name = quote(item.title + suffix)
        header = ("Content-Disposition", f"attachment; filename*=UTF-8''{name}")
        return Answer(
            found.body, "application/octet-stream", found.kind, 200, (header,)
        )

    def article_body(self, item: Item) -> str:
        text = markup.body(self.model, item)
        return f'<div id="vsb_content_2"><div class="v_news_content">{text}</div></div>'

    def file_link(self, item: Item, target: str) -> str:
        link = f'<a href="{escape(target)}" target="_blank">{item.title}</a>'
        return f'<ul style="list-style-type:none;"><li>附件【{link}】</li></ul>'


FAMILY = Boda
