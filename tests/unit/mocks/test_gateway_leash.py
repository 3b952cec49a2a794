"""What ends a gateway together with whoever started it, on systems that have it and others."""

from pathlib import Path

import pytest

from mocks.gateway import leash

ABLE = "#!/bin/sh\nexit 0\n"
REFUSES = "#!/bin/sh\nexit 1\n"  # as that of an older util-linux, or of another maker


@pytest.mark.parametrize(("script", "is_used"), [(ABLE, True), (REFUSES, False), (None, False)])
def test_a_setpriv_that_cannot_end_a_gateway_does_not_keep_it_from_starting(
    script: str | None, is_used: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "setpriv"
    if script is not None:
        program.write_text(script, encoding="utf-8")
        program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    used = (str(program), "--pdeathsig", "TERM", "--")
    assert leash.__wrapped__() == (used if is_used else ())
