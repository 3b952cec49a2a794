"""The gateway, killed by SIGKILL at a chosen point of its work.

    python -m tests.support.crashing POINT NTH serve -c FILE

Nothing in the product knows of this: the real process runs, and five of its functions are wrapped
here. The wrappers do nothing until SIGUSR1 arms them; then the NTH passage of POINT is the last.
"""

import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from gateway.cli import main
from gateway.network.arrivals import Arrivals
from gateway.network.client import DocumentsClient
from gateway.storage.mapping import Cell
from gateway.storage.sqlite import SqliteSession
from gateway.storage.units import Head


class Fuse:
    """Counts passages of one point once it is armed."""

    def __init__(self, point: str, nth: int) -> None:
        self.point, self.left, self.armed = point, nth, False

    def arm(self, *_: object) -> None:
        """Begin to count."""
        self.armed = True

    def burn(self, point: str) -> None:
        """Die here, without a word to anybody, if this is the passage."""
        if not self.armed or point != self.point:
            return
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _around(
    fuse: Fuse, before: str, after: str, act: Callable[..., Awaitable[Any]]
) -> Callable[..., Awaitable[Any]]:
    async def acted(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401  # whatever act takes
        fuse.burn(before)
        result = await act(*arguments, **named)
        fuse.burn(after)
        return result

    return acted


def install(fuse: Fuse) -> None:
    """Wrap the commit of the writer, the sending of streams and the replying to streams."""
    append, commit = SqliteSession.append, SqliteSession.commit
    evidence: list[bool] = []

    def appended(self: SqliteSession, rows: Sequence[tuple[Cell, ...]]) -> None:
        evidence.append(True)
        append(self, rows)

    def committed(self: SqliteSession, heads: Mapping[str, Head]) -> None:
        carries = bool(evidence)  # only groups with evidence count: leases come at any time
        evidence.clear()
        if carries:
            fuse.burn("before_commit")
        commit(self, heads)
        if carries:
            fuse.burn("after_commit")

    SqliteSession.append = appended  # type: ignore[method-assign]  # the point of this module
    SqliteSession.commit = committed  # type: ignore[method-assign]  # the point of this module
    DocumentsClient._post = _around(  # type: ignore[assignment,method-assign]  # the point of this module
        fuse, "before_post", "after_post", DocumentsClient._post
    )
    Arrivals.receive = _around(  # type: ignore[assignment,method-assign]  # the point of this module
        fuse, "before_receive", "before_reply", Arrivals.receive
    )


if __name__ == "__main__":
    one = Fuse(sys.argv[1], int(sys.argv[2]))
    install(one)
    signal.signal(signal.SIGUSR1, one.arm)
    sys.argv = ["nakadachi", *sys.argv[3:]]
    main()
