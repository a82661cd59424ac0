"""What kind of authority a name is of, and whether a text is such a name at all.

The rules are data: ``lookups/kinds.yml``.
"""

from __future__ import annotations

import re

from pipelines import places
from pipelines.lookups import lookup
from pipelines.normalise import squash
from pipelines.organs import national


def is_name(text: str) -> bool:
    """Whether a text can be the name of an authority: a place, or a known ending."""
    name = squash(text)
    if not 3 <= len(name) <= 40 or re.search(r"[，。；：:,;0-9]", name):
        return False
    if national(name, local=False):
        return True
    length, _ = places.longest(name)
    return kind_of(name, name[length:], found=bool(length)) != "other"


def is_government(text: str) -> bool:
    """Whether a name is that of a whole place, and not of one of its organs."""
    name = squash(text)
    length, _ = places.longest(name)
    return kind_of(name, name[length:], found=bool(length)) == "government"


def is_placed(name: str) -> bool:
    """Whether a name says of which division it is, or that it is of the state."""
    name = squash(name)
    return bool(places.longest(name)[0]) or of_the_state(name)


def kind_of(name: str, rest: str, *, found: bool) -> str:
    """The kind of an authority (``codes.AGENCY_KINDS``), other for no known ending.

    ``rest`` is the name without the division, ``found`` whether it has one.
    """
    for entry in lookup("kinds")["kinds"]:
        text = name if entry["of"] == "name" else rest
        if entry["of"] == "placed" and not found:
            continue
        if entry["of"] == "rest" and not found and not _governs(name):
            continue
        if entry["of"] == "rest" and not found:
            text = name[name.index("人民政府") :]
        if re.search(entry["pattern"], text):
            return str(entry["kind"])
    return "other"


def _governs(name: str) -> bool:
    """An unknown place with its government: 云州县人民政府, and no town or street."""
    before, word, _ = name.partition("人民政府")
    return bool(word) and before.endswith(("省", "市", "县", "区", "州", "盟", "旗"))


def of_the_state(name: str) -> bool:
    """Whether a name begins as those of bodies of the State do."""
    return bool(re.match(lookup("kinds")["national"], name))


def bare(rest: str) -> str:
    """A township or street by its own name: 人民政府南源街道办事处 is 南源街道."""
    rules = lookup("kinds")
    bare = re.sub(rules["of_government"], "", rest)
    return re.sub(f"{rules['written']}$", "", bare) or bare
