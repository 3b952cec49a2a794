import sys

import pytest

from gateway.cli import output
from gateway.cli.main import called_command, main
from gateway.domain.errors import (
    EvidenceUnavailableError,
    InvalidError,
    PeerUnreachableError,
    RefusedError,
)

CASES = [
    (InvalidError(field="number"), 1),
    (RefusedError("permit.expired"), 1),
    (PeerUnreachableError(), 3),
    (EvidenceUnavailableError(), 3),
]


@pytest.mark.parametrize(("error", "code"), CASES, ids=[error.code for error, _ in CASES])
def test_the_exit_code_tells_content_from_environment(error: InvalidError, code: int) -> None:
    assert output.exit_code(error) == code


def test_an_error_names_its_code_both_languages_and_who_can_fix_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.show_error(InvalidError(field="number"), as_json=False)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("request.invalid: ")
    assert " / " in said.err
    assert "field: number" in said.err
    assert "Who can fix it: " in said.err


def test_text_from_outside_cannot_move_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    output.show({"name": "a\x1b[2Jb\nc\u202ed"}, as_json=False)
    assert capsys.readouterr().out == "name  a�[2Jb�c�d\n"


def test_the_spaces_and_gaiji_of_names_stay(capsys: pytest.CaptureFixture[str]) -> None:
    output.show({"name": "月島\u3000正彦\ue000"}, as_json=False)
    assert capsys.readouterr().out == "name  月島\u3000正彦\ue000\n"


def test_tables_are_aligned_by_the_width_of_their_characters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.show([{"a": "みなと", "b": 1}, {"a": "x", "b": None}], as_json=False)
    assert capsys.readouterr().out == "a       b\nみなと  1\nx       -\n"
    output.show([], as_json=False)
    assert capsys.readouterr().out == "なし / none\n"


def test_of_an_unforeseen_failure_only_type_and_place_are_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["nakadachi", "serve"])
    monkeypatch.setitem(sys.modules, "gateway.cli.serve", None)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 3
    said = capsys.readouterr().err
    assert said.startswith("gateway.failed: builtins.ModuleNotFoundError gateway/cli/main.py:")


@pytest.mark.parametrize(
    ("arguments", "called"),
    [(["held", "list"], "held"), (["--help"], None), ([], None), (["up"], "up")],
)
def test_the_called_command_is_the_first_argument_that_is_no_option(
    arguments: list[str], called: str | None
) -> None:
    assert called_command(arguments) == called
