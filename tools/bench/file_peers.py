"""The worker of another codec: file_peers.py pandas|construct|build|polars|duckdb FOLDER.

All take the same file apart into the same fields as texts, without judging them; only construct
also puts records together. Those that know no CP932 get what Python decodes first.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

from tools.bench.policy_worker import Engine, serve  # noqa: E402  # the path comes first

Cell = tuple[
    str, str, int, int, int, int
]  # name, type, bytes from, how many, the same in characters
ENCODING = "cp932"
TERMINATOR = 2
PADDING = " \u3000"
PORTION = 4_000  # records of one question, where a whole file would take longer than a slice


def load() -> Callable[[], Engine]:
    """Return what prepares one library."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    cells = [tuple(one) for one in json.loads((folder / "fields.json").read_text())]
    shown = json.loads((folder / "shown.json").read_text())
    return lambda: PREPARE[name](folder, cells, shown)


def _tell(rows: list[list[Any]]) -> str:
    texts = [
        [str(one if isinstance(one, str) else "").strip(PADDING) for one in row] for row in rows
    ]
    return json.dumps(texts, ensure_ascii=False)


def _prepare_pandas(folder: Path, cells: list[Cell], shown: list[int]) -> Engine:
    import pandas as pd  # noqa: PLC0415  # lives in an environment of its own

    def ask(path: Path) -> Any:  # noqa: ANN401  # a frame
        return pd.read_fwf(
            path,
            colspecs=[(first, first + characters) for *_, first, characters in cells],
            names=[name for name, *_ in cells],
            dtype=str,
            encoding=ENCODING,
            header=None,
        )

    return Engine(
        [folder / "records.dat"], ask, lambda frame: _tell(frame.iloc[shown].to_numpy().tolist())
    )


def _prepare_construct(folder: Path, cells: list[Cell], shown: list[int]) -> Engine:
    record, blocks = _load_construct(folder, cells)

    def tell(parsed: list[Any]) -> str:
        return _tell([[parsed[at][name] for name, *_ in cells] for at in shown])

    return Engine([blocks], lambda blocks: [record.parse(block) for block in blocks], tell)


def _prepare_build(folder: Path, cells: list[Cell], _: list[int]) -> Engine:
    record, blocks = _load_construct(folder, cells)
    values = [record.parse(block) for block in blocks]

    def tell(built: list[bytes]) -> str:
        return "same" if built == blocks else "other"

    return Engine([values], lambda values: [record.build(one) for one in values], tell)


def _load_construct(folder: Path, cells: list[Cell]) -> tuple[Any, list[bytes]]:
    import construct  # noqa: PLC0415  # lives in an environment of its own

    fields = [
        name / construct.StringEncoded(construct.Bytes(length), ENCODING)
        for name, _, _, length, *_ in cells
    ]
    record = construct.Struct(*fields, "end" / construct.Bytes(TERMINATOR)).compile()
    size = cells[-1][2] + cells[-1][3] + TERMINATOR
    raw = (folder / "records.dat").read_bytes()[: size * PORTION]
    return record, [raw[at : at + size] for at in range(0, len(raw), size)]


def _prepare_polars(folder: Path, cells: list[Cell], shown: list[int]) -> Engine:
    import polars as pl  # noqa: PLC0415  # lives in an environment of its own

    line = pl.col("line").str

    def ask(path: Path) -> Any:  # noqa: ANN401  # a frame
        lines = path.read_bytes().decode(ENCODING).split("\r\n")[:-1]
        return pl.DataFrame({"line": lines}).select(
            line.slice(first, characters).str.strip_chars(PADDING).alias(name)
            for name, _, _, _, first, characters in cells
        )

    return Engine([folder / "records.dat"], ask, lambda frame: _tell(list(frame[shown].rows())))


def _prepare_duckdb(folder: Path, cells: list[Cell], shown: list[int]) -> Engine:
    import duckdb  # noqa: PLC0415  # lives in an environment of its own

    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    parts = ", ".join(
        f"trim(substring(line, {first + 1}, {characters}), '{PADDING}') AS {name}"
        for name, _, _, _, first, characters in cells
    )
    converted = folder / "converted.txt"

    def ask(path: Path) -> Any:  # noqa: ANN401  # rows
        converted.write_bytes(path.read_bytes().decode(ENCODING).encode())
        connection.execute(
            f"CREATE OR REPLACE TABLE found AS SELECT {parts} FROM read_csv('{converted}', "  # noqa: S608  # our own words
            "columns = {'line': 'VARCHAR'}, delim = '\t', header = false, quote = '', "
            "auto_detect = false, new_line = '\\r\\n')"
        )
        return connection

    def tell(connection: Any) -> str:  # noqa: ANN401  # a connection
        rows = connection.execute("SELECT * FROM found ORDER BY rowid").fetchall()
        return _tell([rows[at] for at in shown])

    return Engine([folder / "records.dat"], ask, tell)


PREPARE: dict[str, Callable[[Path, list[Cell], list[int]], Engine]] = {
    "pandas": _prepare_pandas,
    "construct": _prepare_construct,
    "build": _prepare_build,
    "polars": _prepare_polars,
    "duckdb": _prepare_duckdb,
}

if __name__ == "__main__":
    serve(load)
    os._exit(0)  # before a library reports, page by page, what it never gave back
