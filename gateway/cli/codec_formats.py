"""The forms that `nakadachi codec decode` writes and `encode` reads, by the name of each."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

from gateway.cli.codec_tables import SeparatedForm, StoredForm

if TYPE_CHECKING:
    from wire.files.layout import Layout
    from wire.files.settings import Settings
    from wire.files.walk import Fault


class Form(Protocol):
    """One form of the records of a file."""

    def decode(
        self, layout: "Layout", stream: BinaryIO, settings: "Settings", output: BinaryIO
    ) -> "Iterator[Fault]":
        """Write the form from a file; yield what is wrong there."""

    def encode(self, layout: "Layout", stream: BinaryIO, settings: "Settings") -> Iterator[bytes]:
        """Yield the bytes of the file that the form describes; WireError where there are none."""


class LinesForm:
    """JSON lines."""

    def decode(
        self, layout: "Layout", stream: BinaryIO, settings: "Settings", output: BinaryIO
    ) -> "Iterator[Fault]":
        """Write an object for each record; yield what is wrong with it."""
        from wire.files.lines import write_lines  # noqa: PLC0415  # brings numpy
        from wire.files.rows import Decoded  # noqa: PLC0415  # brings numpy
        from wire.files.stream import decode_records  # noqa: PLC0415  # brings numpy

        for found in decode_records(layout, stream, settings):
            if isinstance(found, Decoded):
                output.writelines(write_lines((found,)))
                yield from found.faults
            else:
                yield found

    def encode(self, layout: "Layout", stream: BinaryIO, settings: "Settings") -> Iterator[bytes]:
        """Yield the bytes of the records that lines describe."""
        from wire.files.lines import read_lines  # noqa: PLC0415  # brings numpy
        from wire.files.rewriting import write_records  # noqa: PLC0415  # brings numpy

        return write_records(layout, read_lines(layout, stream), settings)


FORMS: Final[Mapping[str, Form]] = {
    "jsonl": LinesForm(),
    "csv": SeparatedForm(),
    "csv-bom": SeparatedForm(bom=True),  # by which spreadsheets know UTF-8
    "arrow": StoredForm("arrow"),
    "parquet": StoredForm("parquet"),
}
