"""Bulk files for use elsewhere: one module per format, one selection for all.

Layout::

    selection.py  which reports; the captures they rest on
    snapshot.py   the published database, opened for an export
    records.py    their records, and others in the place of those that are damaged
    extent.py     which rows of each table go with a selection (extent.yml)
    fields.py     the data dictionary beside the data, with labels and units
    csvfiles.py   one CSV file per table, described by a datapackage.json
    parquet.py    Parquet, partitioned by the year of the reports
    originals.py  the documents as captured, in folders or a ZIP, with manifest.csv
    wacz.py       captures for replay in a browser
    bag.py        BagIt, for archives and libraries
    release.py    all of these together
    colophon.py   manifest.json and the citation that go with each
    delivery.py   a draft and one rename: all or nothing
    sizes.py      how much room an export takes
    jobs.py       each export from beginning to end
    cli.py        the commands

CSV, Parquet and originals are made of the published snapshot, so what an export says
can be looked up on the site, and two exports of one snapshot are the same.
"""

from archive.export.selection import Selection as Selection
