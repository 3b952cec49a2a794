"""What commands of the counterparties print, for people and for programs."""

import json

import pytest

from mocks.cli_output import echo, print_json

NAME = "月島\u3000正彦\ue000"


def test_names_are_printed_with_their_spaces_and_gaiji(capsys: pytest.CaptureFixture[str]) -> None:
    echo(NAME)
    assert capsys.readouterr().out == f"{NAME}\n"


def test_json_loses_no_character_and_moves_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"name": NAME, "odd": "a\x1b[2J\u202e\U000e0001\u2028\x85b"}
    print_json(value)
    said = capsys.readouterr().out
    assert json.loads(said) == value
    assert NAME in said
    assert not {"\x1b", "\u202e", "\U000e0001", "\u2028", "\x85"} & set(said)


def test_a_text_moves_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    echo("a\x1b[2J\u2028b")
    assert capsys.readouterr().out == "a�[2J�b\n"
