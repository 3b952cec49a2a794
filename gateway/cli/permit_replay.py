"""`nakadachi permits replay`: a recorded decision, decided again by the list of then (G9)."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_FILE, ConfigOption, InstitutionOption, JsonOption
from gateway.cli.output import Exit, show

if TYPE_CHECKING:
    from gateway.usecases.replaying import Replay


def register(app: typer.Typer) -> None:
    """Add the command to `permits`."""
    app.command("replay")(replay_command)


def replay_command(
    *,
    record: Annotated[
        int, typer.Argument(metavar="RECORD", min=0, help="記録の連番 / Sequence of the record.")
    ],
    config: ConfigOption = DEFAULT_FILE,
    institution: InstitutionOption = None,
    as_json: JsonOption = False,
) -> None:
    """記録された判定を当時のリストでやり直す / Decide a recorded question again, byte for byte.

    保存されたリストが受領時と違えば、その版を示す / Says which stored edition was changed.
    """
    found = _replay(config, institution, record, as_json=as_json)
    show(_document(found, record), as_json=as_json)
    if not found.same:
        raise typer.Exit(Exit.NO)


def _replay(config: Path, institution: str | None, record: int, *, as_json: bool) -> "Replay":
    # Half a second that no other command about the permit list needs.
    from gateway.cli.session import Target, actor, run  # noqa: PLC0415  # see above
    from gateway.usecases.replaying import replay  # noqa: PLC0415  # see above

    target = Target(config=config, institution=institution, as_json=as_json)
    return run(target, lambda ports: replay(record, actor=actor(), ports=ports))


def _document(found: "Replay", record: int) -> dict[str, Any]:  # Any: plain JSON
    told, judged = found.record, found.judged
    return {
        "record": record,
        "act": str(told.act),
        "at": told.at.isoformat(),
        "same": found.same,
        "list": judged.sequence,
        "own_list": judged.own_sequence,
        "edition_sha256": told.edition_sha256,
        "ruling_sha256": judged.ruling.hex(),
        "changed": list(found.changed),
        "ruling": json.loads(found.ruling) if found.ruling else None,
    }
