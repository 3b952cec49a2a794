"""Keeps rows in a journal file and says on standard output which are durable, until it is killed.

python journal_child.py FILE
"""

import asyncio
import sys
from pathlib import Path

from mocks.net.journal_file import JournalFile
from tests.support.journals import make_exchange, make_row

AT_ONCE = 8


async def main() -> None:
    """Work like a host: the question, a row, the answer; and only then say so."""
    file = JournalFile(Path(sys.argv[1]))
    async with asyncio.TaskGroup() as group:
        for worker in range(AT_ONCE):
            group.create_task(_work(file, worker))


async def _work(file: JournalFile, worker: int) -> None:
    number = worker + 1
    while True:
        file.keep(make_exchange(number))
        await file.flushed()
        file.keep(make_row(number))
        file.keep(make_exchange(number, answered=b"answer"))
        await file.flushed()
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        number += AT_ONCE


if __name__ == "__main__":
    asyncio.run(main())
