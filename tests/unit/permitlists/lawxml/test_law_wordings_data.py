import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from permitlists import INSTRUMENTS

ROOT = Path(__file__).parents[4]
PACKAGED = ROOT / "permitlists" / "data" / "wordings.jsonl"
TABLES = ROOT.parent / "shared" / "law"


def test_the_packaged_wordings_are_digests_and_names_of_ours() -> None:
    kinds = set()
    for text in PACKAGED.read_text("utf-8").splitlines():
        kind, instrument, wording, *_ = json.loads(text)
        kinds.add(kind)
        assert instrument in INSTRUMENTS
        assert re.fullmatch("[0-9a-f]{16}", wording)
    assert kinds == {"classes", "terms", "label", "phrase"}


@pytest.mark.skipif(
    not (TABLES / "shourei_r6.csv").is_file(), reason="the CSV files of the tables are not here"
)
def test_the_packaged_wordings_are_what_the_script_builds(tmp_path: Path) -> None:
    subprocess.run(  # noqa: S603  # our own script
        [sys.executable, ROOT / "tools" / "build_law_wordings.py", TABLES, tmp_path],
        check=True,
        capture_output=True,
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'codecs'}"},
    )
    assert (tmp_path / "wordings.jsonl").read_bytes() == PACKAGED.read_bytes()
