"""The private names of Scrapy and Twisted that exact capture and the crawl rely on.

When one of these tests fails after an upgrade, ``crawler/capture`` must be looked at
before anything else: it may be keeping no bytes, or the wrong ones.
"""

from __future__ import annotations

import inspect

import scrapy
from scrapy.core import engine
from scrapy.core.downloader import Downloader, Slot, contextfactory
from scrapy.core.downloader.handlers import http11
from twisted.web.client import HTTPConnectionPool


def test_scrapy_is_the_version_whose_inside_was_read():
    assert scrapy.version_info[:2] == (2, 19)


def test_the_client_protocol_and_its_factory_can_be_subclassed():
    protocol = http11._LenientHTTP11ClientProtocol
    assert {"request", "dataReceived"} <= set(dir(protocol))
    factory = inspect.getsource(http11._LenientHTTP11ClientFactory.buildProtocol)
    assert "self._quiescentCallback" in factory


def test_the_handler_keeps_its_pool_factory_and_tls_policy_under_these_names():
    source = inspect.getsource(http11.HTTP11DownloadHandler)
    assert "self._pool._factory = _LenientHTTP11ClientFactory" in source
    assert "self._contextFactory: IPolicyForHTTPS" in source
    assert "pool=self._pool" in source
    assert "contextFactory=self._contextFactory" in source
    assert "self._crawler = crawler" in source


def test_the_agent_asks_the_pool_for_a_connection_within_the_call():
    source = inspect.getsource(http11._BindAddressAgent.__mro__[1]._requestWithEndpoint)
    assert "d = self._pool.getConnection(key, endpoint)" in source
    assert "retryAutomatically" in inspect.getsource(HTTPConnectionPool)


def test_the_engine_has_the_call_that_the_scheduler_asks_to_be_woken_by():
    source = inspect.getsource(engine._Slot.__init__)
    assert "self.nextcall: CallLaterOnce[None] = nextcall" in source
    assert "self._slot: _Slot | None" in inspect.getsource(engine.ExecutionEngine)


def test_a_downloader_slot_keeps_its_pace_under_these_names():
    assert {"delay", "lastseen", "jitter"} <= set(Slot.__slots__)
    assert "self.per_slot_settings" in inspect.getsource(Downloader)


def test_the_tls_policy_has_the_switch_for_verification():
    source = inspect.getsource(contextfactory._ScrapyClientContextFactory)
    assert "if not self._verify_certificates:" in source
    assert callable(contextfactory._load_context_factory_from_settings)


def test_the_tls_policy_hands_out_its_context_and_takes_a_lowest_version():
    assert callable(contextfactory._get_creator_context)
    source = inspect.getsource(contextfactory._ScrapyClientContextFactory)
    assert "self.tls_min_version" in source
    source = inspect.getsource(contextfactory._ScrapyCertificateOptions)
    assert "ctx.set_options(0x4)  # OP_LEGACY_SERVER_CONNECT" in source
