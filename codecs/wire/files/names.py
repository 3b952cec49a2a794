"""File names of the dedicated line: made from what a header says, and read back."""

import re
from dataclasses import dataclass
from typing import Final

from wire.errors import WireError
from wire.files.layout import Layout
from wire.numbers import is_municipality_code

DIGEST_SUFFIX: Final = ".sum"
_FEDERATION = re.compile(
    r"(?P<id>[A-Z0-9]{8})_(?P<municipality>\d{6})_(?P<instant>\d{14})_(?P<serial>\d{6})"
    r"_(?P<part>\d{3})of(?P<parts>\d{3})\.dat",
    re.ASCII,
)
_SPECIAL = re.compile(r"(?P<id>Z2[124A])(?P<stem>\d{5})\.DTA", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileName:
    """What a file's name says.

    `municipality` has six digits, or five without the check digit in special collection files;
    the other parts are empty or 1 there. `instant` has 14 digits.
    """

    layout: str
    municipality: str
    instant: str = ""
    serial: int = 0
    part: int = 1
    parts: int = 1


def format_name(layout: Layout, name: FileName) -> str:
    """Return the file name of a layout.

    Raises:
        WireError: `files.name.form`, the parts do not make a name that can be read back.
    """
    text = layout.file_name.format(
        id=layout.id,
        municipality=name.municipality,
        stem=name.municipality,
        instant=name.instant,
        serial=f"{name.serial:06d}",
        part=f"{name.part:03d}",
        parts=f"{name.parts:03d}",
    )
    if parse_name(text) != name:
        raise WireError("files.name.form", "", "These parts make no file name.")
    return text


def parse_name(text: str) -> FileName:
    """Return what a file name says; special collection names are taken in either case.

    Raises:
        WireError: `files.name.form`, it is no name of a file of the line; `files.name.value`, a
            municipality or a part that cannot be.
    """
    special = _SPECIAL.fullmatch(text)
    if special is not None:
        return FileName(layout=special["id"].upper(), municipality=special["stem"])
    found = _FEDERATION.fullmatch(text)
    if found is None:
        raise WireError("files.name.form", "", "This is no name of a file of the line.")
    name = FileName(
        layout=found["id"],
        municipality=found["municipality"],
        instant=found["instant"],
        serial=int(found["serial"]),
        part=int(found["part"]),
        parts=int(found["parts"]),
    )
    if not is_municipality_code(name.municipality) or not 1 <= name.part <= name.parts:
        raise WireError("files.name.value", "", "The municipality or the part cannot be.")
    return name
