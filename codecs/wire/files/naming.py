"""Whether a file's name says what its first records say."""

from wire.files.names import FileName
from wire.files.totals import PART, PARTS, Values


def agrees(name: FileName, values: Values) -> bool:
    """Tell whether a name and the values of a header, or a management record, are of one file.

    What either of them leaves open agrees.
    """
    told = {
        "市区町村コード": name.municipality,
        "市町村コード": name.municipality,
        "ファイル通番": name.serial,
        PART: name.part,
        PARTS: name.parts,
        "作成日時": name.instant,
    }
    return all(
        values[field] is None or _plain(values[field]) == _plain(expected)
        for field, expected in told.items()
        if field in values
    )


def _plain(value: object) -> str:
    """Return a value as its digits alone: an instant is written with signs between them."""
    return "".join(filter(str.isalnum, str(value))).replace("T", "")
