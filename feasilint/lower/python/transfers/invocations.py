"""The command lines that a document writes itself: with what it calls the script that another cell of it holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.lower.python.machine import Machine

_QUOTED = r"[fr]?(?P<{0}>[\"'])(?P<{0}_text>[^\"'\n]+)(?P={0})"
_GIVEN = r"""--{name}(?:
    (?:=|[ ]+)(?![ \"'=-])(?P<plain>[^\s\"'`,;\\]+)       # --data=gs://x.csv   --data $PATH
    |(?:[= ]|[\"']\s*,\s*){quoted}                        # --data='x.csv'   ["--data", "x.csv"]
    |[\"']\s*,\s*(?P<listed>[A-Za-z_]\w*)(?!\s*[=(.\w])  # ["--data", PATH]
    |[ =]?[\"']\s*\+\s*(?P<added>[A-Za-z_]\w*)            # "--data=" + PATH
)"""
_ASSIGNED = r"(?<![\w.\"'-]){name}[ ]*=[ ]*(?:{quoted}|(?P<plain>[^\s\"'=(,;|&]+)[ ]*(?=$|\#))"
_AZURE = r"(?<![\w.]){name}\s*[=:]\s*Input\s*\((?:[^()]|\([^()]*\))*?\bpath\s*=\s*(?:{quoted}|(?P<plain>[A-Za-z_]\w*))"
_VARIABLE = re.compile(
    r"\$\{\{+\s*inputs\.(?P<input>\w+)\s*\}+\}|\$\{(?P<braced>\w+)\}|\$(?P<bare>\w+)|\{(?P<python>\w+)\}"
)
_UNTOLD = re.compile(r"\w+://|\{[^{}]*\}")
_NESTED = 5
LIMIT = 500_000
"""Characters of a document that are looked through."""


def told(m: Machine, argument: str) -> str | None:
    """The value that the document's own call of a script gives an argument, with holes for what it does not say; None where it
    says nothing of it."""
    if len(m.text) > LIMIT:
        return None
    name = "[-_]".join(map(re.escape, re.split("[-_]", argument)))
    for found in re.finditer(_GIVEN.format(name=name, quoted=_QUOTED.format("q")), m.text, re.VERBOSE):
        variable = found["listed"] or found["added"]
        text = _filled(m, f"{{{variable}}}" if variable else found["plain"] or found["q_text"], _NESTED)
        if re.search(r"\w{2}", _UNTOLD.sub("", text)) or "{artifact " in text:
            return text
    return None


def _filled(m: Machine, text: str, deep: int) -> str:
    """A text with the variables in it as the document sets them."""

    def value(found: re.Match[str]) -> str:
        name = found["input"] or found["braced"] or found["bare"] or found["python"]
        form = _AZURE if found["input"] else _ASSIGNED
        given = next(_assigned(m, form, name), None) if deep else None
        if given is None and found["input"]:
            return f"{{artifact {name}}}"
        return _filled(m, given, deep - 1) if given is not None else f"{{{name}}}"

    return _VARIABLE.sub(value, text)


def _assigned(m: Machine, form: str, name: str) -> Iterator[str]:
    for found in re.finditer(form.format(name=re.escape(name), quoted=_QUOTED.format("q")), m.text, re.MULTILINE):
        if found["q_text"] is not None:
            yield found["q_text"]
        elif form is _AZURE:
            yield f"{{{found['plain']}}}"
        elif "/" in found["plain"] or "$" in found["plain"]:
            yield found["plain"]
