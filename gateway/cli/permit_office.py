"""What the commands of the permit register share: options, the clock, how things read."""

import json
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from permitlists.register import AnyContent, Proposal, ProposalState, Register

RegisterFolder = Annotated[
    Path,
    typer.Option(
        "--register",
        metavar="FOLDER",
        envvar="NAKADACHI_PERMITS_REGISTER",
        show_envvar=True,
        help="許可照合リスト原簿 / Permit register.",
    ),
]
ReasonOption = Annotated[str, typer.Option("--reason", help="理由 / Why, without personal data.")]
Number = Annotated[int, typer.Argument(metavar="ID", help="起案番号 / Number of the proposal.")]
_JAPAN = timezone(timedelta(hours=9))
_SAID_ELSEWHERE = {"kind", "valid_from", "valid_to", "reason"}
_DONE = ("これで終わりです。", "Nothing more happens to it.")
_NEXT = {
    (ProposalState.PROPOSED, True): (
        "別の職員が permits review {number} で内容を見て、permits approve {number} で承認します。",
        "A colleague looks at it (permits review {number}), then runs permits approve {number}.",
    ),
    (ProposalState.PROPOSED, False): (
        "起案者以外の職員が permits approve {number} で承認すると、直ちに効力を持ちます。",
        "It takes effect at once when a colleague approves it (permits approve {number}).",
    ),
    (ProposalState.APPROVED, True): (
        "起案者以外の職員が permits publish {number} で公示します。",
        "Somebody other than its proposer publishes it (permits publish {number}).",
    ),
    (ProposalState.PUBLISHED, True): (
        "一覧の番号 {sequence} に入りました。{begins} に施行されます。",
        "It is in the list, now number {sequence}, and comes into force on {begins}.",
    ),
    (ProposalState.PUBLISHED, False): (
        "一覧の番号 {sequence} に反映されました。",
        "It is in effect in the list, now number {sequence}.",
    ),
}
_KINDS = {
    "edition": "版",
    "hold": "提供停止",
    "lift": "解除",
    "filing": "条例事務の届出",
    "withholding": "提供の制限",
    "numbering": "号番号の確認",
    "withdrawal": "撤回",
}


def now() -> datetime:
    """Return the instant of an act: the command line is where system time enters."""
    return datetime.fromtimestamp(time.time(), tz=UTC)


def show_json(document: Any) -> None:  # noqa: ANN401 - plain JSON
    """Print one JSON document on one line."""
    typer.echo(json.dumps(document, ensure_ascii=False))


def describe(proposal: Proposal) -> str:
    """Return in one line what a proposal would change."""
    kind = kind_of(proposal)
    content = msgspec.to_builtins(proposal.content)
    if proposal.edition is not None:
        details = f"{proposal.edition.label} sha256:{proposal.edition.sha256[:16]}"
    elif "target" in content:
        details = f"→ {content['target']}"
    else:
        details = _describe_entry(next(one for name, one in content.items() if name != "kind"))
    return f"{_KINDS[kind]} / {kind} {details}"


def _describe_entry(entry: dict[str, Any]) -> str:  # Any: plain JSON
    days = f"{entry['valid_from']}〜{entry.get('valid_to') or ''}" if "valid_from" in entry else ""
    fields = [
        f"{name}={value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in entry.items()
        if name not in _SAID_ELSEWHERE and value not in (None, "", [])
    ]
    return " ".join(filter(None, (entry.get("kind"), days, *fields)))


def kind_of(proposal: Proposal) -> str:
    """Return the kind of a proposal, as in `edition` or `hold`."""
    return str(msgspec.to_builtins(proposal.content)["kind"])


def document(proposal: Proposal, register: Register) -> dict[str, Any]:  # Any: plain JSON
    """Return a proposal as plain JSON, with the number of the list as it is now."""
    next_ja, next_en = _next(proposal, register)
    return {
        "proposal": proposal.number,
        "kind": kind_of(proposal),
        "state": str(proposal.state),
        "content": msgspec.to_builtins(proposal.content),
        "reason": proposal.reason,
        "proposed_by": proposal.proposed_by,
        "proposed_at": _instant(proposal.proposed_at),
        "reviewed_by": sorted({review.by for review in proposal.reviews}),
        "approved_by": proposal.approved_by,
        "approved_at": _instant(proposal.approved_at),
        "published_by": proposal.published_by,
        "published_at": _instant(proposal.published_at),
        "dropped": list(proposal.dropped),
        "rejected_by": proposal.rejected_by,
        "rejection": proposal.rejection,
        "lifted_on": proposal.lifted_on and proposal.lifted_on.isoformat(),
        "sequence": register.sequence,
        "next_ja": next_ja,
        "next_en": next_en,
    }


def show_proposal(proposal: Proposal, register: Register, *, as_json: bool) -> None:
    """Print a proposal: what it is, who did what, and what comes next."""
    if as_json:
        show_json(document(proposal, register))
        return
    typer.echo(f"起案 / proposal {proposal.number}: {describe(proposal)}")
    typer.echo(f"状態 / state: {proposal.state}")
    typer.echo(f"理由 / reason: {proposal.reason}")
    for label, by, at in (
        ("起案 / proposed", proposal.proposed_by, proposal.proposed_at),
        ("承認 / approved", proposal.approved_by, proposal.approved_at),
        ("公示 / published", proposal.published_by, proposal.published_at),
    ):
        if by and at:
            typer.echo(f"{label}: {by} {_local(at)}")
    if proposal.rejected_by:
        typer.echo(f"却下 / rejected: {proposal.rejected_by} {proposal.rejection}")
    next_ja, next_en = _next(proposal, register)
    typer.echo(f"次 / next: {next_ja}\n           {next_en}")


def propose_content(
    folder: Path, content: AnyContent, *, staff: str, reason: str, as_json: bool
) -> None:
    """Propose what is no edition, and print the proposal."""
    register = Register.open(folder)
    made = register.propose(content, at=now(), staff=staff, reason=reason)
    show_proposal(made, register, as_json=as_json)


def _next(proposal: Proposal, register: Register) -> tuple[str, str]:
    texts = _NEXT.get((proposal.state, proposal.edition is not None), _DONE)
    values = {
        "number": proposal.number,
        "sequence": register.sequence,
        "begins": proposal.edition and proposal.edition.valid_from,
    }
    ja, en = (text.format_map(values) for text in texts)
    return ja, en


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _local(at: datetime) -> str:
    return at.astimezone(_JAPAN).isoformat(" ", "minutes")
