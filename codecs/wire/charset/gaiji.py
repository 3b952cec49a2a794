"""User-defined characters (外字): what happens to codes whose shape only one office knows."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaiji:
    """How codes F040 to F9FC are read and written.

    `refuse` takes none of them; `table` takes those that a table of codes and characters
    lists; `preserve` reads them as U+E000 and following, as the standard codec does, so that
    the same code is written again.
    """

    mode: Literal["refuse", "table", "preserve"] = "refuse"
    table: tuple[tuple[int, str], ...] = ()

    def read(self, code: int, text: str) -> str | None:
        """Return what a user-defined code stands for, None where it is refused."""
        if self.mode == "preserve":
            return text
        return dict(self.table).get(code) if self.mode == "table" else None

    def write(self, text: str) -> int | None:
        """Return the code of the table that stands for one character, None where there is none."""
        if self.mode != "table":
            return None
        return next((code for code, shape in self.table if shape == text), None)

    def owns(self, character: str) -> bool:
        """Tell whether a character of the private area may be written as it is."""
        return self.mode == "preserve" and "\ue000" <= character <= "\uf8ff"


REFUSE = Gaiji()
