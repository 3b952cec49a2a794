"""Every error code with its texts, its cause and who can put it right."""

from gateway.domain.catalogue import Entry, FixBy, load_catalogue
from gateway.domain.errors import Origin, Retry
from tools.pages.markdown import code, table

RETRY = {
    Retry.NEVER: "no",
    Retry.SAME_ID: "yes, with the same request id",
    Retry.AFTER: "yes, from the instant that the refusal names",
}
FIX_BY = {
    FixBy.CALLER: "the calling business system",
    FixBy.STAFF: "staff",
    FixBy.OPERATOR: "the operator of this gateway",
    FixBy.PEER: "the other institution",
    FixBy.CORE: "the network core",
}
ORIGIN = {
    Origin.CALLER: "the caller",
    Origin.PEER: "a counterparty",
    Origin.GATEWAY: "this gateway",
}


def errors() -> str:
    """Return the page made from gateway/domain/catalogue.toml."""
    groups: dict[str, list[str]] = {}
    for entry in load_catalogue().values():
        groups.setdefault(entry.code.split(".")[0], []).append(_entry(entry))
    sections = [f"## {name}\n\n" + "\n".join(entries) for name, entries in groups.items()]
    return (
        "# Errors\n\nEvery code that this gateway raises, records or receives. Codes are stable:"
        " programs may depend on them, texts may be improved.\n\n" + "\n".join(sections)
    )


def _entry(entry: Entry) -> str:
    rows = [
        ["日本語", f"**{entry.title_ja}** {entry.detail_ja}"],
        ["English", f"**{entry.title_en}.** {entry.detail_en}"],
        ["cause", entry.cause],
        ["whose side", ORIGIN[entry.origin]],
        ["who can fix it", FIX_BY[entry.fix_by]],
        ["ask again", RETRY[entry.retry]],
    ]
    return f"### {code(entry.code)}\n\n{table(['', ''], rows)}"
