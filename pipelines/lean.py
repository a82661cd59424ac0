"""Loaded first in the process that workers are forked from: what they must not load.

Libraries of the reading chain take pandas into the process where somebody installed it
(sqlite-utils does); with pyarrow behind it this costs a worker a second and half of the
memory it may have, and nothing that reads a document needs it.
"""

import sys

UNWANTED = ("pandas", "pyarrow")
#: How Python starts the server that workers are forked from.
SERVER = "from multiprocessing.forkserver import main"

if any(SERVER in word for word in sys.orig_argv):
    for _name in UNWANTED:
        # None: importing it fails as if it were not installed
        sys.modules.setdefault(_name, None)  # type: ignore[arg-type]
