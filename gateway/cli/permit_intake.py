"""Where the requests for the commands about permit lists come from: an export or the own log."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from gateway.cli.permit_requests import OwnLog, Tally
from permitlists import PermitListError
from permitlists.requests import read_record


@contextmanager
def take_in(
    file: Path | None, own: OwnLog, begin: Callable[[datetime | None], Tally]
) -> Iterator[Tally]:
    """Hold the tally of an export, or of the own record log where no file is named.

    `begin` makes the empty tally; it is told the instant of now where the log is read.

    Raises:
        PermitListError: a line of the file is no record; the message names it.
        OSError: the file cannot be read.
    """
    if file is None:
        from gateway.cli.permit_log import tally_log  # noqa: PLC0415  # brings the whole gateway

        with closing(tally_log(own, begin)) as tally:
            yield tally
    else:
        with closing(begin(None)) as tally:
            read_export(file, tally)
            yield tally


def read_export(file: Path, tally: Tally) -> None:
    """Add every line of an export to a tally.

    Raises:
        PermitListError: a line is no record; the message names it.
        OSError: the file cannot be read.
    """
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                tally.add(read_record(line))
            except PermitListError as error:
                raise PermitListError(error.code, f"line {number}: {error}") from error
