"""Exchange records: searched, verified, and sealed by signed checkpoints (S5.3, G6)."""

from gateway.domain.errors import EvidenceBrokenError
from gateway.domain.records import (
    Act,
    Checkpoint,
    ExchangeRecord,
    Phase,
    StoredRecord,
    Verification,
)
from gateway.ports import Ports, RecordQuery, Unit


async def search(query: RecordQuery, *, actor: str, ports: Ports) -> list[StoredRecord]:
    """Return records; that somebody searched is recorded itself (K4)."""
    unit = Unit()
    unit.record(
        ExchangeRecord(
            act=Act.ACCESS,
            phase=Phase.OUTCOME,
            at=ports.clock.now(),
            result="searched",
            actor=actor,
            subject=query.subject,
        )
    )
    await ports.store.commit(unit)
    return await ports.store.records(query)


async def verify(*, ports: Ports) -> Verification:
    """Walk the whole log and check our own signature on every checkpoint."""
    found = await ports.store.verify()
    after: str | None = None
    while page := await ports.store.list_values(Checkpoint, limit=1000, after=after):
        for checkpoint in page:
            text = statement(ports.store.institution, checkpoint)
            if not ports.signatures.verify(text, checkpoint.signature):
                fault = found.fault or f"checkpoint {checkpoint.size}: signature"
                return Verification(
                    size=found.size,
                    root=found.root,
                    chain=found.chain,
                    checkpoints=found.checkpoints,
                    fault=fault,
                )
        after = ports.store.key_of(page[-1])
    return found


async def make_checkpoint(*, ports: Ports) -> Checkpoint:
    """Verify the log and sign its size and root; one that has not grown keeps its last one.

    Raises:
        EvidenceBrokenError: the log or a signature on it does not verify; nothing is signed.
    """
    found = await verify(ports=ports)
    if found.fault is not None:
        raise EvidenceBrokenError(reason=found.fault)
    known = await ports.store.find(Checkpoint, size=found.size)
    if known is not None:
        return known
    unsigned = Checkpoint(
        size=found.size, root=found.root, chain=found.chain, at=ports.clock.now(), signature=""
    )
    text = statement(ports.store.institution, unsigned)
    checkpoint = Checkpoint(
        size=found.size,
        root=found.root,
        chain=found.chain,
        at=unsigned.at,
        signature=ports.signatures.sign(text),
    )
    unit = Unit()
    unit.add(checkpoint)
    await ports.store.commit(unit)
    return checkpoint


def statement(institution: str, checkpoint: Checkpoint) -> bytes:
    """Return the text that a checkpoint signs: institution, size, root, chain, instant."""
    lines = (
        "nakadachi checkpoint 1",
        institution,
        str(checkpoint.size),
        checkpoint.root.hex(),
        checkpoint.chain.hex(),
        checkpoint.at.isoformat(timespec="microseconds"),
    )
    return "\n".join(lines).encode("ascii")
