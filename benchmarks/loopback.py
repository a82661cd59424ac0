"""Portals on loopback, from one process: ``python -m benchmarks.loopback PAGES KB``.

It listens on every address of 127.0.0.0/8 at one port and answers alike on all of them,
so that thousands of hosts cost nothing. Prints the port, then serves until it is ended.
"""

from __future__ import annotations

import asyncio
import sys

PER_LIST = 10
WORDS = "全年主动公开政府信息若干条，收到依申请公开若干件，均已按期办结。"
NAVIGATION = "".join(
    f'<li><a href="http://www.example.gov.cn/c{n}/">栏目{n}</a></li>' for n in range(60)
)


def layout(pages: int) -> list[str]:
    """Paths of a portal: home, report column, its further list pages, articles."""
    articles = max(pages - 2, 1)
    while articles > 1 and articles + 1 - (-articles // PER_LIST) > pages:
        articles -= 1
    lists = -(-articles // PER_LIST)
    paths = ["/", "/nb/", *(f"/nb/index_{n}.html" for n in range(1, lists))]
    return paths + [f"/nb/{n}.html" for n in range(articles)]


def render(title: str, body: str, size: int) -> bytes:
    """A page of about ``size`` bytes."""
    head = f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{title}</title>"
    page = f"{head}</head><body><ul>{NAVIGATION}</ul>{body}"
    filler = f"<p>{WORDS}</p>"
    missing = max(size - len(page.encode()) - 20, 0) // len(filler.encode())
    return f"{page}<div>{filler * missing}</div></body></html>".encode()


def portal(pages: int, size: int) -> dict[str, bytes]:
    """Path → page. The articles are circulars, so that crawling is what is measured."""
    paths = layout(pages)
    articles = [p for p in paths if p.startswith("/nb/") and p[4:-5].isdecimal()]
    lists = [p for p in paths if p not in articles and p != "/"]
    made = {"/": render("首页", '<a href="/nb/">政府信息公开年报</a>', size)}
    for number, path in enumerate(lists):
        shown = articles[number * PER_LIST : (number + 1) * PER_LIST]
        items = "".join(
            f'<li><a href="{p}">某县2023年公开年报的通知{p[4:-5]}</a>'
            "<span>2024-01-18</span></li>"
            for p in shown
        )
        pager = "".join(f'<a href="{p}">下一页</a>' for p in lists[number + 1 :][:1])
        made[path] = render("政府信息公开年报", f"<ul>{items}</ul>{pager}", size)
    for path in articles:
        title = f"关于做好年报工作的通知{path[4:-5]}"
        made[path] = render(title, f"<h1>{title}</h1>", size)
    return made


class Answering(asyncio.Protocol):
    """Answers every request of a connection."""

    answers: dict[bytes, bytes]
    missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    hits = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.got = b""

    def data_received(self, data: bytes) -> None:
        self.got += data
        while b"\r\n\r\n" in self.got:
            request, _, self.got = self.got.partition(b"\r\n\r\n")
            path = request.split(b" ", 2)[1]
            answer = self.answers.get(path, self.missing)
            self.transport.write(answer)  # type: ignore[attr-defined]


async def serve(pages: int, size: int) -> None:
    """Serve until the process is ended."""
    Answering.answers = {
        path.encode(): b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body) + body
        for path, body in portal(pages, size).items()
    }
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answering, "0.0.0.0", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(float(sys.argv[2]) * 1000)))
