"""A layout (レイアウト): what one file of the dedicated line looks like, to the byte.

One declaration drives decoding, encoding, checking, sampling and the reference pages. Positions
count bytes from 1, as the interface definitions of the field do. Layouts, records and fields are
compared by identity: what is compiled for one is kept as long as it lives.
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

FieldType = Literal[
    "number",  # unsigned, right-justified, zero-padded
    "signed",  # a leading + or -, then a zero-padded number
    "zoned",  # zoned decimal, the sign over-punched on the last digit
    "packed",  # packed decimal, the sign in the last half byte
    "text",  # half-width, left-justified, space-padded
    "kana",  # half-width kana and signs of JIS X 0201, left-justified, space-padded
    "wide",  # full-width only, an even number of bytes, padded with full-width spaces
    "jis",  # 7-bit JIS X 0208 between shift codes, padded with 2121
    "shift",  # the shift code itself
    "date",  # YYYYMMDD
    "month",  # YYYYMM
    "instant",  # YYYYMMDDhhmmss
    "partial_date",  # YYYYMMDD, month and day may be unknown: 00
    "era_date",  # GYYMMDD
    "era_month",  # GYYMM
    "filler",  # nothing: spaces
]
Need = Literal["always", "conditional", "optional"]
Check = Literal[
    "individual_number",
    "corporate_number",
    "insurer_number",
    "payer_number",
    "beneficiary_number",
    "medical_institution",
    "municipality",
    "municipality_stem",
]
Charset = Literal["digits", "alphanumeric", "any"]
Form = Literal["fixed", "delimited"]
Direction = Literal["to_federation", "from_federation"]
Terminator = Literal["none", "crlf", "lf"]
TERMINATORS: Final[dict[Terminator, bytes]] = {"none": b"", "crlf": b"\r\n", "lf": b"\n"}

Position = Annotated[int, Meta(ge=1, le=100_000)]
Length = Annotated[int, Meta(ge=1, le=100_000)]


class Field(msgspec.Struct, frozen=True, eq=False, kw_only=True, forbid_unknown_fields=True):
    """One field (項目) of a record.

    `at` is its first byte, from 1. A field that `occurs` several times comes again every `stride`
    bytes (its own length where 0). `empty` are spellings, beside spaces, that say "no value";
    `forever` is the spelling of an end that never comes. `codes` are all values it may have, with
    what they mean. `constant` is the one value it always has. `personal` fields hold what tells
    about a person: no report ever shows them.
    """

    name: str
    at: Position
    length: Length
    type: FieldType
    need: Need = "optional"
    occurs: Annotated[int, Meta(ge=1, le=1000)] = 1
    stride: Annotated[int, Meta(ge=0, le=10_000)] = 0
    codes: dict[str, str] = {}
    constant: str | None = None
    check: Check | None = None
    charset: Charset = "any"
    empty: tuple[str, ...] = ()
    forever: str | None = None
    least: int | None = None
    most: int | None = None
    personal: bool = True
    note: str = ""

    @property
    def step(self) -> int:
        """Return the distance in bytes from one occurrence to the next."""
        return self.stride or self.length

    def spans(self) -> Iterator[tuple[int, int]]:
        """Yield first byte and length of each occurrence, counted from 1."""
        for index in range(self.occurs):
            yield self.at + index * self.step, self.length


class Record(msgspec.Struct, frozen=True, eq=False, kw_only=True, forbid_unknown_fields=True):
    """One kind of record (レコード種別).

    `kind` is its letter in `Layout.structure`; `tag` is what stands at the layout's `select`
    position, None where the place in the file alone tells the kind.
    """

    kind: Annotated[str, Meta(pattern=r"^[A-Z]$")]
    name: str
    length: Length
    fields: tuple[Field, ...]
    tag: str | None = None

    def find(self, name: str) -> Field | None:
        """Return the field of that name, None where there is none."""
        return next((field for field in self.fields if field.name == name), None)


class Select(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a record says which kind it is: first byte from 1, and length."""

    at: Position
    length: Length


class Totals(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the trailer (`T`) says about the data records (`D`) before it.

    `count` is the trailer field with their number; `sums` are trailer fields with the sum of a
    data field, `hash` is the field with the sum of the digits of `hash_of`
    modulo 10^18; `digest` is the field with the SHA-256 of all bytes before the trailer.
    """

    count: str
    sums: dict[str, str] = {}
    hash: str | None = None
    hash_of: str | None = None
    digest: str | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule between fields of one record; which of the other attributes it uses, `kind` says.

    `not_before`: `field` is no earlier than `other`. `sum`: `field` is all `plus` less all
    `minus`, every occurrence counted. `counts`: `field` is the number of occurrences of `other`
    whose value is none of `values` and not empty. `needs`: where `field` has one of `values` (any
    value where none are named), `other` is not empty.
    `allows`: where `field` has the value of a key of `allowed`, `other` has one of its values.
    `sequence`: `field` counts the records of a file from 1. `unique`: the values of `plus`
    together stand once in a file. `same`: `field` has the value it has in the header `H`.
    """

    id: str
    kind: Literal["not_before", "sum", "counts", "needs", "allows", "sequence", "unique", "same"]
    record: str = "D"
    field: str = ""
    other: str = ""
    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    allowed: dict[str, tuple[str, ...]] = {}
    message: str = ""


class Layout(msgspec.Struct, frozen=True, eq=False, kw_only=True, forbid_unknown_fields=True):
    """One version of one file's layout.

    `structure` is the order of the record kinds in a file, such as `H D* T` or `M (H D* T)+`.
    `valid_to` is the first day the version no longer is in force. `origin` is `published` where
    the layout is that of a public document and `design` where it is ours. `key` identifies a data
    record, `household` are fields that may not be parted when a file is split.
    """

    id: Annotated[str, Meta(pattern=r"^[A-Z0-9]{3,8}$")]
    name: str
    version: str
    valid_from: date
    valid_to: date | None = None
    origin: Literal["published", "design"]
    direction: Direction
    form: Form = "fixed"
    encoding: Literal["cp932", "jis_mixed", "utf_8"] = "cp932"
    terminator: Terminator = "none"
    structure: str
    select: Select | None = None
    records: tuple[Record, ...]
    totals: Totals | None = None
    rules: tuple[Rule, ...] = ()
    key: tuple[str, ...] = ()
    household: str = ""
    file_name: str = ""
    source: str = ""

    def find(self, kind: str) -> Record | None:
        """Return the record kind of that letter, None where the layout has none."""
        return next((record for record in self.records if record.kind == kind), None)

    def in_force(self, on: date) -> bool:
        """Tell whether this version governs files made on that day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)
