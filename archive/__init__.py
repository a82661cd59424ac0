"""The archive: what is kept, where, and what can be rebuilt from what.

The WARCs are the collection; the catalogue is its finding aid; the published database
is a snapshot of the catalogue, and the site is a view of that snapshot::

    data/
      warc/             *.warc.gz, one gzip member a record; a file that is still
                        written ends in .open, is closed by renaming, and is never
                        touched again
      storage.yml       optional: closed files are moved to the address it names
      catalog.db        frontier, captures, readings; one writer, WAL
      public/nianbao.db the published snapshot, replaced as a whole
      public/manifest.json   its SHA-256, row counts and software version
      lock              held while a command writes; contains the pid of its owner

Promises:

* A portal is asked once. Everything after a capture is a repeatable reading of stored
  bytes; ``extract`` works with the network unplugged, unless ``storage.yml`` keeps the
  bytes at the other end of it.
* A catalogue row never points at bytes that are not on disk: records are written and
  fsynced before the transaction that names them.
* One copy of every original: it is read out of its WARC record by offset and verified
  against its digest on every read.
* Nothing is overwritten or deleted. A changed report is a new version.
* ``catalog.db`` can be lost: ``warc/`` holds all that is needed to make it again.

This layer owns the nouns (``records``), the WARC store, the catalogue (the only SQL),
publication and the site. It knows nothing of Scrapy and reads no documents. Where to
look for what::

    warc*, storage, ranged, codings, http, cdxj     records and the files they lie in
    catalog, opening, dictionary, migrations        the finding aid
    ledger, reindex, fold                           its making from files
    frontier, aliases, hosts, due, tombstones       what is asked for, and when
    readings, changes, history, succession, parts, packages     versions of reports
    checked, filings, likeness, reviews             findings and decisions on them
    authority, coverage, duty                       who must report, and who did
    troubles, alarms, alarmfeed, hook, statuscli    what needs a person
    publish, wide, unchanged, manifest, withholding   the snapshot
    site, serve, metadata, documentation, questions   its view
    export                                          its copies for elsewhere
    yamls, durations, console                       data files, the command line
"""

__version__ = "0.1.0"
