"""The public site: a Datasette plugin with pages of its own.

Plain Datasette under ``/nianbao`` is for SQL; the pages here are for reading. Layout::

    plugin.py     hooks: routes, full text, template helpers
    pages/        one module a page: a pure ``load(connection, …)`` and its view
    charts/       drawings on the server, as SVG in which nothing can run
    originals.py  archived bytes over HTTP: digest verified, never live
    forms.py      cells laid out as the printed form
    findings.py   checks in plain words, and the cells they speak about
    snapshot.py, application.py   what Datasette would ask or copy for every request
    pagecache.py, warming.py      pages made before, and what is made beforehand
    fts.py        Chinese full text: what is indexed, what is asked
    templates/    Jinja, autoescaped; static/ one style sheet; no JavaScript

Everything crawled is hostile: nothing of it is ever marked safe, links lead to http(s)
only, and originals are served under a policy that lets nothing run.
"""
