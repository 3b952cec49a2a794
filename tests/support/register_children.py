"""A process that writes to a register: `python -m tests.support.register_children FOLDER NAME N`.

It prints the number of every proposal once it is acknowledged, and stops after N. With a point
and a passage as two further arguments it dies there by SIGKILL: nothing in the product knows.
"""

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from permitlists.register import Register
from tests.support.registers import NEXT_MONTH, NOON, second, suspension

LEFT = [0]


def burn(point: str) -> None:
    """Die here if this is the point and the passage."""
    if sys.argv[4:5] == [point]:
        LEFT[0] -= 1
        if LEFT[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def install() -> None:
    """Wrap what writes, so that a death can come between any two steps."""
    pwrite, fsync, truncate = os.pwrite, os.fsync, os.ftruncate

    def torn(file: int, data: bytes, offset: int) -> int:
        burn("before_write")
        written = pwrite(file, data[:30], offset)  # the caller goes on with the rest
        burn("torn_write")
        return written

    def synced(file: int) -> None:
        burn("before_sync")
        fsync(file)
        burn("after_sync")

    def cut(file: int, length: int) -> None:
        truncate(file, length)
        burn("after_cut")

    os.pwrite = torn  # type: ignore[assignment]  # only bytes are written here
    os.fsync = synced  # type: ignore[assignment]  # only numbers of files are synced here
    os.ftruncate = cut


def main() -> None:
    """Propose suspensions and editions until N, or for ever."""
    folder, name, most = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    LEFT[0] = int(sys.argv[5]) if len(sys.argv) > 5 else 0
    install()
    register = Register.open(folder)
    for count in range(most):
        if count % 3:
            content = suspension(days=count + 1, information=name)
            made = register.propose(content, at=NOON, staff=name, reason=name)
        else:
            new = second(NEXT_MONTH + timedelta(days=count), source=f"test-{name}")
            made = register.propose_edition(new, at=NOON, staff=name, reason=name)
        sys.stdout.write(f"{made.number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
