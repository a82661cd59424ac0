"""The WARC files of an archive, wherever each of them lies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path

from archive.errors import StorageError
from archive.ranged import WALK, Ranged
from archive.storage.remote import PIECE, Remote, connected
from archive.storage.settings import load
from archive.warcscan import Bytes, mapped

#: A file that is still written, or was when its run was killed, ends in this.
OPEN_SUFFIX = ".open"
CLOSED = ".warc.gz"


class Shelf:
    """The files of ``directory``, and those that were moved from it.

    Names are those of closed files; one that is still open is found by the name it will
    have. Nothing is opened before it is asked for. All methods raise StorageError when
    files lie elsewhere and cannot be had, FileNotFoundError for one that is nowhere.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = Path(directory)

    @cached_property
    def remote(self) -> Remote | None:
        """Where closed files are moved; None when they stay. Raises UsageError."""
        settings = load(self.directory.parent)
        return connected(settings) if settings else None

    def names(self) -> set[str]:
        """Every file there is, open ones under the name they have now."""
        # Listed first: what is moved meanwhile is seen in either place.
        here = {path.name for path in self.directory.glob("*") if path.is_file()}
        return here | set(self.remote.sizes()) if self.remote else here

    def closed(self) -> list[str]:
        """The closed WARC files, sorted."""
        return sorted(name for name in self.names() if name.endswith(CLOSED))

    def locate(self, file: str) -> Path:
        """Path of a WARC file in ``directory``, closed or still open.

        Names never leave the directory: raises FileNotFoundError for one that would.
        """
        if Path(file).name != file:
            raise FileNotFoundError(f"not a WARC file name: {file!r}")
        path = self.directory / file
        open_path = self.directory / (file + OPEN_SUFFIX)
        return open_path if not path.exists() and open_path.exists() else path

    def read(self, file: str, offset: int, length: int) -> bytes:
        """``length`` bytes from ``offset`` on, fewer where the file ends.

        One range request where the file lies elsewhere.
        """
        path = self.locate(file)
        try:
            with path.open("rb") as stream:
                stream.seek(offset)
                return stream.read(length)
        except FileNotFoundError:
            if self.remote is None:
                raise
        return self.remote.record(file, offset, length)

    @contextmanager
    def opened(self, file: str, block: int = WALK) -> Iterator[Bytes]:
        """The bytes of a file without reading them all; ``block`` fetched at a time.

        Raises StorageError also for a file that is nowhere.
        """
        path, remote = self.locate(file), self.remote
        if remote is None or path.exists():
            with ExitStack() as stack:
                try:
                    data = stack.enter_context(mapped(path))
                except StorageError:
                    if remote is None or path.exists():
                        raise
                else:  # moved from here or not, it stays what it is
                    yield data
                    return

        def fetch(start: int, end: int) -> bytes:
            return remote.read(file, start, end)

        try:
            size = remote.size(file)
        except FileNotFoundError as error:
            raise StorageError(f"{file} is not in {remote} any more") from error
        yield Ranged(fetch, size, block=block)

    def parts(self, file: str) -> Iterator[bytes]:
        """A whole file, piece by piece."""
        try:
            stream = self.locate(file).open("rb")
        except FileNotFoundError:
            if self.remote is None:
                raise
            yield from self.remote.parts(file, self.remote.size(file))
            return
        with stream:
            while part := stream.read(PIECE):
                yield part
