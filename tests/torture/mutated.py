"""10,000 mutated documents a form: ``NIANBAO_LONG=1 python -m tests.torture.mutated``.

Every document goes the way of the product (``pipelines.stages.read``): what may do
harm into a worker with limits, pages of common size into this process. Prints one line
a form with the seed that gives the same documents again; exit 1 when one of them ended
the run, hung it, or went without a reading or a reason.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence

from pipelines import stages
from pipelines.contain import LIMITS
from tests.pipelines.mutations import FORMS
from tests.pipelines.trials import Tally, trial

SEED = "20260131"
LONG, SHORT, STEP = 10_000, 25, 1000
#: Seconds for the documents of one form; a form that takes longer says so.
BOX = 3600.0
#: A worker is ended at its own limit; only what escapes that is a hang.
HANGS = LIMITS.wall + 30


def read_many(form: str, most: int, seed: str = SEED, box: float = BOX) -> Tally:
    """Read ``most`` mutated documents of a form, or as many as the time allows."""
    tally = Tally(form)
    end = time.monotonic() + box
    for i in range(most):
        if time.monotonic() > end:
            tally.problems.append(f"{i} of {most} documents in {box:g} seconds")
            break
        trial(tally, stages.read, f"{seed}/{i}", HANGS)
        if (i + 1) % STEP == 0:
            print(f"{form}: {i + 1}", file=sys.stderr, flush=True)
    return tally


def run(forms: Sequence[str], most: int, seed: str = SEED) -> bool:
    """Read ``most`` documents of each form and print a line on it; True: all well."""
    print(f"mutated documents: seed {seed}, {most} a form", flush=True)
    well = True
    for form in forms:
        start = time.monotonic()
        tally = read_many(form, most, seed)
        print(f"{tally} ({time.monotonic() - start:.0f} s)", flush=True)
        well = well and not tally.problems
    return well


def main() -> int:
    """Read what the arguments ask for; 1 when a document made trouble."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("forms", nargs="*", default=FORMS, metavar="FORM")
    parser.add_argument("--seed", default=SEED)
    parser.add_argument("--most", type=int)
    options = parser.parse_args()
    long = os.environ.get("NIANBAO_LONG") == "1"
    most = options.most or (LONG if long else SHORT)
    return 0 if run(options.forms, most, options.seed) else 1


if __name__ == "__main__":
    sys.exit(main())
