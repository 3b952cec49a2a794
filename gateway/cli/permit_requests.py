"""Recorded requests for the commands about permit lists: counted by question, each once."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Annotated, Final

import typer

from gateway.cli.options import instant_of
from gateway.domain.hours import JAPAN
from permitlists.requests import Asked, Record

RecordsFile = Annotated[
    Path | None,
    typer.Option(
        "--records",
        metavar="FILE.jsonl",
        help="`records export`の出力（既定は自機関の記録） / An export (default: the own log).",
    ),
]
_SPOOLS: Final = 64
_NAME: Final = 12  # bytes of a digest that tells requests apart
_INDEX: Final = 4
_PROGRESS: Final = 100_000  # lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Instants from `since` to before `until`; None leaves a side open."""

    since: datetime | None
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Tell whether an instant lies in the period."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


WHOLE: Final = Period(since=None, until=None)


def read_period(since: str | None, until: str | None) -> Period:
    """Return the period that the options name."""
    return Period(since=instant_of(since, "--since"), until=instant_of(until, "--until"))


def month_before(now: datetime) -> Period:
    """Return the calendar month before an instant, in Japan."""
    first = now.astimezone(JAPAN).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Period(since=(first - timedelta(days=1)).replace(day=1), until=first)


@dataclass(slots=True)
class Tally:
    """Counts recorded requests by question, each request once, in memory for the questions only.

    What tells requests apart waits in unnamed temporary files, split so that one part at a time
    fits into memory. The first record of a request that says enough to judge it counts.
    """

    ask: Callable[[Record], Asked | None]
    period: Period
    other: int = 0  # lines that are no requests or lie outside the period
    owners: set[str] = field(default_factory=set)  # the institutions whose logs these are
    first: datetime | None = None
    last: datetime | None = None
    _questions: dict[Asked | None, int] = field(default_factory=dict)
    _spools: list[IO[bytes]] = field(
        # open until the tally is counted
        default_factory=lambda: [TemporaryFile() for _ in range(_SPOOLS)]  # noqa: SIM115
    )
    _lines: int = 0

    def add(self, record: Record) -> None:
        """Take in one record."""
        self._lines += 1
        if self._lines % _PROGRESS == 0:
            typer.echo(f"{self._lines:,}行 / lines", file=sys.stderr)
        at = record.asked_at
        if not (record.is_request and self.period.holds(at)):
            self.other += 1
            return
        if record.institution:
            self.owners.add(record.institution)
        self.first = min(self.first or at, at)
        self.last = max(self.last or at, at)
        index = self._questions.setdefault(self.ask(record), len(self._questions))
        name = record.identity or f"line {self._lines}"
        digest = blake2b(name.encode(), digest_size=_NAME).digest()
        self._spools[digest[0] % _SPOOLS].write(digest + index.to_bytes(_INDEX))

    def count(self) -> Iterator[tuple[Asked | None, int]]:
        """Yield every question with the number of requests that asked it.

        None stands for the requests whose records never say enough to judge them.
        """
        questions = list(self._questions)
        counts = [0] * len(questions)
        for spool in self._spools:
            for index in _read_once(spool, self._questions.get(None)).values():
                counts[index] += 1
        for asked, count in zip(questions, counts, strict=True):
            if count:
                yield asked, count

    def close(self) -> None:
        """Remove the temporary files."""
        for spool in self._spools:
            spool.close()


def _read_once(spool: IO[bytes], unreadable: int | None) -> dict[bytes, int]:
    """Return the question of each request in a spool: the first that is one."""
    found: dict[bytes, int] = {}
    spool.seek(0)
    while entry := spool.read(_NAME + _INDEX):
        index = int.from_bytes(entry[_NAME:])
        if found.setdefault(entry[:_NAME], index) == unreadable:
            found[entry[:_NAME]] = index
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLog:
    """Which institution's record log is meant, as the common options say it."""

    config: Path
    institution: str | None
    as_json: bool
