"""The readers that misbehave, for those that read many documents."""

from archive.records import PageContext
from pipelines.engines import Marked, mark
from tests.pipelines.hostile_readers import obey


def obey_marked(data: bytes, context: PageContext) -> Marked:
    """Do what the document says; what was read is marked."""
    return mark(obey(data, context))
