"""Options that the commands of `nakadachi codec` share, and what they choose together."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gateway.cli.options import refuse_usage
from gateway.cli.permit_questions import parse_date

if TYPE_CHECKING:  # they bring numpy, whose import only working commands should pay for
    from wire.charset.gaiji import Gaiji
    from wire.files.layout import Layout
    from wire.files.settings import Settings

Numbers = Literal["sandbox", "real"]
PolicyName = Literal["ibm", "nec", "preserve"]
EncodingName = Literal["cp932", "jis_mixed", "utf_8"]

LayoutArgument = Annotated[
    str, typer.Argument(metavar="LAYOUT", help="レイアウト / Layout id, such as KJSETAI1.")
]
FileArgument = Annotated[
    Path,
    typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="ファイル / A file."),
]
OutputOption = Annotated[
    Path,
    typer.Option("--output", "-o", metavar="FILE", help="出力先 / New file, for its owner only."),
]
NumbersOption = Annotated[
    Numbers,
    typer.Option(
        "--numbers",
        help="個人番号の検査用数字 / Which check digit individual numbers have: the sandbox's "
        "(the true one + 5) or the real one.",
    ),
]
VersionOption = Annotated[
    str | None, typer.Option("--version", metavar="V", help="レイアウトの版 / Layout version.")
]
OnOption = Annotated[
    date | None,
    typer.Option(
        "--on",
        metavar="DATE",
        parser=parse_date,
        help="その日に有効な版 / The version in force on a day.",
    ),
]
PolicyOption = Annotated[
    PolicyName,
    typer.Option(
        "--policy",
        help="重複符号の書き方 / Which of several CP932 codes of one character is written.",
    ),
]
GaijiOption = Annotated[
    str,
    typer.Option(
        "--gaiji",
        metavar="refuse|preserve|FILE",
        help="外字 / User-defined characters: refused, kept, or by a table (code, tab, character).",
    ),
]
EncodingOption = Annotated[
    EncodingName | None,
    typer.Option(
        "--encoding",
        help="文字コード（既定はレイアウトのもの） / Character set of a converted file (default: "
        "the layout's own).",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON で出力 / Print JSON.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the options of a call say about layout and settings."""

    layout: str
    version: str | None = None
    on: date | None = None
    numbers: Numbers = "sandbox"
    policy: PolicyName = "ibm"
    gaiji: str = "refuse"

    def choose(self) -> "tuple[Layout, Settings]":
        """Return the layout and the settings; a name that nothing has is a wrong usage."""
        from wire.files.settings import Settings  # noqa: PLC0415  # see above

        layout = find_layout(self.layout, self.version, self.on)
        return layout, Settings(
            encoding=layout.encoding,
            policy=self.policy,
            gaiji=read_gaiji(self.gaiji),
            numbers=self.numbers,
        )

    def choose_encoded(self, encoding: EncodingName | None) -> "tuple[Layout, Settings]":
        """Return them for a file in another character set than the layout's own."""
        from wire.files.retarget import retarget  # noqa: PLC0415  # see above

        layout, settings = self.choose()
        if encoding is None:
            return layout, settings
        return retarget(layout, encoding), replace(settings, encoding=encoding)


def find_layout(layout_id: str, version: str | None = None, on: date | None = None) -> "Layout":
    """Return a layout; one that does not exist ends the command as a wrong usage."""
    from wire.errors import WireError  # noqa: PLC0415  # see above
    from wire.files.library import list_layouts, load_layout  # noqa: PLC0415  # see above

    try:
        return load_layout(layout_id, version=version, on=on)
    except WireError:
        known = ", ".join(dict.fromkeys(layout.id for layout in list_layouts()))
        refuse_usage(f"LAYOUT (--version, --on): {known}")


def read_gaiji(text: str) -> "Gaiji":
    """Return what happens to user-defined characters."""
    from wire.charset.gaiji import Gaiji  # noqa: PLC0415  # see above
    from wire.charset.gaiji_table import parse_gaiji  # noqa: PLC0415  # see above
    from wire.errors import WireError  # noqa: PLC0415  # see above

    if text == "refuse":
        return Gaiji()
    if text == "preserve":
        return Gaiji(mode="preserve")
    try:
        return parse_gaiji(Path(text).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        refuse_usage("refuse, preserve or a table in UTF-8", "--gaiji")
    except WireError as error:
        refuse_usage(str(error), "--gaiji")
