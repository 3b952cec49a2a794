"""`nakadachi codec`: the fixed-format files of the dedicated line, read, checked and written."""

import typer

from gateway.cli.codec_check import check_command
from gateway.cli.codec_compare import cross_check_command, diff_command
from gateway.cli.codec_folder import check_folder_command
from gateway.cli.codec_layouts import describe_command, list_command
from gateway.cli.codec_records import decode_command, encode_command, sample_command
from gateway.cli.codec_tools import convert_command, split_command

app = typer.Typer(
    name="codec",
    no_args_is_help=True,
    help="固定長ファイルを扱う / Fixed-format files of the dedicated line.",
)
app.command("list")(list_command)
app.command("describe")(describe_command)
app.command("sample")(sample_command)
app.command("check")(check_command)
app.command("check-folder")(check_folder_command)
app.command("cross-check")(cross_check_command)
app.command("decode")(decode_command)
app.command("encode")(encode_command)
app.command("convert")(convert_command)
app.command("split")(split_command)
app.command("diff")(diff_command)
