"""Decode a file in chunks and say how many bytes were resident at most: file_memory.py FILE."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "codecs")]

from tools.bench.file_samples import make_layout  # noqa: E402  # the path comes first
from tools.bench.machine import read_peak  # noqa: E402
from wire.files.columns.column import Chunk  # noqa: E402
from wire.files.columns.decode import decode_columns  # noqa: E402
from wire.files.settings import Settings  # noqa: E402


def main() -> None:
    """Decode the file chunk by chunk.

    Raises:
        RuntimeError: something is wrong with it.
    """
    with Path(sys.argv[1]).open("rb") as stream:
        for item in decode_columns(make_layout(), stream, Settings()):
            if not isinstance(item, Chunk) or item.faults:
                raise RuntimeError(item)
    sys.stdout.write(f"{read_peak(os.getpid())}\n")


if __name__ == "__main__":
    main()
