"""How commands name a person: local number and system, or unified number; never 個人番号.

Arguments of a process can be read by everybody on the machine, so an individual number comes
from a file or from standard input only (G5).
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.options import refuse_usage
from gateway.domain.addresses import Person
from gateway.domain.errors import AddressUnknownError
from gateway.domain.identifiers import LocalNumber, UnifiedNumber
from gateway.ports import Ports
from gateway.usecases import addresses

LOCAL_DIGITS = 15
NAMING = "--system NAME --number N, or --unified-number U"

NumberOption = Annotated[
    str | None,
    typer.Option(
        "--number", metavar="N", help="宛名番号（個人番号ではない）/ Local number, never 個人番号."
    ),
]
OfSystemOption = Annotated[
    str | None,
    typer.Option("--system", metavar="NAME", help="宛名番号の業務システム / Whose local number."),
]
UnifiedOption = Annotated[
    str | None,
    typer.Option(
        "--unified-number", metavar="U", help="団体内統合宛名番号 / Unified number, 15 digits."
    ),
]


FileArgument = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="一行一件のJSON、- は標準入力 / NDJSON, - is stdin."),
]


def local_number(text: str) -> LocalNumber:
    """Return a local number; leading zeros may be left out.

    Raises:
        InvalidError: the text has other characters than digits, or too many.
    """
    return LocalNumber(text.rjust(LOCAL_DIGITS, "0"))


async def load_person(
    number: str | None, system: str | None, unified_number: str | None, *, by: str, ports: Ports
) -> Person:
    """Return the person that the options name; the look-up is recorded as `by`.

    Raises:
        AddressUnknownError: nobody is known under it.
        InvalidError: a number has not its form.
    """
    if unified_number is None and (number is None or system is None):
        refuse_usage(NAMING)
    person = await addresses.find_person(
        actor=by,
        system=system,
        local_number=local_number(number) if number is not None else None,
        unified_number=UnifiedNumber(unified_number) if unified_number is not None else None,
        ports=ports,
    )
    if person is None:
        raise AddressUnknownError(system=system)
    return person


def read_lines(file: Path) -> list[bytes]:
    """Return the lines of an NDJSON file, `-` for standard input; empty lines stay empty."""
    content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    return content.splitlines()
