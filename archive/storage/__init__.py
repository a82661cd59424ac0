"""Where WARC files lie: in ``warc/``, or, once closed, at any fsspec address.

A data directory is a local folder, and the file that is written always lies in its
``warc/``. With a ``storage.yml`` in the data directory (:mod:`.settings`) closed files
are moved to the address it names (:mod:`.moving`) and read there by range request
(:mod:`.shelf`, :mod:`.remote`). Who reads or lists WARC files asks the shelf and need
not know where they are.
"""

from archive.storage.shelf import Shelf as Shelf
