"""The networks: where they lie, and how they are run.

Only the files of the wheel are used, never its code: that would download what it
misses. One process loads each network once.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archive.errors import UnsupportedForm
from pipelines.ocr import HINT

#: Files of rapidocr 3.10 (Apache-2.0), PP-OCRv6 small.
DETECTOR = "PP-OCRv6_det_small.onnx"
RECOGNISER = "PP-OCRv6_rec_small.onnx"
#: Documents are read side by side; more threads for one slow the others down.
THREADS = 1

Floats = NDArray[np.float32]


def path(name: str) -> Path:
    """Where a network lies. Raises UnsupportedForm when it is not there."""
    spec = find_spec("rapidocr")
    if spec is None or spec.origin is None:
        raise UnsupportedForm(f"a picture: {HINT}")
    found = Path(spec.origin).parent / "models" / name
    if not found.is_file():
        raise UnsupportedForm(
            f"expected the network {name} of rapidocr 3.10, found none in "
            f"{found.parent}: another version is installed"
        )
    return found


@lru_cache(maxsize=2)
def session(name: str) -> Any:
    """A network ready to run."""
    import onnxruntime  # noqa: PLC0415 - only where pictures are read

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = THREADS
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    return onnxruntime.InferenceSession(
        path(name).read_bytes(), options, providers=["CPUExecutionProvider"]
    )


def run(name: str, batch: Floats) -> Floats:
    """One pass through a network: batch × 3 × height × width in."""
    network = session(name)
    first = network.get_inputs()[0].name
    return np.asarray(network.run(None, {first: batch})[0], dtype=np.float32)


@lru_cache(maxsize=1)
def characters() -> tuple[str, ...]:
    """The characters of the recogniser by number; number 0 is none."""
    listed = session(RECOGNISER).get_modelmeta().custom_metadata_map["character"]
    return ("", *listed.split("\n"), " ")
