"""The address guard: which addresses the crawler may connect to.

Crawled pages can name any host, so private, loopback and other non-public addresses are
refused unless a range is allowed by name. The decision is made on the address that the
connection is going to use, after name resolution, so numeric spellings
(``http://2130706433/``), mapped IPv6 and names that resolve inward are all caught.
Ports other than 80 and 443 are those of services that are no web: only a port that the
registry names with its host is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.error import DNSLookupError

from archive.errors import UsageError
from archive.records import Source
from crawler.urls import DEFAULT_PORTS, host_of

WEB_PORTS = frozenset(DEFAULT_PORTS.values())
Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

#: Hosts refused in this process and why; the resolver cannot hand a reason on, because
#: Twisted turns every failure to resolve into "no results".
refusals: dict[str, str] = {}


def parse_networks(named: Iterable[str]) -> tuple[Network, ...]:
    """Networks in CIDR notation; UsageError names the one that is none."""
    found = []
    for name in named:
        try:
            found.append(ip_network(name.strip(), strict=False))
        except ValueError as error:
            raise UsageError(
                f"--allow-net: expected an address range such as 127.0.0.0/8, "
                f"found {name!r} ({error})"
            ) from None
    return tuple(found)


def plain(address: Address) -> Address:
    """The IPv4 address inside a mapped, 6to4 or NAT64 one.

    >>> plain(ip_address("::ffff:127.0.0.1"))
    IPv4Address('127.0.0.1')
    """
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address in ip_network("64:ff9b::/96"):
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def refusal(address: str, allowed: Iterable[Network] = ()) -> str | None:
    """Why ``address`` must not be connected to, None when it may be.

    >>> refusal("8.8.8.8") is None
    True
    >>> refusal("127.0.0.1")
    'address 127.0.0.1 is not public (allow its range with --allow-net)'
    >>> refusal("127.0.0.1", parse_networks(["127.0.0.0/8"])) is None
    True
    """
    found = plain(ip_address(address))
    if any(found.version == net.version and found in net for net in allowed):
        return None
    if found.is_global and not found.is_multicast:
        return None
    return f"address {address} is not public (allow its range with --allow-net)"


class GuardedResolver(CachingThreadedResolver):
    """Scrapy's resolver, handing out only addresses that may be connected to.

    Twisted connects to exactly the address that the resolver returned, so nothing can
    change between this check and the connection.
    """

    allowed: tuple[Network, ...] = ()

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> GuardedResolver:
        """Build from the setting ``NIANBAO_ALLOW_NET``."""
        resolver: GuardedResolver = super().from_crawler(crawler, reactor)
        resolver.allowed = parse_networks(crawler.settings.getlist("NIANBAO_ALLOW_NET"))
        return resolver

    def getHostByName(self, name: str, timeout: Any = ()) -> Any:  # noqa: N802
        """Resolve, then check; a refused address is a failed look-up."""
        return super().getHostByName(name, timeout).addCallback(self._check, name)

    def _check(self, address: str, name: str) -> str:
        reason = refusal(address, self.allowed)
        if reason:
            refusals[name] = reason
            raise DNSLookupError(f"{name}: {reason}")
        return address


class PortRefused(IgnoreRequest):
    """The URL names a port that is neither the web's nor one of its portal."""


def port_refusal(url: str, named: Iterable[str]) -> str | None:
    """Why the port of ``url`` is not asked; ``named`` are hosts of the registry.

    >>> port_refusal("http://a.cn:22/", ["a.cn:8080"])
    'port 22 is not the web (name it in hosts: a.cn:22)'
    >>> port_refusal("http://a.cn:8080/", ["a.cn:8080"])
    >>> port_refusal("https://b.cn/", ["a.cn:8080"])
    """
    parts = urlsplit(url)
    port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    if port in WEB_PORTS or host_of(url) in named:
        return None
    return f"port {port} is not the web (name it in hosts: {host_of(url)})"


def named_hosts(source: Source) -> frozenset[str]:
    """Hosts, with their ports, that the entry of a source names."""
    urls = (source.home, *source.seeds)
    return frozenset({*map(host_of, urls), *(host.lower() for host in source.hosts)})


class PortGuard:
    """Refuses requests to ports that nobody named. It sees robots.txt too."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Any) -> PortGuard:
        """Scrapy's constructor."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise PortRefused, or let the request pass.

        An address given by hand belongs to no source and names its port itself.
        """
        source = self._crawler.spider.session.sources.get(request.meta.get("source_id"))
        if source is None:
            named = frozenset({request.meta.get("named") or host_of(request.url)})
        else:
            named = named_hosts(source)
        if reason := port_refusal(request.url, named):
            raise PortRefused(reason)
