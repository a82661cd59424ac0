"""URLs in one canonical form, and what their shape says. Pure.

The frontier's key is the canonical URL, so two spellings of one page must meet here and
two pages must not.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

from crawler.posting import real_url

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_LENGTH = 2083
#: A segment that occurs this often in a path is a link that leads into itself.
MAX_SEGMENT_REPEATS = 3

SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid|sessionid)=[^/?;]*", re.I)
#: Parameters that say who asks, where from and with what, never what for.
NOISE_PARAM = re.compile(
    r"(?:jsessionid|phpsessid|session_?id|aspsessionid\w*|cfid|cftoken|utm_\w+"
    r"|spm|isappinstalled|ismobile|_t|_|rnd|rand|random)$",
    re.I,
)
#: Names that hold a session where the value looks like one.
TOKEN_PARAM = re.compile(r"(?:sid|sess|session|token|ticket)$", re.I)
TOKEN = re.compile(r"(?=\w*\d)(?=\w*[a-z])\w{16,}$", re.I)
MOBILE_END = re.compile(r"_(?:wap|mobile)(\.\w+)$", re.I)
MOBILE_POST = re.compile(r"(/)mpost_(\d+)")
DESKTOP_POST = re.compile(r"(/)post_(\d+)")
#: The two addresses of an article of Boda: by file and by program.
BODA_FILE = re.compile(r"/info/(\d+)/(\d+)\.html?$")
BODA_PROGRAM = "/content.jsp", "urltype=news.NewsContentUrl&wbnewsid={}&wbtreeid={}"
BODA_QUERY = re.compile(r"urltype=news\.NewsContentUrl&wbnewsid=(\d+)&wbtreeid=(\d+)$")
#: Hosts that have no ``www.`` before them: addresses and names without a dot.
HOST_NUMBER = re.compile(r"[\d.]+(?::\d+)?$|\[|[^.]+$")
#: URLs that need no escaping; the others are brought into shape by w3lib.
PLAIN = re.compile(r"[A-Za-z0-9:/._~?&=;,+-]*")
SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
INDEX = re.compile(r"(?:index|default|\w*list|common_\w+)(?:_\d+)?\.\w{2,5}$", re.I)
#: Folders named by a long number or a hash hold one article, not a list.
ARTICLE_FOLDER = re.compile(r"(?:\d{10,}|[0-9a-f]{24}|[0-9a-f]{32})$", re.I)


@lru_cache(maxsize=20_000)  # every page of a portal has the same navigation
def canonical(url: str, base: str = "") -> str | None:
    """The canonical absolute form of a link, None when it is no http(s) address.

    >>> canonical("HTTP://WWW.Example.gov.cn:80/a/../b/./c.html?utm_source=x&id=1#top")
    'http://www.example.gov.cn/b/c.html?id=1'
    >>> canonical("../zfxxgk/;jsessionid=0A1B?y=2023", "https://example.gov.cn/a/b/")
    'https://example.gov.cn/a/zfxxgk/?y=2023'
    >>> canonical("https://example.gov.cn")
    'https://example.gov.cn/'
    >>> canonical("https://example.gov.cn/col/index.html")
    'https://example.gov.cn/col/index.html'
    >>> canonical("javascript:void(0)", "https://example.gov.cn/") is None
    True
    """
    url = url.strip().replace("\\", "/")
    if not base and not SCHEME.match(url):
        return None
    try:
        joined = urljoin(base, url) if base else url
        parts = urlsplit(joined if PLAIN.fullmatch(joined) else safe_url_string(joined))
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS or not host:
        return None
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != DEFAULT_PORTS[scheme]:
        netloc = f"{netloc}:{port}"
    path = parts.path or "/"
    if "/." in path:  # urljoin resolves dots only in relative references
        path = urlsplit(urljoin(f"{scheme}://{netloc}/", path)).path
    if ";" in path:
        path = SESSION_PATH.sub("", path) or "/"
    return urlunsplit(SplitResult(scheme, netloc, path, _query(parts.query), ""))


def _query(query: str) -> str:
    """A query without noise, its keys in alphabetical order.

    Values of one key keep their order.

    >>> _query("year=2023&id=7&isMobile=true&sid=0a1b2c3d4e5f60718&id=3")
    'id=7&id=3&year=2023'
    >>> _query("sid=12")
    'sid=12'
    """
    kept = []
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        if NOISE_PARAM.match(name) or (TOKEN_PARAM.match(name) and TOKEN.match(value)):
            continue
        kept.append((name, pair))
    return "&".join(pair for _, pair in sorted(kept, key=lambda item: item[0]))


def other_forms(url: str) -> tuple[str, ...]:
    """Addresses under which portals publish the same page as under ``url``.

    Plain and secure, with and without ``www.``, for desktop and for mobile. One that
    is known makes the others superfluous; none is rewritten, since not every portal
    answers under all of them.

    >>> for form in other_forms("http://a.gov.cn:8080/1_wap.html"): print(form)
    http://www.a.gov.cn:8080/1_wap.html
    http://a.gov.cn:8080/1.html
    http://www.a.gov.cn:8080/1.html
    >>> "http://a.gov.cn/post_12.html" in other_forms("https://www.a.gov.cn/mpost_12.html")
    True
    """
    parts = urlsplit(url)
    schemes = [parts.scheme]
    if parts.port is None:
        schemes.append("https" if parts.scheme == "http" else "http")
    bare = parts.netloc.removeprefix("www.")
    hosts = [parts.netloc]
    if not HOST_NUMBER.match(bare):
        hosts.append(bare if bare != parts.netloc else f"www.{bare}")
    paths = dict.fromkeys((parts.path, desktop(parts.path), mobile(parts.path)))
    places = [(path, parts.query) for path in paths]
    places += _programs(parts.path, parts.query)
    forms = (
        urlunsplit(SplitResult(scheme, host, path, query, ""))
        for path, query in places
        for host in hosts
        for scheme in schemes
    )
    return tuple(form for form in forms if form != url)


def _programs(path: str, query: str) -> list[tuple[str, str]]:
    """Path and query under which the file of an article, or its program, is known too.

    >>> _programs("/info/19402/590272.htm", "")
    [('/content.jsp', 'urltype=news.NewsContentUrl&wbnewsid=590272&wbtreeid=19402')]
    """
    if not query and (file := BODA_FILE.match(path)):
        program, given = BODA_PROGRAM
        return [(program, given.format(file[2], file[1]))]
    if path == BODA_PROGRAM[0] and (given_ids := BODA_QUERY.match(query)):
        return [(f"/info/{given_ids[2]}/{given_ids[1]}.htm", "")]
    return []


def desktop(path: str) -> str:
    """The path of the desktop page, where a path is that of a mobile one."""
    return MOBILE_POST.sub(r"\1post_\2", MOBILE_END.sub(r"\1", path))


def mobile(path: str) -> str:
    """The path a system would give the mobile page, where its system can be told."""
    return DESKTOP_POST.sub(r"\1mpost_\2", path)


def is_home(url: str, home: str) -> bool:
    """Whether a URL is the home page under any of its names.

    >>> is_home("https://www.a.gov.cn/index.html", "http://a.gov.cn/")
    True
    >>> is_home("http://a.gov.cn/zfxxgk/", "http://a.gov.cn/")
    False
    """
    if not home:
        return False
    path = urlsplit(url).path
    root = folder(url) if INDEX.match(path.rpartition("/")[2]) else url
    return home in (root, url, *other_forms(root))


def host_of(url: str) -> str:
    """Host and port of a URL, as politeness and ownership see it.

    >>> host_of("http://127.0.0.1:18081/a")
    '127.0.0.1:18081'
    """
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def with_www(hosts: tuple[str, ...]) -> frozenset[str]:
    """The hosts and the same with or without ``www.``.

    >>> sorted(with_www(("www.a.gov.cn", "b.gov.cn:8080")))
    ['a.gov.cn', 'b.gov.cn:8080', 'www.a.gov.cn', 'www.b.gov.cn:8080']
    """
    bare = {host.lower().removeprefix("www.") for host in hosts}
    return frozenset(bare | {f"www.{host}" for host in bare})


def folder(url: str) -> str:
    """The folder a URL lies in, with its trailing slash.

    >>> folder("http://a.cn/x/index.html?p=2")
    'http://a.cn/x/'
    """
    parts = urlsplit(url)
    path = parts.path.rpartition("/")[0] + "/"
    return urlunsplit(SplitResult(parts.scheme, parts.netloc, path, "", ""))


def is_folder(url: str) -> bool:
    """Whether the URL looks like a column's own page rather than an article.

    >>> [is_folder("http://a.cn" + p) for p in
    ...  ("/zfxxgknb/", "/col/col1001/index.html", "/zfxxgknb/2023n", "/list.shtml")]
    [True, True, True, True]
    >>> [is_folder("http://a.cn" + p) for p in
    ...  ("/202401/t20240118_1.html", "/2022n52/2024013110470592735/index.html",
    ...   "/module/xxgk/xxgkAnnualReport.jsp?area=1", "/public/content/1258554141")]
    [False, False, False, False]
    """
    path = urlsplit(url).path
    head, _, name = path.rpartition("/")
    if name and not INDEX.match(name):
        return "." not in name and not name.isdigit() and not ARTICLE_FOLDER.match(name)
    return not ARTICLE_FOLDER.match(head.rpartition("/")[2])


def is_below(url: str, parent: str) -> bool:
    """Whether ``url`` lies in a folder strictly below the folder of ``parent``.

    >>> is_below("http://a.cn/nb/2023n/", "http://a.cn/nb/index.html")
    True
    >>> is_below("http://a.cn/nb/index_1.html", "http://a.cn/nb/")
    False
    """
    mine, theirs = folder(url), folder(parent)
    return mine != theirs and mine.startswith(theirs)


def is_trap(url: str) -> bool:
    """Whether a URL is too long or repeats itself.

    >>> is_trap("http://a.cn/x/y/x/y/x/y/")
    True
    >>> is_trap("http://a.cn/zfxxgkzl/sczj/zfxxgkzl/ndbg/")
    False
    """
    if len(real_url(url)) > MAX_LENGTH:
        return True
    segments = [s for s in urlsplit(url).path.split("/") if s]
    return any(segments.count(s) >= MAX_SEGMENT_REPEATS for s in set(segments))
