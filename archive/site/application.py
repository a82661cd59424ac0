"""Datasette with what it works out again for every request worked out once.

The metadata do not change while a snapshot is served, nor does who may see what in
them; Datasette 0.65 copies all of it for each permission it asks about. Its own pages
that have templates of ours are rendered as :mod:`archive.site.templating` does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from datasette.app import Datasette
from datasette.plugins import pm
from jinja2 import Template

from archive.site.templating import replaced

#: Answers remembered; there are some twenty keys and fifty tables.
REMEMBERED = 1000


class Site(Datasette):  # type: ignore[misc]
    """A Datasette whose metadata and databases stay as they are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._told: dict[Any, Any] = {}
        self._known_schemas = False
        super().__init__(*args, **kwargs)

    def metadata(self, *args: Any, **kwargs: Any) -> Any:
        """As Datasette has it, remembered unless a plugin has a say in it."""
        ask = super().metadata
        key = (args, tuple(sorted(kwargs.items())))
        found = self._once(key, lambda: ask(*args, **kwargs))
        whole = not args and kwargs.get("key") is None
        return dict(found) if whole and isinstance(found, dict) else found

    def _table_permission_allows(self, database: str, table: str) -> Any:
        ask = super()._table_permission_allows
        return self._once(("allows", database, table), lambda: ask(database, table))

    def _once(self, key: Any, ask: Callable[[], Any]) -> Any:
        telling = getattr(pm.hook, "get_metadata", None)  # gone in Datasette 1.0
        if telling is None or telling.get_hookimpls():
            return ask()
        if key not in self._told:
            if len(self._told) > REMEMBERED:
                self._told.clear()  # names that are no tables come from addresses
            self._told[key] = ask()
        return self._told[key]

    async def refresh_schemas(self, **how: Any) -> None:
        """Once: databases are neither added nor changed."""
        if not self._known_schemas:
            await super().refresh_schemas(**how)
            self._known_schemas = True

    async def render_template(
        self,
        templates: Any,
        context: Any = None,
        request: Any = None,
        view_name: str | None = None,
    ) -> Any:
        """As Datasette has it, our templates without waiting."""
        if isinstance(templates, Template):
            templates = replaced(self.jinja_env, templates.name) or templates
        return await super().render_template(templates, context, request, view_name)
