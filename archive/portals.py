"""The portals as the catalogue knows them: which hosts they name.

The registry lies outside of the archive; what it said when a portal was last crawled or
checked is kept in table ``sources``, so that a page is judged the same when it is read
again without it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archive.records import Source

if TYPE_CHECKING:  # which records the hosts with this module
    from archive.catalog import Catalog


def host_of(url: str) -> str:
    """Host and port of a URL without ``www.``, in small letters.

    >>> host_of("http://www.A.gov.cn:8080/x")
    'a.gov.cn:8080'
    """
    return urlsplit(url).netloc.rpartition("@")[2].lower().removeprefix("www.")


def hosts_of(source: Source) -> tuple[str, ...]:
    """The hosts that an entry of the registry names, without ``www.``, sorted."""
    named = {host_of(url) for url in (source.home, *source.seeds)}
    named |= {host.lower().removeprefix("www.") for host in source.hosts}
    return tuple(sorted(named))


def vouch(catalog: Catalog, hosts: Iterable[str]) -> None:
    """Enter hosts that a person names as portals of which nothing else is known."""
    for host in hosts:
        name = host.lower().removeprefix("www.")
        row = {
            "source_id": "host-" + re.sub("[^a-z0-9]+", "-", name).strip("-"),
            "name": name,
            "home": f"http://{name}/",
            "hosts": json.dumps([name]),
            "state": "untried",
            "note": "named by hand when captures of others were taken in",
        }
        with catalog.atomic():
            catalog.db.table("sources").insert(row, ignore=True)


class Portals:
    """Hosts by portal, read once."""

    def __init__(self, catalog: Catalog) -> None:
        self._hosts: dict[str, tuple[str, ...]] = {}
        self._owner: dict[str, str] = {}
        for row in catalog.rows("SELECT source_id, home, hosts FROM sources"):
            known = row["hosts"]  # none in archives of earlier versions
            hosts = json.loads(known) if known else [host_of(row["home"])]
            self._add(row["source_id"], hosts)

    def _add(self, source_id: str, hosts: Iterable[str]) -> None:
        self._hosts[source_id] = tuple(hosts)
        for host in hosts:
            self._owner.setdefault(host, source_id)

    def named(self, url: str, source_id: str | None = None) -> tuple[str, ...]:
        """The hosts named by the portal of a page, or by the one its host belongs to.

        Empty when no portal does.
        """
        owner = source_id or self._owner.get(host_of(url))
        return self._hosts.get(owner, ()) if owner else ()
