"""Many workers: portals are divided among them, and each writes an archive of its own.

The unit is a politeness group (:mod:`crawler.shards`): it is crawled by one process at
a time, which alone knows its pace and its frontier, so that workers share nothing::

    campaign   groups → units → an executor: threads here, or a Dask cluster
    running    a unit in a process of its own, which dies with its worker
    unit       that process: claims its portals, resumes its folder, crawls, reports
    claims     which portals a process of this machine crawls now
    workers    how the cluster is reached
    cli        ``nianbao fold``: what workers wrote becomes part of the archive

Every worker's folder is a data directory (``warc/``, ``catalog.db``) from which
:mod:`archive.fold` takes the WARC files and what they tell into the archive.
"""
