"""The one error of this package."""


class WireError(ValueError):
    """Bytes from outside, or a value meant for them, are not what the parties agreed on.

    Attributes:
        code: Stable dotted code, such as `wire.xml.doctype`.
        path: Where, such as `document[2].header.content-digest`; counted from 1; may be empty.
        detail: A constant English sentence; neither it nor `path` ever repeats received content.
    """

    def __init__(self, code: str, path: str, detail: str) -> None:
        self.code = code
        self.path = path
        self.detail = detail
        super().__init__(code, path, detail)

    def __str__(self) -> str:
        where = f" at {self.path}" if self.path else ""
        return f"{self.code}{where}: {self.detail}"

    def below(self, prefix: str) -> "WireError":
        """Return the same error with `prefix` written before its path."""
        separator = "" if not self.path or self.path.startswith("[") else "."
        return WireError(self.code, prefix + separator + self.path, self.detail)
