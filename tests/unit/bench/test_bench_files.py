from collections import Counter
from pathlib import Path

import pytest

from tools.bench import file_samples, files
from tools.bench.rounds import Plan

RECORDS = 4000


def test_records_have_the_mixture_that_the_figures_speak_of() -> None:
    cells = file_samples.list_fields()
    kinds = Counter(cell.type for cell in cells)
    assert kinds == {"text": 22, "number": 9, "date": 6, "kana": 2, "wide": 2}
    assert sum(cell.length for cell in cells) + len(file_samples.TERMINATOR) == 500
    (texts,) = file_samples.draw_texts(1)
    assert len(file_samples.write_record(texts)) == 500


def test_a_long_file_repeats_itself(tmp_path: Path) -> None:
    file_samples.write_file(tmp_path / "records.dat", 20_002)
    raw = (tmp_path / "records.dat").read_bytes()
    assert len(raw) == 20_002 * 500
    assert raw[-1000:] == raw[:1000]
    (tmp_path / "records.dat").unlink()  # ten megabytes of digits keep the leak search busy


@pytest.mark.parametrize("codec", ["columns", "rows", "encode"])
def test_our_workers_tell_what_the_file_says(codec: str) -> None:
    with files.prepare(RECORDS) as folder:
        worker = files.Worker(codec, folder, RECORDS)
        files.check(worker)
        assert worker.work(0.01).rate > 0
        worker.close()


def test_a_codec_that_tells_something_else_is_not_measured() -> None:
    with files.prepare(RECORDS) as folder:
        (folder / "shown.json").write_text("[1, 2, 3]")
        worker = files.Worker("columns", folder, RECORDS)
        with pytest.raises(RuntimeError, match="told another thing"):
            files.check(worker)
        worker.close()


def test_memory_is_that_of_a_process_of_its_own() -> None:
    assert 10_000_000 < files.measure_memory(Plan(megabytes=1)) < 200_000_000
