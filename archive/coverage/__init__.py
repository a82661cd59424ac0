"""Coverage: which authority should have reported for which year, and what became of it.

::

    facts       what the catalogue knows: authorities, reports, portals, links
    expected    which years are expected of whom, and on what ground
    evidence    what links, portals and vanished pages say about a year
    judge       facts to rows: found, late, missing, unreadable, blocked, not_due
    summary     years × states with their denominators

A row is made only for a year that was looked for after its legal date: an archive of a
few files accuses nobody. The grounds (column ``basis``) are, in this order: the report
is here; it lies between two reports of the authority (``years``) or after its last
(``since``); most others of the same column have that year (``column``); the portal's
own government must report (``registry``).
"""

from archive.coverage.facts import Facts, read
from archive.coverage.judge import Entry, fill, judge

__all__ = ["Entry", "Facts", "fill", "judge", "read"]
