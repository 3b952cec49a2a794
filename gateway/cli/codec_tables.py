"""The forms of `nakadachi codec` that are tables: CSV by itself, Arrow and Parquet by an extra."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Literal

import typer

from gateway.cli.output import Exit

if TYPE_CHECKING:
    from types import ModuleType

    from wire.files.columns.column import Chunk
    from wire.files.layout import Layout
    from wire.files.rows import Decoded
    from wire.files.settings import Settings
    from wire.files.walk import Fault


def load_extra(module: str, extra: str) -> "ModuleType":
    """Return a module that needs an extra; a missing one ends the command (exit code 3)."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if str(error.name).startswith(("wire", "gateway")):
            raise
        typer.echo(
            f"{error.name} がありません。次で入ります / {error.name} is missing; install it with: "
            f"pip install 'nakadachi[{extra}]'",
            err=True,
        )
        raise typer.Exit(Exit.ENVIRONMENT) from error


@dataclass(frozen=True, slots=True)
class SeparatedForm:
    """CSV; with `bom` a byte order mark comes first, for spreadsheets."""

    bom: bool = False

    def decode(
        self, layout: "Layout", stream: BinaryIO, settings: "Settings", output: BinaryIO
    ) -> "Iterator[Fault]":
        """Write a file as a table; yield what is wrong with it."""
        from wire.files.rows import Decoded  # noqa: PLC0415  # brings numpy
        from wire.files.stream import decode_records  # noqa: PLC0415
        from wire.files.tables.separated import write_names, write_record  # noqa: PLC0415

        output.write(write_names(layout, bom=self.bom))
        for found in decode_records(layout, stream, settings):
            if isinstance(found, Decoded):
                output.write(write_record(layout, found))
                yield from found.faults
            else:
                yield found

    def encode(self, layout: "Layout", stream: BinaryIO, settings: "Settings") -> Iterator[bytes]:
        """Yield the bytes of the file that a table describes."""
        from wire.files.stream import encode_records  # noqa: PLC0415  # brings numpy
        from wire.files.tables.separated import read_separated  # noqa: PLC0415

        return encode_records(layout, read_separated(layout, stream), settings)


@dataclass(frozen=True, slots=True)
class StoredForm:
    """A binary table that the extra `columnar` reads and writes."""

    name: Literal["arrow", "parquet"]

    def decode(
        self, layout: "Layout", stream: BinaryIO, settings: "Settings", output: BinaryIO
    ) -> "Iterator[Fault]":
        """Write a file as a table; yield what is wrong with it, a group of rows late."""
        stored = load_extra("wire.files.tables.stored", "columnar")
        write = {"arrow": stored.write_arrow, "parquet": stored.write_parquet}[self.name]
        faults: list[Fault] = []
        for _ in write(layout, _setting_aside(layout, stream, settings, faults), output):
            yield from faults
            faults.clear()
        yield from faults

    def encode(self, layout: "Layout", stream: BinaryIO, settings: "Settings") -> Iterator[bytes]:
        """Yield the bytes of the file that a table describes."""
        from wire.files.columns.encode import encode_columns  # noqa: PLC0415  # brings numpy
        from wire.files.stream import encode_records  # noqa: PLC0415

        stored = load_extra("wire.files.tables.stored", "columnar")
        read = {"arrow": stored.read_arrow, "parquet": stored.read_parquet}[self.name]
        items = read(layout, stream)
        if layout.form == "delimited":
            return encode_records(layout, _flatten(items), settings)
        return encode_columns(layout, items, settings)


def _setting_aside(
    layout: "Layout", stream: BinaryIO, settings: "Settings", faults: "list[Fault]"
) -> "Iterator[Chunk | Decoded]":
    """Yield the records of a file; what is wrong with it goes to `faults`."""
    from wire.files.columns.decode import decode_columns  # noqa: PLC0415  # brings numpy
    from wire.files.stream import decode_records  # noqa: PLC0415
    from wire.files.walk import Fault  # noqa: PLC0415

    decode = decode_records if layout.form == "delimited" else decode_columns
    for item in decode(layout, stream, settings):
        if isinstance(item, Fault):
            faults.append(item)
        else:
            faults.extend(item.faults)
            yield item


def _flatten(items: "Iterator[Chunk | Decoded]") -> "Iterator[Decoded]":
    from wire.files.rows import Decoded  # noqa: PLC0415  # brings numpy

    for item in items:
        if isinstance(item, Decoded):
            yield item
        else:
            yield from item.rows()
