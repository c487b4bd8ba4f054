"""IPython syntax inside Python cells, rewritten to plain Python line by line, as IPython itself does it.

`%time x = f()` becomes `x = f()`, `!ls` becomes `get_ipython().system('ls')`, `t = %sql select 1` becomes
`t = get_ipython().run_line_magic('sql', 'select 1')`. Lines are neither added nor removed; anchors map the columns that moved.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from feasilint.ir import Anchor
from feasilint.syntax import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

TRANSPARENT = frozenset({"time", "timeit", "capture", "prun", "memit", "mprun", "lprun", "snakeviz", "skip", "python", "python3",
                         "pyspark", "local", "spark", "with_globals", "ipytest", "wandb", "stata_cell", "px"})  # fmt: skip
"""Magics whose argument (line) or body (cell) is Python code that runs as usual."""

_AUTOMATIC = ("alias", "autoreload", "cat", "cd", "conda", "cp", "env", "less", "lf", "ll", "load_ext", "ls", "mamba", "man",
              "matplotlib", "mkdir", "more", "mv", "pip", "pwd", "reload_ext", "reset", "rm", "rmdir", "run", "time", "timeit",
              "who", "whos")  # fmt: skip
"""Magics that are usual without their mark: IPython takes a line for one if it is no Python."""

_BARE = rf"(?:{'|'.join(_AUTOMATIC)})[ \t]+[^\s=(]"
_UNMARKED = re.compile(_BARE)
_MARKED = re.compile(rf"[%!?]|^{_BARE}", re.MULTILINE)
_CANDIDATE = re.compile(rf"^\s*[%!?]|=\s*[%!]|\?\s*$|^{_BARE}", re.MULTILINE)
_AFTER_BLANK = re.compile(r"^(\s*)%[ \t]+(?=[A-Za-z_])")
_CELL = re.compile(r"^\s*%%[ \t]*(\w[\w.]*)[ \t]*(.*)$")
_WHOLE = re.compile(
    r"^\s*%(?:(?P<name>bash|sh|sql|md|md-sandbox|scala|r|fs)[ \t]*$|(?P<file>writefile)[ \t]+(?P<path>\S.*)"
    r"|bq\s+(?P<query>query\b.*)|sql[ \t]+(?P<module>--module\b.*))$"
)
"""With one mark alone on the first line these mean the whole cell, as in Databricks and Datalab, if the rest is no Python."""
_LINE = re.compile(
    r"^(?P<indent>\s*)(?P<target>[A-Za-z_][\w.\[\]'\", ]*?\s*=\s*)?(?P<mark>%|!!|!)(?P<name>[A-Za-z_][\w.]*)?(?P<rest>.*)$"
)
_HELP = re.compile(r"^(\s*)(\?{1,2}\s*[\w.]+|%{0,2}[\w.*\[\]'\"()]+\s*\?{1,2})\s*$")
_TOKEN = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|#.*|[()\[\]{}]')
_OPTION = re.compile(r"^(?:-\w+\s+(?:\d+\s+)?)+")
_PROFILED = re.compile(r"^(?:-[fmuDTz]\s+\S+\s+|-\w+\s+)+")
"""Options of line and memory profilers: some of them name something."""


_INDENT = re.compile(r"[ \t]*")
_PROMPTS = (re.compile(r"(?:>>>|\.\.\.)(?: |$)"), re.compile(r"(?:In \[\d+\]: |\s*\.{3,}: ?)"))


class Magic(Struct, frozen=True):
    """One magic or shell command: `name` without marks (`!` for a shell command), `line` 1-based, `body` of a cell magic."""

    name: str
    arguments: str
    line: int
    cell: bool = False
    target: str | None = None
    body: str = ""


class Neutral(Struct, frozen=True):
    """A cell as plain Python: `text` has the lines of the source. `cell_magic` is set where the body is no Python. `cut`: an
    indentation or prompts were taken off."""

    text: str
    anchors: tuple[Anchor, ...] = (Anchor(0, 1, 1),)
    magics: tuple[Magic, ...] = ()
    cell_magic: Magic | None = None
    cut: bool = False


class _Scan(Struct):
    """Lines done so far, and whether the next one continues a string or a bracket."""

    out: list[str] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    magics: list[Magic] = field(default_factory=list)
    quote: str | None = None
    depth: int = 0
    offset: int = 0
    moved: bool = False

    def put(self, text: str, column: int = 1) -> None:
        if column != 1 or self.moved or not self.anchors:
            self.anchors.append(Anchor(self.offset, len(self.out) + 1, column))
        self.moved = column != 1
        self.out.append(text)
        self.offset += len(text) + 1


def neutralise(source: str, typed: bool = True) -> Neutral:
    """The cell as plain Python, with the magics that were in it. `typed`: it is put in as in a session, not read from a file."""
    lines = source.split("\n") if typed else []
    gone = _taken_off(lines)
    if not any(gone):
        return _neutral(source)
    found = _neutral("\n".join(line[n:] for line, n in zip(lines, gone, strict=True)))
    return Neutral(found.text, tuple(_moved(found, gone)), found.magics, found.cell_magic, cut=True)


def _taken_off(lines: list[str]) -> list[int]:
    """How many characters of each line IPython leaves out: the indentation of the first one, and the prompts of a session."""
    start = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    indent = _INDENT.match(lines[start])[0] if start < len(lines) else ""  # type: ignore[index]
    gone = [len(indent) if indent and line.startswith(indent) else 0 for line in lines]
    for prompts in _PROMPTS:
        found = [prompts.match(line) for line in lines]
        if any(found[start : start + 2]):
            return [len(one[0]) if one is not None else n for one, n in zip(found, gone, strict=True)]
    return gone


def _moved(found: Neutral, gone: list[int]) -> Iterator[Anchor]:
    """The anchors of text whose lines begin further to the right."""
    columns, offset = {anchor.line: anchor.column for anchor in found.anchors}, 0
    for number, line in enumerate(found.text.split("\n"), 1):
        yield Anchor(offset, number, columns.get(number, 1) + gone[number - 1])
        offset += len(line) + 1


def _neutral(source: str) -> Neutral:
    if _MARKED.search(source) is None:
        return Neutral(source)
    magic = _cell_magic(source)
    if magic is not None and magic.name not in TRANSPARENT:
        return Neutral("\n" * source.count("\n"), magics=(magic,), cell_magic=magic)
    if magic is not None:
        lines = source.split("\n")
        found = _neutral("\n".join(["" if at < magic.line else line for at, line in enumerate(lines)]))
        return Neutral(found.text, found.anchors, (magic, *found.magics), found.cell_magic)
    if not _CANDIDATE.search(source) or _parses(source):
        return Neutral(source)
    return _line_by_line(source)


def _parses(source: str) -> bool:
    try:
        parsed(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _cell_magic(source: str) -> Magic | None:
    """The cell magic on the first line that is neither blank nor a comment."""
    lines = source.split("\n")
    for at, line in enumerate(lines):
        found = _CELL.match(line)
        if found:
            return Magic(found[1], found[2].strip(), at + 1, cell=True, body="\n".join(lines[at + 1 :]))
        whole = _WHOLE.match(line)
        rest = "\n".join(lines[at + 1 :]) if whole else ""
        if whole and rest.strip() and not _parses(rest):
            return Magic(*_whole(whole), at + 1, cell=True, body=rest)
        if line.strip() and not line.lstrip().startswith("#"):
            return None
    return None


def _whole(found: re.Match[str]) -> tuple[str, str]:
    """The name of a magic that takes its whole cell, and what is given to it."""
    given = found["path"] or found["query"] or found["module"] or ""
    return found["name"] or found["file"] or ("bq" if found["query"] else "sql"), given


def _line_by_line(source: str) -> Neutral:
    scan = _Scan()
    lines = source.split("\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        free = scan.quote is None and scan.depth == 0
        command = _LINE.match(_with_mark(line)) if free else None
        if command is not None and (command["name"] or command["mark"] != "%"):
            at += _rewrite(scan, lines, at, command)
            continue
        helped = _HELP.match(line) if free else None
        text = f"{helped[1]}pass" if helped else line
        scan.put(text)
        _advance(scan, text)
        at += 1
    return Neutral("\n".join(scan.out), tuple(scan.anchors), tuple(scan.magics))


def _with_mark(line: str) -> str:
    """A line with the mark of its magic where it belongs: `% matplotlib inline`, `ls data/`."""
    if _UNMARKED.match(line) and not _parses(line):
        return "%" + line
    return _AFTER_BLANK.sub(r"\1%", line)


def _rewrite(scan: _Scan, lines: list[str], at: int, found: re.Match[str]) -> int:
    """Rewrite the command that starts on line `at`; returns how many lines it takes."""
    text, count = found["rest"], 1
    while text.endswith("\\") and at + count < len(lines):
        text, count = text[:-1] + "\n" + lines[at + count], count + 1
    shell = found["mark"] != "%"
    name = "!" if shell else found["name"]
    arguments = ((found["name"] or "") + text if shell else text).strip()
    target = (found["target"] or "").rstrip().removesuffix("=").rstrip() or None
    scan.magics.append(Magic(name, arguments, at + 1, target=target))
    start = f"{found['indent']}{found['target'] or ''}"
    if not shell and name in TRANSPARENT and count == 1:
        options = _PROFILED if name in ("lprun", "mprun") else _OPTION
        code = options.sub("", arguments) or "pass"
        scan.put(start + code, 1 + len(lines[at]) - len(code) - len(start) if code != "pass" else 1)
        _advance(scan, code)
        return 1
    scan.put(start + _as_call(name, arguments, target))
    for _ in range(count - 1):
        scan.put("")
    return count


def _as_call(name: str, arguments: str, target: str | None) -> str:
    if name == "!":
        return f"get_ipython().{'getoutput' if target else 'system'}({arguments!r})"
    return f"get_ipython().run_line_magic({name!r}, {arguments!r})"


def _advance(scan: _Scan, line: str) -> None:
    """Follow strings and brackets through one line of Python."""
    at = 0
    while at < len(line):
        if scan.quote is not None:
            end = line.find(scan.quote, at)
            if end < 0:
                return
            at, scan.quote = end + 3, None
            continue
        found = _TOKEN.search(line, at)
        if found is None:
            return
        at = found.end()
        mark = found[0]
        if mark in ('"""', "'''"):
            scan.quote = mark
        elif mark in "([{":
            scan.depth += 1
        elif mark in ")]}":
            scan.depth = max(0, scan.depth - 1)
