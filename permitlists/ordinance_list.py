"""The filings of ordinance affairs and what is withheld from them, as operators write them."""

import tomllib
from typing import Any

import msgspec

from permitlists.model import PermitListError
from permitlists.supplement import Filing, Supplement, Withholding


class _OrdinanceList(msgspec.Struct, forbid_unknown_fields=True):
    filing: tuple[Filing, ...] = ()
    withholding: tuple[Withholding, ...] = ()


def parse_ordinances(data: bytes) -> Supplement:
    """Return the supplement of filings and withholdings that a TOML list names.

    Raises:
        PermitListError: the bytes are no such list, or an entry contradicts itself or another.
    """
    try:
        raw: dict[str, Any] = tomllib.loads(data.decode())  # Any: TOML has no static shape
        listed = msgspec.convert(raw, _OrdinanceList)
    except (ValueError, msgspec.MsgspecError) as error:
        message = f"no list of ordinance affairs: {error}"
        raise PermitListError("permits.ordinances_form", message) from error
    supplement = Supplement(filings=listed.filing, withholdings=listed.withholding)
    supplement.check()
    return supplement
