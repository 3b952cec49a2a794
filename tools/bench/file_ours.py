"""The worker of our own codec: file_ours.py columns|rows|encode|read|z21 FOLDER.

One question is a whole file. `read` only reads its bytes, into memory of its own as whoever keeps a
file must.
"""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "codecs")]

from tools.bench.file_samples import make_layout  # noqa: E402  # the path comes first
from tools.bench.policy_worker import Engine, serve  # noqa: E402
from wire.files.columns.column import Chunk  # noqa: E402
from wire.files.columns.decode import decode_columns  # noqa: E402
from wire.files.columns.encode import encode_columns  # noqa: E402
from wire.files.layout import Layout  # noqa: E402
from wire.files.library import load_layout  # noqa: E402
from wire.files.rows import Decoded  # noqa: E402
from wire.files.settings import Settings  # noqa: E402
from wire.files.stream import decode_records  # noqa: E402


def load() -> Callable[[], Engine]:
    """Return what prepares one way of reading or writing."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    shown = json.loads((folder / "shown.json").read_text())
    layout, file = make_layout(), folder / "records.dat"
    if name == "z21":
        layout, file = load_layout("Z21"), folder / "z21.dat"
    return lambda: PREPARE[name](layout, file, shown)


def _prepare_columns(layout: Layout, file: Path, shown: list[int]) -> Engine:
    settings = Settings(encoding=layout.encoding)

    def ask(path: Path) -> int:
        with path.open("rb") as stream:
            return sum(_count(item) for item in decode_columns(layout, stream, settings))

    def tell(_: int) -> str:
        with file.open("rb") as stream:
            chunks = [
                one for one in decode_columns(layout, stream, settings) if isinstance(one, Chunk)
            ]
        rows = [row for chunk in chunks for row in chunk.rows()]
        return _tell(layout, [rows[at] for at in shown])

    return Engine([file], ask, tell)


def _count(item: object) -> int:
    """Return the records of a chunk; a fault would be one more or less than the file has."""
    if isinstance(item, Chunk):
        return len(item) - len(item.faults)
    return isinstance(item, Decoded)


def _prepare_rows(layout: Layout, file: Path, shown: list[int]) -> Engine:
    settings = Settings(encoding=layout.encoding)

    def rows(path: Path) -> Iterator[Decoded]:
        with path.open("rb") as stream:
            for item in decode_records(layout, stream, settings):
                if not isinstance(item, Decoded) or item.faults:
                    raise RuntimeError(item)
                yield item

    def tell(_: int) -> str:
        found = list(islice(rows(file), max(shown) + 1))
        return _tell(layout, [found[at] for at in shown])

    return Engine([file], lambda path: sum(1 for _ in rows(path)), tell)


def _prepare_encode(layout: Layout, file: Path, _: list[int]) -> Engine:
    settings = Settings(encoding=layout.encoding)
    with file.open("rb") as stream:
        found = decode_columns(layout, stream, settings)
        items = [item for item in found if isinstance(item, Chunk | Decoded)]

    def ask(items: list[Chunk | Decoded]) -> int:
        return sum(len(raw) for raw in encode_columns(layout, items, settings))

    def tell(_: int) -> str:
        same = b"".join(encode_columns(layout, items, settings)) == file.read_bytes()
        return "same" if same else "other"

    return Engine([items], ask, tell)


def _prepare_read(_: Layout, file: Path, __: list[int]) -> Engine:
    return Engine([file], Path.read_bytes, lambda raw: str(len(raw)))


def _tell(layout: Layout, rows: list[Decoded]) -> str:
    """Return what fields of some records say, as the file spells it."""
    fields = {field.name: field for field in layout.records[-1].fields}
    told = []
    for row in rows:
        texts = []
        for name, value in row.values.items():
            if isinstance(value, date):
                texts.append(f"{value:%Y%m%d}")
            elif isinstance(value, int):
                texts.append(f"{value:0{fields[name].length}}")
            else:
                texts.append(value or "")
        told.append(texts)
    return json.dumps(told, ensure_ascii=False)


PREPARE: dict[str, Callable[[Layout, Path, list[int]], Engine]] = {
    "columns": _prepare_columns,
    "z21": _prepare_columns,
    "rows": _prepare_rows,
    "encode": _prepare_encode,
    "read": _prepare_read,
}

if __name__ == "__main__":
    serve(load)
