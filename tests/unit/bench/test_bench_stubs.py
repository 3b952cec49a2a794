import json
from pathlib import Path

import pytest

from tools.bench import stubs
from tools.bench.figures import PAIRS, TOGETHER
from tools.bench.stubs import PEER_SERVERS, answer_body, is_good


def test_the_answer_has_about_a_kilobyte() -> None:
    assert 900 < len(answer_body()) < 1200


@pytest.mark.parametrize(
    ("response", "good"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n" + answer_body(), True),
        (b"HTTP/1.1 200 OK\r\n\r\n" + answer_body()[:-3], False),
        (b"HTTP/1.1 404 Not Found\r\n\r\n" + answer_body(), False),
    ],
)
def test_only_the_whole_answer_counts(response: bytes, *, good: bool) -> None:
    assert is_good(response) is good


@pytest.mark.parametrize("name", PEER_SERVERS)
def test_everybody_is_told_the_same_answer_and_the_port(name: str, tmp_path: Path) -> None:
    command = PEER_SERVERS[name].prepare(tmp_path, 12345)
    files = [json.loads(one.read_text("utf-8")) for one in tmp_path.rglob("*.json")]
    text = json.dumps([files, list(command)])
    assert "12345" in text
    assert "2400025" in text
    assert stubs.ANSWER_PATH in text


def test_who_cannot_be_had_is_left_out_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = stubs.list_commands(tmp_path)
    assert set(found) == {stubs.OURS_IN_MEMORY, stubs.OURS_ON_DISK}
    said = capsys.readouterr().err
    assert [line.partition(" is left out: no ")[0] for line in said.splitlines()] == [*PEER_SERVERS]


def test_every_peer_is_locked_and_compared_with() -> None:
    lock = json.loads((stubs.LOCKED / "package-lock.json").read_text("utf-8"))
    wanted = json.loads((stubs.LOCKED / "package.json").read_text("utf-8"))["dependencies"]
    assert lock["packages"][""]["dependencies"] == wanted
    locked = [one for path, one in lock["packages"].items() if path and not one.get("link")]
    assert all(one.get("integrity") for one in locked)
    assert {PAIRS[one][1] for one in TOGETHER["P5"]} == set(PEER_SERVERS)
