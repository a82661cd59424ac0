"""Opening an archive for writing: repaired, migrated, with today's forms and rules.

The forms (``metrics``) and rules are put beside the evidence, so that the database
explains itself and findings can refer to them.
"""

from __future__ import annotations

from archive import ledger
from archive.catalog import Catalog
from archive.console import note
from archive.datadir import DataDir
from archive.records import Metric
from archive.warcrepair import recover
from pipelines import roles, rules, templates
from pipelines.crosswalk import terms
from pipelines.rules import between


def metrics() -> list[Metric]:
    """Every cell of every form generation, in the order of the forms."""
    return templates.metrics()


def open_archive(data: DataDir) -> Catalog:
    """Open the catalogue under the lock, closing what a killed run left open."""
    catalog = Catalog(data.catalog)
    catalog.close_killed_runs()
    for repair in recover(data.warc, catalog.known_end):
        note(f"repaired {repair.file}: {repair.kept} bytes kept, {repair.cut} cut")
    ledger.keep(catalog, data.warc)
    refresh(catalog)
    return catalog


def refresh(catalog: Catalog) -> None:
    """Write the metrics, their crosswalk and the rules into the catalogue."""
    known = (*rules.load_rules(), *between.load_rules(), roles.RULE)
    catalog.put_reference(metrics(), known)
    catalog.put_crosswalk(terms())
