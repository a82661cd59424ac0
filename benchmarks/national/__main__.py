"""Runs the scenarios and writes what came of them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks.national import scenarios
from benchmarks.national.inputs import load

RESULTS = Path(__file__).with_name("results.json")
QUICK = 20


def stored(path: Path) -> dict[str, Any]:
    """Outcomes of earlier runs by the names of their scenarios."""
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return found


def main() -> None:
    """Run what is asked for; ``--write`` puts tables and figures into docs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", choices=sorted(scenarios.ALL))
    parser.add_argument("--quick", action="store_true", help="a twentieth, not kept")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--again", action="store_true", help="also those that are kept")
    parser.add_argument("--write", action="store_true", help="docs/scale.md, figures")
    given = parser.parse_args()
    inputs, by = load(), QUICK if given.quick else 1
    kept = {} if given.quick else stored(given.results)
    for name in given.only or scenarios.ALL:
        before = kept.get(name)
        if before and before["seed"] == given.seed and not (given.again or given.only):
            continue
        outcome = scenarios.run(scenarios.ALL[name], inputs, seed=given.seed, by=by) | {
            "seed": given.seed
        }
        kept[name] = outcome
        print(f"{name}: {outcome['hours']} h, {outcome['left']} left", flush=True)
        if not given.quick:
            rows = (f"{json.dumps(n)}: {json.dumps(o)}" for n, o in kept.items())
            given.results.write_text("{\n" + ",\n".join(rows) + "\n}\n")
    from benchmarks.national import tables  # noqa: PLC0415 - draws, which is slow

    print(tables.everything(inputs, kept))
    if given.write:
        tables.write(inputs, kept)


if __name__ == "__main__":
    main()
