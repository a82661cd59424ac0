"""The registry of portals as people work with it: listed, looked at, added to.

Its files are read by :mod:`crawler.source`; the looking is done by
:mod:`crawler.probing`.
"""
