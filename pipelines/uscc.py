"""Codes of organs: 统一社会信用代码 (GB 32100-2015) and 组织机构代码 (GB 11714).

Eighteen characters: registrar, kind, division code of the registrar, organisation code
with its own check character, check character. They stand at the start of index numbers
(索引号) and in addresses (``area=``). A code whose check characters are wrong is
reported and never used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WEIGHTS = tuple(3**i % 31 for i in range(17))
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
#: Eighteen characters of the alphabet that stand alone, the division in digits.
CODE = re.compile(r"(?<![0-9A-Za-z])[0-9A-Z]{2}\d{6}[0-9A-Z]{10}(?![0-9A-Za-z])")
ORGANISATION = re.compile(r"(?<![0-9A-Za-z])[0-9A-Z]{8}-?[0-9X](?=/|$)")
#: Parameters of addresses that name the organ.
PARAMETERS = ("area", "orgcode", "deptcode")


@dataclass(frozen=True, slots=True)
class Code:
    """A code that was found: its kind, where, and what is wrong ('' for nothing)."""

    code: str
    kind: str  # uscc | organisation
    where: str
    fault: str = ""

    @property
    def adcode(self) -> str | None:
        """Division of the registrar; None for organisation codes and wrong ones."""
        return self.code[2:8] if self.kind == "uscc" and not self.fault else None


def check_character(first: str) -> str:
    """The 18th character of a credit code from its first 17.

    >>> check_character("11370900004341590")
    'P'
    """
    total = sum(ALPHABET.index(c) * w for c, w in zip(first, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_check(first: str) -> str:
    """The 9th character of an organisation code from its first 8.

    >>> organisation_check("00434159")
    '0'
    """
    total = sum(
        LETTERS.index(c) * w for c, w in zip(first, ORGANISATION_WEIGHTS, strict=True)
    )
    return "0123456789X"[-total % 11]


def fault(code: str) -> str:
    """What is wrong with a credit code or an organisation code, '' for nothing.

    >>> fault("11370900004341590P"), fault("014416330")
    ('', '')
    >>> fault("11370900004341590Q")
    'check character Q, computed P'
    """
    if len(code) == 9:
        expected = organisation_check(code[:8])
        return "" if code[8] == expected else _differs(code[8], expected)
    if len(code) != 18:
        return f"expected 9 or 18 characters, found {len(code)}"
    if wrong := [c for c in code if c not in ALPHABET]:
        return f"{wrong[0]} is not in the alphabet of the standard"
    if code[17] != (expected := check_character(code[:17])):
        return _differs(code[17], expected)
    inner = organisation_check(code[8:16])
    if code[16] != inner:
        return f"organisation code: {_differs(code[16], inner)}"
    return ""


def _differs(found: str, expected: str) -> str:
    return f"check character {found}, computed {expected}"


def in_index(text: str) -> Code | None:
    """The code at the start of an index number: 11370900004341590P/2017-00150."""
    plain = text.strip().upper()
    if match := CODE.match(plain):
        return Code(match[0], "uscc", "index number", fault(match[0]))
    if match := ORGANISATION.match(plain):
        code = match[0].replace("-", "")
        return Code(code, "organisation", "index number", fault(code))
    return None


def in_address(url: str) -> Code | None:
    """The code in an address: …/xxgkAnnualReport.jsp?area=11370900004341590P.

    Only parameters that name the organ are looked at, in any order and case. Nine and
    eighteen characters are codes; other values are internal numbers of the portal.
    """
    for key, value in parse_qsl(urlsplit(url).query):
        plain = value.strip().upper()
        if key.lower() not in PARAMETERS:
            continue
        if re.fullmatch(r"[0-9A-Z]{18}", plain):
            return Code(plain, "uscc", f"address ({key})", fault(plain))
        if re.fullmatch(r"[0-9A-Z]{8}-?[0-9X]", plain):
            code = plain.replace("-", "")
            return Code(code, "organisation", f"address ({key})", fault(code))
    return None
