"""Reading an original of which there may be several copies.

Usually one record holds a payload and revisits refer to it. Workers of one crawl, files
of others and a page that came again after its record was damaged make further copies.
Any whole one will do: a damaged record costs a document only when it was the last.
That it is damaged is for :mod:`archive.fixity` to tell.
"""

from __future__ import annotations

from archive.catalog import Catalog
from archive.errors import ArchiveDamaged, StorageError
from archive.warcreader import Original, WarcReader

#: Copies that are tried; a short page that is everywhere the same has thousands.
MAX_TRIED = 50


def read_copy(catalog: Catalog, store: WarcReader, sha256: str) -> Original | None:
    """A payload as the first record gives it that can; None when no capture holds it.

    Raises ArchiveDamaged with the reason of every copy when none is whole,
    StorageError when one that may be whole lies elsewhere and cannot be had.
    """
    away: StorageError | None = None
    reasons: list[str] = []
    for capture in catalog.holders(sha256, MAX_TRIED):
        try:
            return store.read_original(
                capture.warc_file, capture.warc_offset, capture.warc_length, sha256
            )
        except ArchiveDamaged as error:
            reasons.append(str(error))
        except StorageError as error:
            away = away or error
    if away is not None:
        raise away
    if reasons:
        raise ArchiveDamaged("; ".join(reasons))
    return None


def is_whole(catalog: Catalog, store: WarcReader, sha256: str) -> bool:
    """Whether a payload that is held can be read; damage that is told is no answer."""
    try:
        return read_copy(catalog, store, sha256) is not None
    except ArchiveDamaged:
        return False
