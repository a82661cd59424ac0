"""``storage.yml``: one setting in the data directory for every command.

::

    warc: s3://bucket/prefix            # any fsspec address; the only key needed
    endpoint: https://minio.example     # a server of your own; S3 only
    options:                            # for the fsspec file system, as it names them
      client_kwargs: {region_name: cn-north-1}

Credentials do not belong here: botocore finds them in the environment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive import yamls
from archive.errors import UsageError

FILE = "storage.yml"
KEYS = ("warc", "endpoint", "options")
#: Parts of the names of options that would hold a secret.
SECRETS = ("secret", "password", "passphrase", "token", "credential")
SECRET_NAMES = ("key", "aws_access_key_id", "account_key", "pass")
S3 = ("s3", "s3a")


@dataclass(frozen=True, slots=True)
class StorageSettings:
    """Where closed WARC files lie. ``source`` is the file that says so."""

    warc: str  # without a slash at its end
    endpoint: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    source: Path = Path(FILE)

    @property
    def protocol(self) -> str:
        return self.warc.partition("://")[0]


def load(root: Path) -> StorageSettings | None:
    """What the data directory ``root`` says; None where it says nothing.

    Raises UsageError that names file and key for what cannot be meant.
    """
    path = root / FILE
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    import yaml  # noqa: PLC0415 - most archives have no such file

    try:
        given = yamls.load(text)
    except yaml.YAMLError as error:
        raise UsageError(f"{path}: not YAML: {error}") from error
    if not isinstance(given, dict):
        raise UsageError(f"{path}: expected keys ({', '.join(KEYS)}), found {given!r}")
    for key in given:
        if key not in KEYS:
            raise UsageError(
                f"{path}: unknown key {key!r} (expected {', '.join(KEYS)})"
            )
    return StorageSettings(
        _address(path, given.get("warc")),
        _endpoint(path, given),
        _options(path, given.get("options")),
        path,
    )


def _address(path: Path, given: Any) -> str:
    if not isinstance(given, str) or not given.partition("://")[2].strip("/"):
        raise UsageError(
            f"{path}: warc: expected an address like s3://bucket/prefix, "
            f"found {given!r}"
        )
    protocol, _, rest = given.rstrip("/").partition("://")
    if "@" in rest.partition("/")[0]:
        raise UsageError(
            f"{path}: warc: an address without credentials is expected; they belong "
            "into the environment"
        )
    if protocol.lower() in S3 and not rest.partition("/")[0]:
        raise UsageError(f"{path}: warc: {given!r} names no bucket")
    return f"{protocol.lower()}://{rest}"


def _endpoint(path: Path, given: Mapping[str, Any]) -> str | None:
    endpoint = given.get("endpoint")
    if endpoint is None:
        return None
    if str(given.get("warc")).partition("://")[0].lower() not in S3:
        raise UsageError(f"{path}: endpoint: only an s3:// address has one")
    if not isinstance(endpoint, str) or not endpoint.startswith(
        ("http://", "https://")
    ):
        raise UsageError(
            f"{path}: endpoint: expected http:// or https://, found {endpoint!r}"
        )
    return endpoint


def _options(path: Path, given: Any) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise UsageError(f"{path}: options: expected keys and values, found {given!r}")
    for name in _names(given):
        lower = name.lower()
        if lower in SECRET_NAMES or any(part in lower for part in SECRETS):
            raise UsageError(
                f"{path}: options: {name}: credentials are taken from the environment "
                "only (AWS_ACCESS_KEY_ID, AWS_PROFILE, …)"
            )
    return given


def _names(given: Mapping[Any, Any]) -> Iterator[str]:
    for name, value in given.items():
        yield str(name)
        if isinstance(value, dict):
            yield from _names(value)
