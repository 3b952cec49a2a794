"""Where a value of an edition stands in its file: line and column, for lines and canonical JSON."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final

Path = tuple[str | int, ...]

# A string, a bracket or separator, or any other run of characters: enough to follow JSON.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[][{},:]|[^][{},:"\s]+')
_MESSAGE_PATH = re.compile(r"`\$([^`]*)`")
_STEP = re.compile(r"\.([a-z_]+)|\[([0-9]+)\]")
_BYTE = re.compile(r"\(byte ([0-9]+)\)")

# The fields of each kind of packaged line, after its tag.
LINE_FIELDS: Final = {
    "edition": ("instrument", "valid_from", "valid_to", "source"),
    "overlay": ("row", "clause", "valid_from", "valid_to", "note", "replacement"),
    "class": ("name", "groups", "wording"),
    "row": ("no", "article", "label", "inquirers"),
    "pair": ("no", "providers", "terms"),
    "clause": ("no", "label", "numbering", "place", "implementers"),
    "grant": ("pairs", "terms", "scope", "confidence"),
}
_KINDS: Final = {"overlays": "overlay", "classes": "class", "rows": "row"}
_PARTS: Final = {"pairs": "pair", "clauses": "clause", "grants": "grant"}
_AS_ARRAY: Final = frozenset({"pair", "grant"})  # kinds that canonical JSON writes as arrays
_ORIGIN: Final[Path] = ()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """A place in a text: line and column, both counted from 1; a column is one character."""

    line: int = 1
    column: int = 1


@dataclass(slots=True)
class _Node:
    """A list or object of JSON: its first character, and its parts by index or key.

    A part that holds no others is its offset alone, since a large edition has millions.
    """

    offset: int
    is_list: bool
    parts: dict[str | int, "_Node | int"] = field(default_factory=dict)
    key: str | None = None  # of an object: the key whose value comes next

    def add(self, part: "_Node | int") -> None:
        self.parts[len(self.parts) if self.is_list else self.key or ""] = part


def _scan(text: str) -> _Node:
    """Return a list of the JSON values of a text; of what is no JSON, what can be followed."""
    root = _Node(offset=0, is_list=True)
    open_nodes = [root]
    for token in _TOKEN.finditer(text):
        word, parent = token[0], open_nodes[-1]
        if word in "[{":
            node = _Node(offset=token.start(), is_list=word == "[")
            parent.add(node)
            open_nodes.append(node)
        elif word in "]}":
            if len(open_nodes) > 1:
                open_nodes.pop()
        elif word == ",":
            parent.key = None
        elif word != ":":
            if parent.is_list or parent.key is not None:
                parent.add(token.start())
            else:
                parent.key = word[1:-1]
    return root


def _offset(root: _Node, path: Path) -> int:
    """Return the offset of the value at a path, or of the nearest value around it."""
    node: _Node | int = root.parts.get(0, root)
    for step in path:
        following = node.parts.get(step) if isinstance(node, _Node) else None
        if following is None:
            break
        node = following
    return node.offset if isinstance(node, _Node) else node


class _Lines:
    """Where the lines of a text begin; only line feeds end a line here."""

    __slots__ = ("_starts",)

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def place(self, offset: int) -> Place:
        number = bisect_right(self._starts, offset)
        return Place(line=number, column=offset - self._starts[number - 1] + 1)


def read_path(message: str) -> Path:
    """Return the path that a message of the decoder names, as in `$.rows[0].no`."""
    found = _MESSAGE_PATH.search(message)
    steps = _STEP.findall(found[1]) if found else []
    return tuple(name or int(index) for name, index in steps)


def place_of_fault(data: bytes, message: str) -> Place:
    """Return the place in `data` that a message of the decoder speaks of.

    A fault of form is named by its byte, a fault of content by its path; what names neither is
    put at the end where the text is cut, at its beginning otherwise.
    """
    text = data.decode(errors="replace")
    lines = _Lines(text)
    byte = _BYTE.search(message)
    if byte is not None:
        return lines.place(len(data[: int(byte[1])].decode(errors="replace")))
    if "truncated" in message:
        return lines.place(len(text))
    return lines.place(_offset(_scan(text), read_path(message)))


def place_of_text(data: bytes, wanted: str) -> Place:
    """Return the place where a text first stands in `data`, its beginning where it does not."""
    text = data.decode(errors="replace")
    return _Lines(text).place(max(text.find(wanted), 0))


class JsonPlaces:
    """Places in one JSON document, such as a canonical edition or supplement."""

    __slots__ = ("_lines", "_root")

    def __init__(self, data: bytes) -> None:
        """Read the document once."""
        text = data.decode(errors="replace")
        self._root, self._lines = _scan(text), _Lines(text)

    def find(self, path: Path) -> Place:
        """Return the place of the value at a path of a `Table`, or of the nearest around it."""
        return self._lines.place(_offset(self._root, tuple(_to_json(path))))


class LinePlaces:
    """Places in the packaged lines of an edition."""

    __slots__ = ("_lines", "_numbers")

    def __init__(self, data: bytes) -> None:
        """Number the lines by the value of the table that each holds."""
        self._lines = [line.decode(errors="replace") for line in data.splitlines()]
        self._numbers: dict[Path, int] = {}
        counter = _Counter()
        for number, line in enumerate(self._lines, start=1):
            kind = _kind(line)
            if kind in LINE_FIELDS:
                self._numbers[counter.next(kind)] = number

    def find(self, path: Path) -> Place:
        """Return the place of the value at a path of a `Table`, or of the nearest around it."""
        owner, kind, rest = _split(path)
        number = self._numbers.get(owner)
        if number is None:
            return Place()
        steps: Path = (LINE_FIELDS[kind].index(str(rest[0])) + 1, *rest[1:]) if rest else ()
        return Place(line=number, column=_offset(_scan(self._lines[number - 1]), steps) + 1)


Places = JsonPlaces | LinePlaces


@dataclass(slots=True)
class _Counter:
    """Which value of the table the next line of a kind holds."""

    last: dict[str, Path] = field(default_factory=dict)
    counts: dict[Path, int] = field(default_factory=dict)

    def next(self, kind: str) -> Path:
        if kind == "edition":
            return _ORIGIN
        parent = {"pair": "row", "clause": "row", "grant": "clause"}.get(kind)
        around = self.last.get(parent, _ORIGIN) if parent else _ORIGIN
        names = {one: name for name, one in {**_KINDS, **_PARTS}.items()}
        listed = (*around, names[kind])
        self.counts[listed] = self.counts.get(listed, -1) + 1
        self.last[kind] = (*listed, self.counts[listed])
        return self.last[kind]


def _kind(line: str) -> str:
    words = _TOKEN.finditer(line)
    next(words, None)
    word = next(words, None)
    return word[0].strip('"') if word else ""


def _split(path: Path) -> tuple[Path, str, Path]:
    """Return the path of the value that a line holds, the kind of that line, and the rest."""
    kind, length = "edition", 0
    names: dict[str, str] = _KINDS
    while len(path) >= length + 2 and path[length] in names:
        kind = names[str(path[length])]
        length += 2
        names = _PARTS if kind in {"row", "clause"} else {}
    return path[:length], kind, path[length:]


def _to_json(path: Path) -> list[str | int]:
    """Return the path with the fields of arrays by index, as canonical JSON writes them."""
    owner, kind, rest = _split(path)
    if kind in _AS_ARRAY and rest:
        return [*owner, LINE_FIELDS[kind].index(str(rest[0])), *rest[1:]]
    return list(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The bytes of an edition file and the name under which people know it.

    Packaged lines begin with a bracket, canonical JSON with a brace.
    """

    name: str
    data: bytes

    @property
    def is_lines(self) -> bool:
        """Whether the bytes are packaged lines rather than canonical JSON."""
        return self.data.lstrip()[:1] == b"["

    def places(self) -> Places:
        """Return the places of its values."""
        return LinePlaces(self.data) if self.is_lines else JsonPlaces(self.data)
