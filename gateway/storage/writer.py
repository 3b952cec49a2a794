"""The single writer of a process: many callers, one transaction, one wait for the disk.

Callers hand over whole units and wait; what one turn of the event loop brings forth goes to a
thread together, which writes all that waits in one transaction and settles it after the commit.
While one group waits for the disk, the next one gathers. Refuse work rather than lose evidence:
what cannot be written is refused at once.
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final

from gateway.domain.errors import EvidenceUnavailableError
from gateway.storage.sessions import Session, StorageFailure, write_group
from gateway.storage.units import WriteUnit

GROUP_LIMIT: Final = 256  # units after which a transaction takes no more
QUEUE_LIMIT: Final = 10_000  # units that wait; more than some seconds of work
STALL_SECONDS: Final = 5.0
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether records can be written now; `reason` is a word for operators, None when healthy."""

    reason: str | None

    @property
    def healthy(self) -> bool:
        """Whether nothing is known to be wrong."""
        return self.reason is None


class Writer:
    """Owns the thread and its connection; belongs to the event loop that made it."""

    def __init__(
        self, connect: Callable[[], Session], *, stall_seconds: float = STALL_SECONDS
    ) -> None:
        self.transactions = 0  # committed so far
        self._connect = connect
        self._stall_seconds = stall_seconds
        self._session: Session | None = None
        self._loop = asyncio.get_running_loop()
        self._gathered: list[WriteUnit] = []
        self._queue: SimpleQueue[list[WriteUnit] | None] = SimpleQueue()
        self._waiting = 0  # units that are not settled
        self._busy_since: float | None = None
        self._reason: str | None = None
        self._closed = False
        # A daemon: a process that forgot to close must still be able to end.
        self._thread = threading.Thread(target=self._run, name="storage-writer", daemon=True)
        self._thread.start()

    def health(self) -> Health:
        """Return whether the last group was written and the present one is not stuck."""
        return Health(reason=self._find_refusal() or self._reason)

    def _find_refusal(self) -> str | None:
        """Return why nothing is taken at all, None where it is worth trying."""
        since = self._busy_since
        if self._closed:
            return "closed"
        if since is not None and time.monotonic() - since > self._stall_seconds:
            return "stalled"
        return None

    def submit(self, unit: WriteUnit) -> None:
        """Queue a unit; its outcome is settled after the commit.

        Raises:
            EvidenceUnavailableError: closed, stalled, or too many units wait already.
        """
        reason = "queue_full" if self._waiting >= QUEUE_LIMIT else self._find_refusal()
        if reason is not None:
            raise EvidenceUnavailableError(reason=reason)
        self._waiting += 1
        self._gathered.append(unit)
        if len(self._gathered) == 1:
            self._loop.call_soon(self._hand_over)

    def _hand_over(self) -> None:
        if self._gathered:
            self._queue.put(self._gathered)
            self._gathered = []

    async def close(self) -> None:
        """Write what waits, then end the thread."""
        self._closed = True
        self._hand_over()
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        going = True
        while going:
            group, going = self._take()
            if not group:
                continue
            self._busy_since = time.monotonic()
            self._write(group)
            self._busy_since = None
            # The loop may have ended without closing the database: nobody waits any more.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._settle, group)
        self._drop_session()

    def _take(self) -> tuple[list[WriteUnit], bool]:
        """Return all units that wait, at least one, and whether more may come."""
        group: list[WriteUnit] = []
        units = self._queue.get()
        while units is not None:
            group += units
            if len(group) >= GROUP_LIMIT:
                return group, True
            try:
                units = self._queue.get_nowait()
            except Empty:
                return group, True
        return group, False

    def _write(self, group: list[WriteUnit]) -> None:
        try:
            if self._session is None:
                self._session = self._connect()
            write_group(self._session, group)
        except StorageFailure as failure:
            self._fail(group, failure.reason)
        except Exception:  # noqa: BLE001  # whatever it is, nobody may wait for ever
            _LOG.exception("A group of units could not be written.")
            self._fail(group, "writer_failed")
        else:
            self.transactions += 1
            self._reason = None

    def _fail(self, group: list[WriteUnit], reason: str) -> None:
        """Refuse a group; the next one begins with a new connection."""
        self._reason = reason
        self._drop_session()
        for unit in group:
            unit.error = EvidenceUnavailableError(reason=reason)

    def _drop_session(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _settle(self, group: list[WriteUnit]) -> None:
        self._waiting -= len(group)
        for unit in group:
            unit.settle()
