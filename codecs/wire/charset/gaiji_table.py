"""Tables of user-defined characters (外字対応表): what an office's own codes stand for."""

from typing import Final

from wire.charset.gaiji import Gaiji
from wire.charset.tables import load_decoding
from wire.errors import WireError

_COLUMNS: Final = 2
_CODE_POINT: Final = "U+"


def parse_gaiji(text: str) -> Gaiji:
    """Return the policy that a table declares: lines of code and character, parted by a tab.

    A code is four hexadecimal digits between F040 and F9FC; a character is itself or a code point
    such as U+20089. Lines that are blank or begin with # say nothing.

    Raises:
        WireError: `charset.gaiji.form` a line has another form, `charset.gaiji.code` no
            user-defined code, `charset.gaiji.twice` code or character stands twice; the path is
            the line.
    """
    found: dict[int, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        code, character = _parse_line(line, f"line[{number}]")
        if code in found or character in found.values():
            raise WireError("charset.gaiji.twice", f"line[{number}]", "This stands there already.")
        found[code] = character
    return Gaiji(mode="table", table=tuple(sorted(found.items())))


def _parse_line(line: str, path: str) -> tuple[int, str]:
    columns = line.split("\t")
    try:
        code = int(columns[0], 16)
        shape = columns[1].strip()
        point = shape.removeprefix(_CODE_POINT)
        character = shape if point == shape else chr(int(point, 16))
    except (LookupError, ValueError, OverflowError) as error:
        raise WireError("charset.gaiji.form", path, "Code, tab and character.") from error
    if len(columns) != _COLUMNS or len(character) != 1 or not character.isprintable():
        raise WireError("charset.gaiji.form", path, "Code, tab and character.")
    pair = load_decoding().get(code)
    if pair is None or pair.group != "user_defined":
        raise WireError("charset.gaiji.code", path, "A code between F040 and F9FC is needed.")
    return code, character
