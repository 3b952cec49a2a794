"""What a caller decides about reading and writing files: everything a layout does not say."""

from dataclasses import dataclass
from typing import Literal

from wire.charset.gaiji import REFUSE, Gaiji
from wire.charset.tables import Policy
from wire.numbers import Kind
from wire.wareki import Overrun

Encoding = Literal["cp932", "jis_mixed", "utf_8"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How characters, numbers and eras are taken.

    `policy` chooses between several codes of one character when writing, `gaiji` what happens to
    user-defined characters, `numbers` which check digit an individual number has, `overrun` what
    a date after the end of its era means.
    """

    encoding: Encoding = "cp932"
    policy: Policy = "ibm"
    gaiji: Gaiji = REFUSE
    numbers: Kind = "sandbox"
    overrun: Overrun = "refuse"
