"""What `mocks up` makes of its options, and what it says when they cannot be."""

import errno
from dataclasses import replace
from pathlib import Path

import pytest
import typer

from mocks.admin.server import ExposureError
from mocks.gateway import surroundings
from mocks.up.serving import MARK, Asked, explain, read_wanted, repeat

ASKED = Asked(
    space="demo",
    scenario=None,
    seed=None,
    port=0,
    admin_port=9401,
    admin_host="127.0.0.1",
    allow_remote=False,
    host_names=(),
    sut="gateway",
    sut_url="https://127.0.0.1:9443",
    folder=None,
    panel=True,
    as_json=False,
)


def test_a_folder_is_known_by_its_whole_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_wanted(replace(ASKED, folder=Path("trial"))).folder == tmp_path / "trial"
    assert read_wanted(ASKED).folder is None


def test_a_folder_with_something_else_in_it_is_refused_but_one_used_before_goes_on(
    tmp_path: Path,
) -> None:
    asked = replace(ASKED, folder=tmp_path)
    (tmp_path / "letter.txt").write_text("", encoding="utf-8")
    with pytest.raises(typer.BadParameter, match=r"空のフォルダー.*an empty folder"):
        read_wanted(asked)
    (tmp_path / MARK).write_text("", encoding="utf-8")
    assert read_wanted(asked).folder == tmp_path


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (replace(ASKED, space="Bad Name"), "英小文字.*lower-case"),
        (replace(ASKED, sut="external", sut_url="127.0.0.1:9443"), "https://ホスト"),
        (replace(ASKED, sut="external", sut_url="http://127.0.0.1:9443"), "https://ホスト"),
        (replace(ASKED, sut="external", sut_url="https://127.0.0.1:x"), "https://ホスト"),
    ],
)
def test_a_wrong_option_is_refused_with_what_it_should_be(asked: Asked, said: str) -> None:
    with pytest.raises(typer.BadParameter, match=said):
        read_wanted(asked)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EADDRINUSE, "x"), ("--admin-port 9401", "使われています", "taken")),
        (ExposureError("0.0.0.0"), ("--allow-remote", "他の機械", "Other machines")),  # noqa: S104  # what is refused
        (BlockingIOError(errno.EAGAIN, "x"), ("--folder", "別の mocks up", "Another mocks up")),
        (PermissionError(errno.EACCES, "Permission denied", "/k"), ("/k", "権限", "writable")),
    ],
)
def test_what_cannot_be_started_says_which_option_mends_it(
    error: Exception, said: tuple[str, ...]
) -> None:
    assert all(one in explain(error, ASKED) for one in said)


def test_the_command_that_repeats_names_every_place() -> None:
    asked = replace(ASKED, port=9500, admin_port=9402, folder=Path("trial"))
    assert repeat(asked, 7).endswith("--seed 7 --port 9500 --admin-port 9402 --folder trial")
    assert repeat(ASKED, 7).endswith("--seed 7")


def test_a_gateway_does_not_hear_the_variables_of_commands_about_spaces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NAKADACHI_MOCKS_SPACE", "levy")
    monkeypatch.setenv("NAKADACHI_BUSINESS__PORT", "1")
    assert not [name for name in surroundings() if name.startswith("NAKADACHI_")]
    assert "PATH" in surroundings()
