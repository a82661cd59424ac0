"""Every error the project raises, and the exit code each ends a command with.

::

    NianbaoError            exit 1
    ├── UsageError          exit 2   the caller asked for something impossible
    │   ├── SourceError              a source registry file is not as it must be
    │   ├── TemplateError            a form generation file is not as it must be
    │   └── PortInUse                the address to serve on is taken
    ├── StorageError        exit 3   disk full, data directory not usable
    ├── LockHeld            exit 4   another run owns the data directory
    ├── ArchiveDamaged      exit 5   stored bytes do not agree with their digest
    │   └── RecordNotFound           a row points at no readable record
    ├── Interrupted         exit 11  stopped on request; the next run resumes
    └── DocumentError       exit 1   one document could not be read; ends no run
        ├── UnsupportedForm          no reader for this kind of file
        ├── EmptyDocument            nothing in it
        └── DocumentTooLarge         beyond the size that is parsed

Exceptions stop one unit of work (a page, a document, a run). Doubts about data are
rows in ``checks`` and ``triage`` and stop nothing. Messages say what was expected,
what was found, and where.
"""


class NianbaoError(Exception):
    """Base of all errors raised on purpose."""

    exit_code = 1


class UsageError(NianbaoError):
    """The command, a file named in it, or an address cannot be used as asked."""

    exit_code = 2


class SourceError(UsageError):
    """A source registry file has an unknown key, a missing key or a bad value."""


class TemplateError(UsageError):
    """A form generation file is inconsistent."""


class PortInUse(UsageError):
    """Something else listens on the address that was asked for."""


class StorageError(NianbaoError):
    """The data directory cannot be created, written or trusted to keep bytes."""

    exit_code = 3


class LockHeld(NianbaoError):
    """Another process works on this data directory; its pid is in the message."""

    exit_code = 4


class ArchiveDamaged(NianbaoError):
    """Stored bytes do not agree with the digest they were stored under."""

    exit_code = 5


class RecordNotFound(ArchiveDamaged):
    """A catalogue row points at a place where no such WARC record is."""


class Interrupted(NianbaoError):
    """The run was asked to stop and did so in good order."""

    exit_code = 11


class DocumentError(NianbaoError):
    """One document could not be read. The message is the reason that is listed."""


class UnsupportedForm(DocumentError):
    """There is no reader for this kind of file."""


class EmptyDocument(DocumentError):
    """The document holds no text at all."""


class DocumentTooLarge(DocumentError):
    """The document exceeds the size up to which documents are parsed."""
