"""The page of file layouts, from the declarations."""

from wire.files.describe import describe_markdown
from wire.files.library import list_layouts


def layouts() -> str:
    """Return the page: every version of every layout as a table."""
    parts = [
        "# ファイルレイアウト",
        "",
        "専用線で受け渡すファイルの定義です。位置は1から数えるバイト位置、長さはバイト数です。",
        "同じ定義から、読み取り・書き出し・検査・見本・この表が作られます。",
        "`nakadachi codec describe レイアウト` でも同じ内容が出ます。",
    ]
    for layout in list_layouts():
        parts += ["", describe_markdown(layout)]
    return "\n".join(parts)
