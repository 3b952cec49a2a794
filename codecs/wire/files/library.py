"""The shipped layouts: TOML files, several versions side by side, found by name and day."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files

import msgspec

from wire.errors import WireError
from wire.files.layout import Field, Layout, Record
from wire.files.lint import lint_layout

_FOLDER = files("wire.files").joinpath("layouts")
_PART = ".part"  # records that several layouts include


def parse_layout(text: str, parts: Mapping[str, str] | None = None) -> Layout:
    """Return the layout that a TOML declaration describes.

    `parts` are the declarations that `include` may name: records shared by several layouts. A
    header or trailer shorter than the data record of a fixed layout is extended with filler.

    Raises:
        WireError: `files.layout.form`, the text is no declaration of a layout; `files.layout.*`,
            the first thing that `lint_layout` finds.
    """
    try:
        raw = tomllib.loads(text)
        included = raw.pop("include", None)
        if included is not None:
            shared = tomllib.loads((parts or {})[included])
            raw["records"] = [*shared["records"], *raw.get("records", [])]
        overrides = raw.pop("overrides", {})
        for record in raw["records"]:
            record["fields"] = [one | overrides.get(one["name"], {}) for one in record["fields"]]
        layout = _extend(msgspec.convert(raw, Layout))
    except (tomllib.TOMLDecodeError, msgspec.MsgspecError, LookupError, TypeError) as error:
        raise WireError("files.layout.form", "", f"This is no layout: {error}") from error
    for finding in lint_layout(layout):
        raise WireError(f"files.{finding.code}", finding.where, finding.detail)
    return layout


def _extend(layout: Layout) -> Layout:
    data = layout.find("D")
    if layout.form == "delimited" or data is None:
        return layout
    records = tuple(
        _with_filler(record, data.length) if record.kind in "HT" else record
        for record in layout.records
    )
    return msgspec.structs.replace(layout, records=records)


def _with_filler(record: Record, length: int) -> Record:
    if record.length >= length:
        return record
    filler = Field(
        name="延長",
        at=record.length + 1,
        length=length - record.length,
        type="filler",
        personal=False,
    )
    return msgspec.structs.replace(record, length=length, fields=(*record.fields, filler))


@cache
def list_layouts() -> tuple[Layout, ...]:
    """Return all versions of all shipped layouts, by id and version."""
    texts = {
        file.name.removesuffix(".toml"): file.read_text(encoding="utf-8")
        for file in _FOLDER.iterdir()
    }
    parts = {name.removesuffix(_PART): text for name, text in texts.items() if name.endswith(_PART)}
    found = [parse_layout(text, parts) for name, text in texts.items() if not name.endswith(_PART)]
    return tuple(sorted(found, key=lambda layout: (layout.id, layout.version)))


def load_layout(layout_id: str, *, version: str | None = None, on: date | None = None) -> Layout:
    """Return one layout: of that version, or in force on that day, or else the newest.

    Raises:
        WireError: `files.layout.unknown`, there is none.
    """
    found = [
        layout
        for layout in list_layouts()
        if layout.id == layout_id
        and version in {None, layout.version}
        and (on is None or layout.in_force(on))
    ]
    if not found:
        raise WireError("files.layout.unknown", "", "No layout of that name, version and day.")
    return found[-1]
