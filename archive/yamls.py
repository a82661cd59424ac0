"""YAML read by libyaml where PyYAML was built with it: seven times as fast.

Every command reads several of the data files that come with the software.
"""

from __future__ import annotations

from typing import Any

import yaml

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(text: str | bytes) -> Any:
    """What ``yaml.safe_load`` makes of one document. Raises ``yaml.YAMLError``."""
    return yaml.load(text, Loader=LOADER)
