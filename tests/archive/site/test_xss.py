"""Crawled words are words: none of 60 payloads becomes markup or runs, anywhere."""

from __future__ import annotations

import csv
import http.server
import io
import json
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, unquote

import pytest
from lxml import etree, html

from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.publish import publish
from archive.records import (
    Agency,
    Cell,
    Chapter,
    Check,
    Document,
    Extraction,
    Leftover,
    Report,
    Source,
    Verdict,
)
from archive.serve import make_app
from archive.warc import WarcStore
from pipelines.templates import metrics
from tests.archive.site.conftest import NOW, RULES, exchange

#: RUN stands for what a payload would do: change the title, ask a listener, alert.
WRAPPINGS = [
    "<script>RUN</script>", '"><script>RUN</script>', "'><script>RUN</script>",
    "</title><script>RUN</script>", "</textarea><script>RUN</script>",
    "</script><script>RUN</script>", "--><script>RUN</script>",
    "]]><script>RUN</script>", "</style><script>RUN</script>",
    "<ScRiPt>RUN</sCrIpT>", "<script\x0c>RUN</script>", "<script/x>RUN</script>",
    "<scr<script>ipt>RUN</scr</script>ipt>", "<<script>RUN//<</script>",
    "<img src=x onerror=RUN>", '"><img src=x onerror="RUN">',
    "<img src=x onerror=RUN//",
    "<svg onload=RUN>", "<svg/onload=RUN>", "<svg><script>RUN</script></svg>",
    "<svg><animate onbegin=RUN attributeName=x dur=1s>",
    "<math><mtext><script>RUN</script>", "<body onload=RUN>", "<iframe onload=RUN>",
    "<iframe srcdoc='<script>parent.RUN</script>'>",
    "<iframe src=javascript:RUN>", "<object data=javascript:RUN>",
    "<embed src=javascript:RUN>", "<a href=javascript:RUN autofocus onfocus=RUN>x</a>",
    "<a href='java\tscript:RUN'>x</a>", "<a href='&#106;avascript:RUN'>x</a>",
    "javascript:RUN", "JaVaScRiPt:RUN", "\x01javascript:RUN", "java\nscript:RUN",
    "javascript://www.gov.cn/%0aRUN", "data:text/html,<script>RUN</script>",
    "data:text/html;base64,PHNjcmlwdD4=", "vbscript:RUN",
    "//127.0.0.1:1/pwn", "http://a.gov.cn/\" onmouseover=\"RUN",
    '" onfocus="RUN" autofocus="', "' onfocus='RUN' autofocus='",
    "` onfocus=`RUN` autofocus=`", '" style="background:url(javascript:RUN)"',
    "<input autofocus onfocus=RUN>", "<details open ontoggle=RUN>",
    "<video><source onerror=RUN>", "<audio src=x onerror=RUN>",
    "<marquee onstart=RUN>", "<form action=javascript:RUN><button>x</button></form>",
    "<button form=x formaction=javascript:RUN>x</button>",
    "<base href=//127.0.0.1:1/pwn/>", "<link rel=stylesheet href=//127.0.0.1:1/pwn>",
    "<meta http-equiv=refresh content='0;url=javascript:RUN'>",
    "<style>@import '//127.0.0.1:1/pwn';</style>", "<template><script>RUN</script>",
    "{{ RUN }}{% RUN %}${RUN}", "＜script＞RUN＜/script＞<pwn pwn=1>",
    "\u2028</script><!--<script>RUN//-->\u202e<pwn pwn>",
]  # fmt: skip
RUN = "document.title='PWNED';fetch('LISTENER/pwn');alert(1)"
LOADS = ("src", "href", "action", "formaction", "data", "srcdoc", "xlink:href")
#: What no page of ours needs, and what payloads are made of.
FOREIGN = {
    "object", "embed", "base", "math", "audio", "video", "marquee", "template",
    "pwn", "style", "frame", "frameset", "textarea", "animate",
}  # fmt: skip
ALL, PARENT = "990683-all-2020", "990683-gov"


def payloads(listener: str = "http://127.0.0.1:1") -> list[str]:
    run = RUN.replace("LISTENER", listener)
    return [wrapping.replace("RUN", run) for wrapping in WRAPPINGS]


def build(root: Path, listener: str = "http://127.0.0.1:1") -> DataDir:
    """A report for each payload, with it in every field, and one report with all."""
    data, given = DataDir(root).prepare(), payloads(listener)
    with Catalog(data.catalog, clock=lambda: NOW) as catalog:
        run_id = catalog.start_run("ingest")
        catalog.put_reference(metrics(), RULES)
        catalog.put_source(
            Source("portal", given[1], "990683", "county", given[31], note=given[0])
        )
        with WarcStore(data.warc, run_id=run_id, clock=lambda: NOW) as store:
            for number, payload in enumerate(given):
                put(catalog, store, f"990683-x{number}-2020", payload, [payload])
            put(catalog, store, ALL, given[1], given)
        catalog.finish_run(run_id, "complete", {"note": given[0]})
    with Catalog(data.catalog, clock=lambda: NOW) as catalog:
        publish(data, catalog, clock=lambda: NOW)
    return data


def put(
    catalog: Catalog, store: WarcStore, key: str, payload: str, words: list[str]
) -> None:
    body = f"<html><body>{key}{''.join(words)}</body></html>".encode()
    agency = Agency(key[:-5], payload, "department", "county", "990683", payload,
                    payload, payload, None)  # fmt: skip
    report = Report(
        key, agency, 2020, "own_organ", payload, "gk2019", "partial",
        tuple(Chapter(n, word, f"公开 {word}") for n, word in enumerate(words)),
        (
            Cell("requests", "granted", "total", payload, None, "count", "text",
                 "recovered", payload),
            *(
                Cell("extra", f"local_{n}", "value", word, None, None, "text",
                     "aligned", word, word)
                for n, word in enumerate(words)
            ),
        ),
        tuple(
            Check(
                "Q2", word[:40], "fail", "FAIL", word, word, word, f"{key}-{n}",
                message_en=word,
            )
            for n, word in enumerate(words)
        ),
        tuple(Leftover("text", None, word, word) for word in words),
        "2021-04-02", payload, None, "2021-03-31", 2,
    )  # fmt: skip
    capture = store.append(exchange(payload, body, "text/html"), source_id="portal")
    store.sync()
    assert capture.sha256 is not None
    catalog.add_capture(capture)
    catalog.put_document(
        Document(capture.sha256, "text/html", "html", len(body), payload[:30], payload,
                 capture.captured_at)
    )  # fmt: skip
    read = Extraction(capture.sha256, "html", "text/html", "utf-8",
                      Verdict("report", payload), report, payload, payload)  # fmt: skip
    catalog.put_triage(read, payload, payload)
    catalog.put_report(report, 1, 1, capture.sha256, payload)
    catalog.put_version(report, 1, capture.sha256, capture.captured_at, "first")
    catalog.put_report_document(key, 1, capture.sha256, "main", payload)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: Any) -> DataDir:
    return build(tmp_path_factory.mktemp("hostile") / "data")


@pytest.fixture
async def client(hostile: DataDir) -> Any:
    app = make_app(hostile)
    await app.invoke_startup()
    return app.client


def faults(text: str) -> list[str]:
    """What of a page would run, load or be markup that is not ours."""
    found = []
    for node in html.document_fromstring(text).iter(etree.Element):
        tag = str(node.tag)
        if tag in FOREIGN or (
            tag == "script" and dict(node.attrib) != {"type": "application/ld+json"}
        ):
            found.append(f"<{tag}>")
        if tag == "img" and not re.match(r"/chart/\w+\.svg", node.get("src", "")):
            found.append("<img>")
        if tag == "meta" and "http-equiv" in node.attrib:
            found.append("<meta http-equiv>")
        if tag == "iframe" and not node.get("src", "").startswith("/originals/"):
            found.append("<iframe>")
        for key, value in node.attrib.items():
            scheme = re.sub(r"[\x00-\x20]", "", value).lower()
            if key.startswith("on") or key in ("pwn", "srcdoc", "autofocus"):
                found.append(f"<{tag} {key}>")
            if key in LOADS and scheme.startswith(
                ("javascript:", "vbscript:", "data:")
            ):
                found.append(f"<{tag} {key}={value}>")
            if (
                tag == "link"
                and key == "href"
                and not value.startswith(("/", "http://localhost/"))
            ):
                found.append(f"<link {value}>")
    return found


def test_there_are_60_different_payloads() -> None:
    assert len(set(payloads())) == 60


def test_the_test_sees_a_payload_that_became_markup() -> None:
    """Each payload that is markup is found when it is not escaped."""
    seen = [p for p in payloads() if faults(f"<html><body><p>{p}</p></body></html>")]
    assert len(seen) >= 40


async def test_no_payload_becomes_markup_on_a_page(client: Any) -> None:
    paths = [
        "/", "/coverage", "/checks", "/sources", "/dictionary", f"/report/{ALL}",
        f"/report/{ALL}?_lang=en", "/search?q=%E5%85%AC%E5%BC%80",
        "/agency/990683-all", "/nianbao/reports", "/nianbao/captures",
    ]  # fmt: skip
    for path in paths:
        response = await client.get(path)
        assert response.status_code == 200, path
        if path.startswith("/nianbao"):  # Datasette's own pages run its own scripts
            assert "PWNED'</script>" not in response.text
            continue
        assert faults(response.text) == [], path
        assert "default-src 'none'" in response.headers["content-security-policy"]


async def test_a_report_and_its_linked_data_hold_the_payload_as_text(
    client: Any,
) -> None:
    for number, payload in enumerate(payloads()):
        text = (await client.get(f"/report/990683-x{number}-2020")).text
        assert faults(text) == [], payload
        (block,) = html.document_fromstring(text).xpath("//script")
        found = json.loads(block.text)
        assert found["name"] == payload
        assert "javascript" not in found.get("isBasedOn", "").lower()


async def test_no_payload_becomes_markup_on_an_agency_or_capture_page(
    client: Any, hostile: DataDir
) -> None:
    with Catalog(hostile.catalog) as catalog:
        ids = [r["capture_id"] for r in catalog.rows("SELECT capture_id FROM captures")]
    for number, capture_id in list(enumerate(ids))[::3]:
        for path in (f"/agency/990683-x{number % 60}", f"/capture/{capture_id}"):
            response = await client.get(path)
            assert (response.status_code, faults(response.text)) == (200, []), path


@pytest.mark.parametrize(
    "path",
    ["/search?q={}", "/checks?rule={}", "/coverage?province={}", "/report/{}",
     "/agency/{}", "/capture/{}", "/originals.zip?agency={}", "/originals.zip?sql={}",
     "/originals.zip?query={}", "/?_lang={}"],
)  # fmt: skip
async def test_no_payload_comes_back_from_an_address(client: Any, path: str) -> None:
    # Twelve of the sixty for each address, others for the next.
    for payload in payloads()[len(path) % 5 :: 5]:
        response = await client.get(path.format(quote(payload, safe="")))
        if response.headers["content-type"].startswith("text/html"):
            assert faults(response.text) == [], payload


async def test_feeds_and_sitemaps_hold_the_payloads_as_text(client: Any) -> None:
    for name in ("new", "corrected", "vanished"):
        root = etree.fromstring((await client.get(f"/feeds/{name}.atom")).content)
        for node in root.iter():
            assert node.tag.startswith("{http://www.w3.org/2005/Atom}")
            assert set(node.attrib) <= {
                "rel", "type", "href", "term", "version",
                "{http://www.w3.org/XML/1998/namespace}lang",
            }  # fmt: skip
            assert "javascript:" not in (node.get("href") or "").lower()
    urls = etree.fromstring((await client.get("/sitemap-reports-1.xml")).content)
    assert {etree.QName(node).localname for node in urls.iter()} == {
        "urlset", "url", "loc", "lastmod",
    }  # fmt: skip


async def test_csv_and_json_are_not_taken_for_pages(client: Any) -> None:
    for kind in ("csv", "json"):
        response = await client.get(f"/nianbao/reports.{kind}?_size=max")
        assert response.status_code == 200
        assert not response.headers["content-type"].startswith("text/html")
        assert response.headers["x-content-type-options"] == "nosniff"
    text = (await client.get("/nianbao/reports.csv?_size=max")).text
    found = {row["title"] for row in csv.DictReader(io.StringIO(text, newline=""))}
    assert {p for p in payloads() if "\n" not in p} <= found


async def test_originals_of_a_hostile_name_are_sent_inert(
    client: Any, hostile: DataDir
) -> None:
    with Catalog(hostile.catalog) as catalog:
        digests = [r["sha256"] for r in catalog.rows("SELECT sha256 FROM documents")]
    assert len(digests) == 61
    for sha256 in digests:
        response = await client.get(f"/originals/{sha256}?view=inline")
        headers = response.headers
        assert headers["content-security-policy"].startswith(
            "sandbox; default-src 'none'"
        )
        assert "allow-scripts" not in headers["content-security-policy"]
        kind, _, names = headers["content-disposition"].partition("; ")
        assert kind == "inline"
        plain, extended = re.fullmatch(
            r"filename=\"([A-Za-z0-9._-]+)\"; filename\*=UTF-8''([A-Za-z0-9%._~-]+)",
            names,
        ).groups()  # type: ignore[union-attr]
        assert plain.endswith(".html")
        assert not set(unquote(extended)) & set('/\\:*?"<>|\r\n\x00\u202e')


async def test_a_zip_of_hostile_names_unpacks_into_its_own_folders(
    client: Any, tmp_path: Path
) -> None:
    sql = "select report_id from reports"
    response = await client.get("/originals.zip", params={"sql": sql})
    archive = zipfile.ZipFile(io.BytesIO(response.content))
    assert len(archive.namelist()) == 62
    archive.extractall(tmp_path)
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 62
    rows = csv.reader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig")))
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


# -------------------------------------------------------------------------- in Chromium

CHROMIUM = shutil.which("chromium")
NO_CHROMIUM = "chromium is not installed: no browser to run the payloads in"


class Listener(http.server.BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: object) -> None: ...


@pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM)
def test_nothing_runs_in_chromium(tmp_path: Path) -> None:
    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{listener.server_port}"
    data = build(tmp_path / "data", address)
    with Catalog(data.catalog) as catalog:
        report = catalog.report(ALL)
    assert report is not None
    code = (
        "import sys, pathlib; from archive.serve import serve;"
        "serve(pathlib.Path(sys.argv[1]), port=0,"
        " announce=lambda url: print(url, flush=True))"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", code, str(data.root)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        site = server.stdout.readline().strip()
        # The trap works: a page that is not ours does run and does ask.
        trap = tmp_path / "trap.html"
        run = payloads(address)[14].replace("alert(1)", "0")  # a dialog never ends
        trap.write_text(f"<title>x</title><body>{run}", "utf-8")
        assert "<title>PWNED</title>" in dom(trap.as_uri(), tmp_path)
        assert "/pwn" in Listener.asked
        Listener.asked.clear()
        for path in (f"report/{ALL}", "coverage", "checks", "sources",
                     f"originals/{report['sha256']}?view=inline",
                     f"search?q={quote(payloads(address)[1], safe='')}"):  # fmt: skip
            shown = dom(site + path, tmp_path)
            assert len(shown) > 500, path
            assert "<title>PWNED" not in shown, path
        assert Listener.asked == []
    finally:
        server.kill()
        server.wait()
        server.stdout.close()  # type: ignore[union-attr]
        listener.shutdown()
        listener.server_close()


def dom(url: str, folder: Path) -> str:
    """The page as Chromium has it after everything has run."""
    assert CHROMIUM is not None
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
         "--disable-background-networking", "--disable-sync",
         "--virtual-time-budget=1500", f"--user-data-dir={folder / 'chromium'}",
         "--dump-dom", url],
        capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout.decode("utf-8", "replace")
