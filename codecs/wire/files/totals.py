"""What header and trailer say about a file, worked out from what stands between them."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from wire.files.layout import Layout
from wire.files.places import Place, list_places
from wire.files.settings import Settings

# Fields of the header that all federation files share.
FILE_ID: Final = "ファイル識別"
PART: Final = "分割番号"
PARTS: Final = "分割総数"
FORECAST: Final = "明細件数予告"
HOLDS_NUMBERS: Final = "個人番号収録区分"
CHARACTERS: Final = "文字コード区分"
_STORED: Final = "ファイル格納件数"  # of the management record of special collection files
_MOST_STORED: Final = 999_999
_KIND: Final = "レコード種別"
_KIND_COUNTS: Final = "種別件数"
_ENCODINGS: Final = {"cp932": "1", "jis_mixed": "2", "utf_8": "3"}
_SENDERS: Final = {"to_federation": "1", "from_federation": "2"}
_HASH_MODULUS: Final = 10**18

Values = Mapping[str, Any]  # Any: a value of a field, or a list of them


def holds_individual_numbers(layout: Layout) -> bool:
    """Tell whether the data records have a field for individual numbers."""
    return any(
        field.check == "individual_number" for record in layout.records for field in record.fields
    )


def describe_header(layout: Layout, settings: Settings) -> dict[str, str | int]:
    """Return what the header must say about its own file, by field; empty where it says nothing."""
    header, data = layout.find("H"), layout.find("D")
    if header is None or data is None or header.find(FILE_ID) is None:
        return {}
    return {
        FILE_ID: layout.id,
        "仕様版": int(layout.version),
        "送信元区分": _SENDERS[layout.direction],
        CHARACTERS: _ENCODINGS[settings.encoding],
        HOLDS_NUMBERS: "1" if holds_individual_numbers(layout) else "0",
        "レコード長": data.length,
    }


def describe_medium(records: int, groups: int) -> dict[str, int]:
    """Return what a management record says: data records, headers and trailers, 6 digits of them.

    No public document says what is counted there; nothing checks it.
    """
    return {_STORED: min(records + 2 * groups, _MOST_STORED)}


def list_values(values: Values, name: str) -> list[Any]:  # Any: as above
    """Return all occurrences of a field that have a value."""
    value = values.get(name)
    found = value if isinstance(value, list) else [value]
    return [one for one in found if one is not None]


def find_places(layout: Layout, kind: str) -> Mapping[str, Place]:
    """Return the places of a record kind by label, none where the layout has no such record."""
    record = layout.find(kind)
    return {} if record is None else {place.label: place for place in list_places(record)}


def find_value(places: Mapping[str, Place], values: Values, label: str) -> Any:  # noqa: ANN401  # as above
    """Return the value at a place of a record, None where the record has no such place."""
    place = places.get(label)
    value = values.get(place.field.name) if place is not None else None
    return value[place.index] if place is not None and isinstance(value, list) else value


class Tally:
    """Adds up the records between a header and its trailer, in constant memory."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.stated = layout.totals
        self.count = 0
        self._sums = dict.fromkeys(self.stated.sums, 0) if self.stated else {}
        self._hash = 0
        self._kinds: Counter[str] = Counter()
        self._digest = hashlib.sha256()
        data, trailer = layout.find("D"), layout.find("T")
        counted = data is not None and data.find(_KIND) is not None
        kinds = trailer.find(_KIND_COUNTS) if trailer is not None and counted else None
        self._kind_places = kinds.occurs if kinds is not None else 0

    def add_bytes(self, data: bytes) -> None:
        """Take the bytes of records before the trailer, terminators included, into the digest."""
        self._digest.update(data)

    def add(self, values: Values) -> None:
        """Take a data record into count, sums and hash; what has no value adds nothing."""
        self.count += 1
        if self.stated is not None:
            for label, name in self.stated.sums.items():
                self._sums[label] += sum(list_values(values, name))
            for value in list_values(values, self.stated.hash_of or ""):
                self._hash += int("".join(filter(str.isdecimal, str(value))) or 0)
        if self._kind_places:
            self._kinds[str(values.get(_KIND))] += 1

    def list_expected(self) -> Iterator[tuple[str, str, str | int]]:
        """Yield the rule, the label of the trailer's place and the value that should stand there.

        Rules: T001 number of records, T002 sums, T003 hash, T004 digest, T005 records of each
        kind, in the order of the kinds.
        """
        if self.stated is None:
            return
        yield "T001", self.stated.count, self.count
        for label, total in self._sums.items():
            yield "T002", label, total
        if self.stated.hash is not None:
            yield "T003", self.stated.hash, self._hash % _HASH_MODULUS
        if self.stated.digest is not None:
            yield "T004", self.stated.digest, self._digest.hexdigest()
        counts = [count for _, count in sorted(self._kinds.items())]
        for index in range(self._kind_places):
            label = f"{_KIND_COUNTS}[{index + 1}]"
            yield "T005", label, counts[index] if index < len(counts) else 0

    def fill(self, values: Values) -> dict[str, Any]:  # Any: as above
        """Return the values of a trailer with what was added up put into its places."""
        expected = {label: value for _, label, value in self.list_expected()}
        found: dict[str, Any] = dict(values)
        for label, place in find_places(self.layout, "T").items():
            if label not in expected:
                continue
            if place.field.occurs == 1:
                found[place.field.name] = expected[label]
            else:
                several = list(found.get(place.field.name) or [None] * place.field.occurs)
                several[place.index] = expected[label]
                found[place.field.name] = several
        return found
