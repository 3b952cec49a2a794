"""Whether a register on disk is what was written: its log, its edition files, its past."""

from collections.abc import Iterator

from permitlists.register.compose import compose
from permitlists.register.events import Listed
from permitlists.register.folder import Folder
from permitlists.register.state import State


def check_folder(folder: Folder, *heads: str) -> None:
    """Check a register on disk; `heads` are SHA-256 of lines noted before.

    Raises:
        RegisterError: the log or an edition file was changed, or a noted line is missing.
    """
    chain = folder.read()
    for head in heads:
        chain.check_grown(head)
    for listed in _list_editions(compose(chain.events)):
        folder.read_edition(listed.sha256)


def _list_editions(state: State) -> Iterator[Listed]:
    yield from state.editions
    yield from filter(None, (proposal.edition for proposal in state.proposals.values()))
