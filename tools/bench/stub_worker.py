"""Our stub as a process of its own: `BODY_FILE PATH PORT [JOURNAL_FILE]`.

It runs until standard input ends. With a file, every answer waits until the journal is on disk;
without one the journal is in memory.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from mocks.engine.clock import system_time
from mocks.engine.journal import Journal
from mocks.net.answers import Answer
from mocks.net.journal_file import JournalFile
from mocks.net.stub import Stub


async def main(arguments: Sequence[str]) -> None:
    """Serve until whoever started this closes standard input."""
    body, path, port, *journals = arguments
    content = await asyncio.to_thread(Path(body).read_bytes)
    answer = Answer(
        name="answer",
        method="GET",
        path=path,
        headers={"Content-Type": "application/json"},
        body=content,
    )
    file = JournalFile(Path(journals[0])) if journals else None
    stub = Stub(
        "stub",
        [answer],
        Journal(store=file),
        now=system_time,
        durable=file.flushed if file else None,
    )
    await stub.start(int(port))
    await asyncio.to_thread(sys.stdin.read)
    await stub.stop()
    if file is not None:
        file.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
