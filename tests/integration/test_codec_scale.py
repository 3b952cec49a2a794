"""A folder of files is checked by several processes, and by the workers of a real Dask cluster."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import Client, LocalCluster
from typer.testing import CliRunner

from gateway.cli import codec_tables
from gateway.cli.main import build
from wire.files.library import load_layout
from wire.files.ranges import Range, decode_range, list_ranges
from wire.files.rows import Decoded, decode_rows
from wire.files.sample import write_sample
from wire.files.settings import Settings

LAYOUT = "KJHHSID1"
APP = build("codec")


@pytest.fixture(name="folder")
def make_folder(tmp_path: Path) -> Path:
    """Three good files, one with a letter where digits belong, and one that is not asked for."""
    for seed in range(4):
        raw = bytearray(b"".join(write_sample(load_layout(LAYOUT), 50, seed)))
        if seed == 2:
            raw[300 * 5 + 30] = ord("x")
        (tmp_path / f"file{seed}.dat").write_bytes(raw)
    (tmp_path / "notes.txt").write_text("no file of this layout")
    return tmp_path


@pytest.fixture(name="cluster", scope="module")
def run_cluster() -> Iterator[str]:
    with LocalCluster(  # type: ignore[no-untyped-call]  # of a library
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        yield str(cluster.scheduler_address)


def check(folder: Path, *options: str) -> tuple[int, list[dict[str, object]]]:
    command = ["codec", "check-folder", LAYOUT, str(folder), "--json", *options]
    done = CliRunner().invoke(APP, command)
    return done.exit_code, json.loads(done.stdout)


def test_processes_find_the_bad_file_of_a_folder(folder: Path) -> None:
    code, documents = check(folder, "--jobs", "2")
    assert code == 1
    assert [one["file"] for one in documents] == [f"file{seed}.dat" for seed in range(4)]
    assert [one["ok"] for one in documents] == [True, True, False, True]


def test_a_dask_cluster_finds_the_same(folder: Path, cluster: str) -> None:
    assert check(folder, "--dask", cluster) == check(folder, "--jobs", "1")


def test_the_ranges_of_one_file_are_read_by_a_dask_cluster(folder: Path, cluster: str) -> None:
    path, layout, settings = folder / "file2.dat", load_layout(LAYOUT), Settings()
    with path.open("rb") as stream:
        parts = list(list_ranges(layout, stream, settings, records=8))
        stream.seek(0)
        expected = list(decode_rows(layout, stream, settings))

    def read(part: Range) -> list[Decoded]:
        with path.open("rb") as opened:
            return list(decode_range(layout, opened, settings, part).rows())

    with Client(cluster, set_as_default=False) as client:  # type: ignore[no-untyped-call]  # of a library
        futures = client.map(read, [part for part in parts if isinstance(part, Range)])
        rows = [row for found in client.gather(futures) for row in found]
    assert len(futures) == 7
    assert rows == expected[1:-1]
    assert any(row.faults for row in rows)


def test_only_files_whose_names_match_are_checked(folder: Path) -> None:
    code, documents = check(folder, "--jobs", "1", "--match", "*[013].dat", "--max-errors", "1")
    assert code == 0
    assert len(documents) == 3


def test_people_see_a_line_for_each_file(folder: Path) -> None:
    done = CliRunner().invoke(APP, ["codec", "check-folder", LAYOUT, str(folder), "--jobs", "1"])
    lines = done.stdout.splitlines()
    assert len(lines) == 5
    assert lines[3].startswith("file2.dat")
    assert "6:" in lines[3]


def test_a_scheduler_that_does_not_answer_is_the_environments_fault(folder: Path) -> None:
    command = ["codec", "check-folder", LAYOUT, str(folder), "--dask", "tcp://127.0.0.1:9"]
    done = CliRunner().invoke(APP, command)
    assert done.exit_code == 3
    assert "no scheduler answers" in done.stderr


def test_a_missing_extra_is_named_in_both_languages(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    command = ["codec", "check-folder", LAYOUT, str(folder), "--dask", "tcp://127.0.0.1:9"]
    done = CliRunner().invoke(APP, command)
    assert done.exit_code == 3
    assert "distributed がありません" in done.stderr
    assert "nakadachi[scale]" in done.stderr


@pytest.mark.parametrize("form", ["csv", "csv-bom", "arrow", "parquet"])
def test_a_file_goes_through_a_table_and_back(folder: Path, tmp_path: Path, form: str) -> None:
    table, back = tmp_path / f"table.{form}", tmp_path / "back"
    command = ["codec", "decode", LAYOUT, str(folder / "file2.dat"), "-o", str(table), "--to", form]
    assert CliRunner().invoke(APP, command).exit_code == 1  # one field is bad, and kept
    command = ["codec", "encode", LAYOUT, str(table), "-o", str(back), "--from", form]
    assert CliRunner().invoke(APP, command).exit_code == 0
    assert back.read_bytes() == (folder / "file2.dat").read_bytes()


def test_a_mistake_of_our_own_is_no_missing_extra() -> None:
    with pytest.raises(ModuleNotFoundError):
        codec_tables.load_extra("wire.files.tables.none", "columnar")
