"""Permits as they arrive: the core's signature first, then whether it is the one asked for."""

from collections.abc import Sequence

from gateway.domain.errors import RefusedError
from gateway.domain.inquiry import Inquiry
from gateway.domain.permits import ProvisionPermit, Wanted
from gateway.network.mapping import from_claims
from wire.errors import WireError
from wire.keys import KeyRing
from wire.permit import read


def open_permit(compact: bytes, *, issuer: str, keys: KeyRing) -> ProvisionPermit:
    """Return the permit of a compact JWS that the core `issuer` signed.

    Raises:
        RefusedError: `permit.signature`, it cannot be read or the signature is not the core's;
            `permit.foreign`, somebody else issued it.
    """
    try:
        claims = read(compact, keys)
    except WireError as error:
        raise RefusedError(code="permit.signature", reason=error.code) from error
    if claims.issuer != issuer:
        raise RefusedError(code="permit.foreign", sender=claims.issuer)
    return from_claims(claims, compact)


def check_permit(
    permit: ProvisionPermit, inquiry: Inquiry, *, inquirer: str, request_message_id: str
) -> None:
    """Return if a permit is the answer to our own request and goes nowhere beyond it.

    Raises:
        RefusedError: `permit.foreign`, `.audience`, `.mismatch` or `.edition`.
    """
    rules = (
        ("permit.foreign", permit.request_message_id == request_message_id),
        ("permit.foreign", permit.inquirer == inquirer),
        ("permit.audience", permit.provider == inquiry.provider),
        ("permit.mismatch", _affair(permit) == _affair(inquiry)),
        ("permit.mismatch", _is_within(permit.wanted, inquiry.wanted)),
        ("permit.edition", permit.edition_sha256 == inquiry.edition_sha256),
    )
    for code, holds in rules:
        if not holds:
            raise RefusedError(code=code, permit_id=permit.permit_id)


def _affair(value: ProvisionPermit | Inquiry) -> tuple[object, ...]:
    return value.instrument, value.row, value.clause, value.basis, value.mandate


def _is_within(granted: Sequence[Wanted], asked: Sequence[Wanted]) -> bool:
    """Return whether all that is granted was asked for; who asks for no items asks for all."""
    wishes = {want.information: want.items for want in asked}
    return all(
        grant.information in wishes
        and (not wishes[grant.information] or set(grant.items) <= set(wishes[grant.information]))
        for grant in granted
    )
