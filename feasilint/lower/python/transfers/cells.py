"""IPython inside code: line magics, cell magics that hold SQL or a module, shell commands that fetch files."""

from __future__ import annotations

import posixpath
import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

from feasilint.ir import Scan, Source, Write
from feasilint.lower.python import values as v
from feasilint.lower.python.strings import as_text
from feasilint.lower.python.transfers.connectors import dialect_of
from feasilint.lower.python.transfers.sql import looks_like_sql, run_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.lower.python.call import Call
    from feasilint.lower.python.machine import Machine

SQL_MAGICS: dict[str, str | None] = {
    "bigquery": "bigquery", "bqsql": "bigquery", "sql": None, "sparksql": "spark", "read_sql": None,
    "duckdb": "duckdb", "dql": "duckdb",
    "snowflake": "snowflake", "redshift": "redshift", "athena": "trino", "presto": "presto", "hive": "hive",
    "psql": "postgres", "execsql": None,
}  # fmt: skip
_INTO = re.compile(r"^\s*(?:([A-Za-z_]\w*)\s*=?\s*<<)\s*", re.DOTALL)
_OPTION = re.compile(
    r"^\s*(?:--(?P<name>save|with|alias|section|dsn-filename|file|creator|append|persist|persist-replace)[ =]+(?P<value>[\w./-]+)"
    r"|--?[A-Za-z][\w-]*(?=\s|\Z)|@\w+|(?P<url>\w+(?:\+\w+)?://\S*))"
)
_CONNECTION = "%sql"
_FRAME = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_VARIABLE = re.compile(r"(?<![\w{])\{(\w+)\}|\{\{\s*(\w+)\s*\}\}|(?<!\w)\$(\w+)\b|\$\{(\w+)\}")
_URL = re.compile(r"^(https?|ftp|s3|s3a|gs|abfss?|wasbs?)://")


def line_magic(call: Call) -> v.Value | None:
    """`%sql …`, `%run script.py`."""
    name, arguments = call.text(0), call.text(1)
    if name is None:
        return v.NONE
    if name in SQL_MAGICS:
        asked, saved = split_options(call.m, arguments or "")
        text, target = split_into(asked)
        value = magic_sql(call.m, name, v.Const(text), call)
        save(call.m, saved, value)
        if target is not None:
            call.m.scope.bind(target, value)
        return value
    special = _LINE.get(name)
    return special(call, arguments or "") if special is not None else v.NONE


def _run(call: Call, arguments: str) -> v.Value:
    from feasilint.lower.python.modules import find_script, run_file

    words = [word for word in arguments.split() if not word.startswith("-")]
    path = find_script(call.m, words[0]) if words else None
    span = call.m.span(call.node) if call.node is not None and not call.m.nested else None
    if span is not None:
        call.m.site = (span.line, span.column, span.end_column - span.column if span.end_line == span.line else 1)
    if path is not None and path not in call.m.modules:
        call.m.modules[path] = call.m.scope
        run_file(call.m, path)
    return v.NONE


def _pylab(call: Call, arguments: str) -> v.Value:
    call.m.stars += ["matplotlib.pyplot", "numpy"]
    return v.NONE


_LINE: dict[str, Callable[[Call, str], v.Value]] = {"run": _run, "pylab": _pylab}


def cell_magic(call: Call) -> v.Value | None:
    """`get_ipython().run_cell_magic('sql', arguments, body)` as exporters write it."""
    name, body = call.text(0), call.arg(2)
    found = call.m.get(body) if body is not None else None
    if name in SQL_MAGICS and isinstance(found, v.Const):
        return magic_sql(call.m, name or "sql", found, call)
    return v.NONE


def split_options(m: Machine, text: str) -> tuple[str, str | None]:
    """The query of a magic without options and connection, and the name that it is saved under; `%sql postgresql://…` says the
    dialect of all that follow."""
    saved = None
    while (found := _OPTION.match(text)) is not None:
        saved = found["value"] if found["name"] == "save" else saved
        if found["url"] is not None:
            m.named[_CONNECTION] = v.Const(dialect_of(found["url"]))
        text = text[found.end() :]
    held = m.get(m.scope.find(text.strip()) or v.NONE) if text.strip().isidentifier() else None
    if isinstance(held, v.Handle) and held.kind == "connection":
        m.named[_CONNECTION] = held.get("dialect") or v.NONE
        return "", saved
    return text.lstrip(), saved


def dialect_in(m: Machine, magic: str) -> str | None:
    """The dialect of a magic: its own, else that of the connection."""
    told = m.named.get(_CONNECTION) if magic == "sql" else None
    return SQL_MAGICS[magic] or (str(told.value) if isinstance(told, v.Const) and told.value is not None else None)


def save(m: Machine, name: str | None, value: v.Value) -> None:
    """`--save recent`: later queries read the rows of this one by that name."""
    found = m.get(value)
    if name is not None and isinstance(found, v.Frame):
        m.views[name.lower()] = found.relation


def split_into(text: str) -> tuple[str, str | None]:
    """`result << select …` apart."""
    found = _INTO.match(text)
    return (text[found.end() :], found[1]) if found else (text, None)


def magic_sql(m: Machine, name: str, text: v.Const, call: Call | None = None) -> v.Value:
    """The rows of a SQL magic; Python variables in its text are filled in where they are known."""
    filled = fill(m, text)
    if not looks_like_sql(str(filled.value)):
        return v.NONE
    relation = run_text(m, filled, dialect_in(m, name), call.node if call is not None else None, frames=True)
    return m.alloc(v.Frame(relation)) if relation is not None else v.NONE


def fill(m: Machine, text: v.Const) -> v.Const:
    """`{name}`, `{{name}}` and `$name` replaced by constants of that name; `{{cell}}` is the result of that cell."""
    return v.Const(filled(m, str(text.value))[0], text.places)


class Piece(NamedTuple):
    """What stands in a text for a variable: `start` and `end` of its name there, and how long the value is."""

    start: int
    end: int
    length: int


def filled(m: Machine, text: str) -> tuple[str, tuple[Piece, ...]]:
    """A text with the values of variables, and where they stand."""
    pieces: list[Piece] = []

    def known(found: re.Match[str]) -> str:
        name = next(group for group in found.groups() if group)
        value = m.scope.find(name)
        held = m.get(value) if value is not None else None
        if not isinstance(held, v.Const) or not isinstance(held.value, str | int | float):
            return found[0]
        made = str(as_text(m, held).value)
        pieces.append(Piece(found.start(), found.end(), len(made)))
        return made

    def framed(found: re.Match[str]) -> str:
        value = m.scope.find(found[1])
        held = m.get(value) if value is not None else None
        return found[1].center(len(found[0])) if isinstance(held, v.Frame) else found[0]

    return _VARIABLE.sub(known, _FRAME.sub(framed, text)), tuple(pieces)


# --- shell ---

_CODE = (
    ".py",
    ".sh",
    ".ipynb",
    ".whl",
    ".yaml",
    ".yml",
    ".md",
    ".deb",
    ".jar",
    ".toml",
    ".ttf",
    ".png",
    ".jpg",
    ".html",
)
_FETCH = ("wget", "curl", "gsutil", "aws", "gcloud", "kaggle", "git", "bq", "gdown")


def shell(call: Call) -> v.Value | None:
    """`!wget URL -O path`, `!gsutil cp gs://… .`: a file that is fetched from somewhere."""
    text = call.text(0)
    if text is None:
        return v.NONE
    line = fill(call.m, v.Const(text))
    for command in re.split(r"&&|;|\n", str(line.value)):
        _fetched(call, command.strip())
    return v.NONE


def _fetched(call: Call, command: str) -> None:
    if not any(word in command for word in _FETCH):
        return
    try:
        words = shlex.split(command)
    except ValueError:
        return
    words = [word for word in words if word not in ("sudo", "time")]
    if not words or words[0] not in _FETCH or (words[0] == "git" and "clone" not in words):
        return
    urls = [word for word in words if _URL.match(word)]
    if words[0] == "git":
        _cloned(call, words)
        return
    if not urls:
        return
    target = _target(words, urls[0])
    if target is not None and target.endswith(".py"):
        call.m.fetched[posixpath.normpath(target)] = urls[0]
    if target is None or _URL.match(target) or target.endswith(_CODE):
        return
    relation = call.m.add(Scan(Source(urls[0], "url" if urls[0].startswith("http") else "file"), None, call.origin))
    call.m.sink(Write(relation, Source(target, "file"), "overwrite", origin=call.origin))


def _cloned(call: Call, words: list[str]) -> None:
    """`git clone URL [folder]`: what is read in the folder comes from the repository."""
    after = [word for word in words[words.index("clone") + 1 :] if not word.startswith("-")]
    if after and _URL.match(after[0]):
        folder = after[1] if len(after) > 1 else after[0].rstrip("/").removesuffix(".git").rsplit("/", 1)[-1]
        call.m.folders[folder.removeprefix("./").rstrip("/")] = after[0]


def _target(words: list[str], url: str) -> str | None:
    """The local file that a download gives, None where that cannot be said or it goes elsewhere."""
    name = url.rstrip("/").rsplit("/", 1)[-1].split("?")[0]
    for option in ("-O", "-o", "--output-document", "--output"):
        if option in words and words.index(option) + 1 < len(words):
            following = words[words.index(option) + 1]
            return name if following.startswith("-") or _URL.match(following) else following
    if words[0] in ("gsutil", "aws", "gcloud"):
        last = [word for word in words if not word.startswith("-")][-1]
        if last == url:
            return None
        return f"{last.rstrip('/')}/{name}" if last.endswith("/") else name if last in (".", "./") else last
    return name
