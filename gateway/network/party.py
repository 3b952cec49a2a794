"""One institution's own hand on the network: what its signing key seals. It calls nobody."""

from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.network.directory import Trust
from gateway.network.documents import SealedDocuments
from gateway.network.sealing import Sealer
from gateway.network.signatures import TextSignatures
from gateway.ports import Ids
from wire.keys import ECDSA_P256, ED25519, Signer
from wire.numbers import classify_individual_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose hand it is, the name of its key in the directory, and the key."""

    institution: str
    key_id: str
    key: EllipticCurvePrivateKey | Ed25519PrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """What one institution makes by itself; with connections its sealer also speaks to peers."""

    sealer: Sealer
    documents: SealedDocuments
    signatures: TextSignatures


def build_party(identity: Identity, *, trust: Trust, ids: Ids) -> Party:
    """Return the party of an institution."""
    elliptic = isinstance(identity.key, EllipticCurvePrivateKey)
    signer = Signer(identity.key_id, ECDSA_P256 if elliptic else ED25519, identity.key)
    sealer = Sealer(institution=identity.institution, signer=signer, ids=ids)
    return Party(
        sealer=sealer,
        documents=SealedDocuments(sealer),
        signatures=TextSignatures(identity.institution, signer, trust),
    )


def classify_number(text: str) -> Literal["real", "sandbox"] | None:
    """Return of which kind an individual number is by its check digit, None if of neither."""
    return classify_individual_number(text)
