"""Where the commands about permit lists read editions: the packaged list, a register, a file."""

import re
from pathlib import Path
from typing import Annotated

import typer

from permitlists import Edition, PermitList, PermitListError, load_builtin

RegisterOption = Annotated[
    Path | None,
    typer.Option(
        "--register",
        metavar="FOLDER",
        envvar="NAKADACHI_PERMITS_REGISTER",
        show_envvar=True,
        help="許可照合リスト原簿（既定は同梱の版） / Permit register (default: the packaged list).",
    ),
]
_DIGEST = re.compile(r"[0-9a-f]{8,64}")
_LABEL = re.compile(r"[a-z0-9-]+@[0-9-]+")


def read_permit_list(register: Path | None) -> PermitList:
    """Return the permit list of a register folder, the packaged one where none is named.

    Raises:
        PermitListError: the folder holds no register, or one that was changed by other means.
    """
    if register is None:
        return load_builtin()
    from permitlists.register import Register  # noqa: PLC0415  # most calls need none

    return Register.open(register).permit_list()


def find_edition(text: str, permit_list: PermitList) -> Edition:
    """Return the edition that a label, a SHA-256 prefix or the path of an edition file names.

    A label is `INSTRUMENT@VALID-FROM`; a prefix has at least 8 lower-case hexadecimal digits. A
    file is canonical JSON (`.json`), packaged lines (`.jsonl`) or a spreadsheet (`.xlsx`); its
    edition need not be listed.

    Raises:
        PermitListError: nothing or more than one edition has that name, or the file is no edition.
        OSError: the file cannot be read.
    """
    path = Path(text)
    if path.suffix in {".json", ".jsonl", ".xlsx"}:
        return read_edition(path)
    if _LABEL.fullmatch(text):
        found = [one for one in permit_list.editions if one.key.label == text]
    elif _DIGEST.fullmatch(text):
        found = [one for one in permit_list.editions if one.key.sha256.startswith(text)]
    else:
        message = f"{text}: an edition is INSTRUMENT@VALID-FROM, 8 digits of its SHA-256, or a file"
        raise PermitListError("permits.edition_form", message)
    if len(found) != 1:
        count = "no edition" if not found else f"{len(found)} editions"
        raise PermitListError("permits.edition_unknown", f"{text} names {count} of the list")
    return found[0]


def read_edition(path: Path) -> Edition:
    """Return the edition of a file: `.jsonl` packaged lines, `.xlsx` a spreadsheet, else JSON.

    Raises:
        PermitListError: the file is no edition.
        OSError: the file cannot be read.
    """
    data = path.read_bytes()
    if path.suffix == ".xlsx":
        from permitlists.spreadsheet import read_spreadsheet  # noqa: PLC0415  # few files need it

        return Edition(read_spreadsheet(data))
    return Edition.from_lines(data) if path.suffix == ".jsonl" else Edition.from_bytes(data)
