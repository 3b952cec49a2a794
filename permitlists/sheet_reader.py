"""Reads the cells of an .xlsx file as text, and refuses what a reviewer would not see.

The file is a ZIP of XML parts. Formulas, numbers, dates, merged cells, hidden rows, columns and
sheets are refused where they stand, because their content differs from what the screen shows.
Sizes are limited while unpacking: what the archive says about itself is not believed.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from xml.parsers import expat

from permitlists.sheet_parts import (
    Part,
    Relations,
    SheetContent,
    SheetRow,
    SpreadsheetError,
    Strings,
    Workbook,
    local,
)

MOST_FILE_BYTES: Final = 32 * 2**20
MOST_UNPACKED_BYTES: Final = 128 * 2**20
MOST_PARTS: Final = 200
_CHUNK: Final = 2**16
_ENCRYPTED: Final = 1
_BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


def read_cells(data: bytes, names: Sequence[str]) -> dict[str, list[SheetRow]]:
    """Return the rows of each sheet named; the file must have exactly these sheets.

    Raises:
        SpreadsheetError: the bytes are no such file, or a sheet holds more than plain text.
    """
    if len(data) > MOST_FILE_BYTES:
        raise SpreadsheetError(None, None, f"the file is larger than {MOST_FILE_BYTES} bytes")
    with _broken_is_refused():
        return _Archive(data).read(names)


@contextmanager
def _broken_is_refused() -> Iterator[None]:
    try:
        yield
    except SpreadsheetError:
        raise
    except expat.ExpatError as error:
        raise SpreadsheetError(None, None, "a part of the file is not well-formed XML") from error
    except _BROKEN_ARCHIVE as error:
        raise SpreadsheetError(None, None, "the file is no .xlsx file, or damaged") from error


class _Archive:
    """An opened file and how much may still be unpacked from it."""

    def __init__(self, data: bytes) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(data))
        self.left = MOST_UNPACKED_BYTES
        parts = self.archive.infolist()
        if len(parts) > MOST_PARTS or len({part.filename for part in parts}) != len(parts):
            raise SpreadsheetError(
                None, None, "the archive has too many parts or one of them twice"
            )

    def read(self, names: Sequence[str]) -> dict[str, list[SheetRow]]:
        workbook = Workbook()
        self.parse("xl/workbook.xml", workbook)
        relations = Relations()
        self.parse("xl/_rels/workbook.xml.rels", relations)
        _check_names(list(workbook.sheets), names)
        strings = Strings()
        if relations.strings is not None:
            self.parse(relations.strings, strings)
        found = {}
        for name in names:
            sheet = SheetContent(name=name, strings=strings.texts)
            self.parse(relations.targets[workbook.sheets[name]], sheet)
            found[name] = sheet.rows
        return found

    def parse(self, name: str, part: Part) -> None:
        info = self.archive.getinfo(name)
        if info.flag_bits & _ENCRYPTED:
            raise SpreadsheetError(None, None, "the file is encrypted")
        parser = _parser(part)
        with self.archive.open(info) as stream:
            while chunk := stream.read(_CHUNK):
                self.left -= len(chunk)
                if self.left < 0:
                    raise SpreadsheetError(
                        None, None, f"the file unpacks to over {MOST_UNPACKED_BYTES} bytes"
                    )
                parser.Parse(chunk, False)  # noqa: FBT003  # the library takes no keyword
        parser.Parse(b"", True)  # noqa: FBT003


def _parser(part: Part) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = lambda name, attributes: part.start(local(name), attributes)
    parser.EndElementHandler = lambda name: part.end(local(name))
    parser.CharacterDataHandler = part.text
    return parser


def _refuse_doctype(*_: object) -> None:
    raise SpreadsheetError(None, None, "a part of the file has a document type")


def _check_names(found: Sequence[str], names: Sequence[str]) -> None:
    for name in names:
        if name not in found:
            raise SpreadsheetError(name, None, "the sheet is missing")
    for name in found:
        if name not in names:
            raise SpreadsheetError(name, None, "a sheet too many")
