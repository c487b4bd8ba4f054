"""What the parser knows only by its first word: statements in strings, models of other dialects, calls of procedures, and what
nobody can read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from feasilint.ir import AllOf, Fit, Minus, Names, Opaque, Origin, Source, Write
from feasilint.lower.sql import executing, sources
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.script import HARMLESS, creates_no_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.ir.program import DiagnosticKind
    from feasilint.lower.sql.scope import Context, Rows

Quoted: TypeAlias = "Callable[[str, Context], Rows | None]"
"""Lowers SQL that stands inside a statement's text."""

_CARRIERS = frozenset(("UNLOAD", "EXECUTE", "EXEC", "DO"))
_CALLS = frozenset(("CALL", "EXEC", "EXECUTE"))
_SYSTEM = ("sp_", "system$", "sys.", "xp_", "dbo.sp_", "bq.")
"""How procedures that come with a database begin: they move no data."""
_NESTED = ("select", "with", "insert", "create", "merge", "update", "begin", "declare", "<<")
_COMMENTS = re.compile(r"\A(?:\s|--[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)*")
_QUOTED = re.compile(r"\$\$(.*)\$\$|'((?:[^']|'')*)'", re.DOTALL)
_UNLOADED = re.compile(r"\bto\s+'([^']+)'", re.IGNORECASE)


def command(node: Node, context: Context, quoted: Quoted) -> None:
    """Lower what can be told of a statement that the parser has not read."""
    if node.args.get("names") is not None:
        executing.run(node, context)
        return
    text = _text(context)
    for pattern, lower in _FORMS:
        if (found := pattern.match(text)) is not None:
            lower(found, context, quoted)
            return
    word = str(node.this).upper() if isinstance(node, exp.Command) else "EXECUTE"
    nested = _quoted_query(text) if word in _CARRIERS else None
    if nested is not None:
        _carried(nested, _UNLOADED.search(text) if word == "UNLOAD" else None, context, quoted)
    elif word in _CALLS:
        name = text.split(None, 1)[-1].split("(", 1)[0].split(None, 1)[0]
        if name.lower().startswith(_SYSTEM) or _is_defined(name, context):
            return
        said = f"what `{context.marks.restore(name)}` reads and writes is not known"
        context.builder.diagnose("opaque", said, context.layout.statement())
    elif word not in HARMLESS and not creates_no_data(context.layout.tokens):
        _unread(text, word, context)


def _is_defined(name: str, context: Context) -> bool:
    """Whether the text itself says what the procedure does."""
    wanted = re.escape(name)
    return re.search(rf"\b(?:proc|procedure|function)\s+{wanted}(?![\w.])", context.text, re.IGNORECASE) is not None


def _text(context: Context) -> str:
    tokens = context.layout.tokens
    return context.text[tokens[0].start : tokens[-1].end + 1]


def _quoted_query(text: str) -> str | None:
    """The SQL in the first string of a statement."""
    found = _QUOTED.search(text)
    inner = str(found[1] or found[2]) if found else ""
    return inner if _COMMENTS.sub("", inner).lstrip("( \n").lower().startswith(_NESTED) else None


def _carried(text: str, unloaded: re.Match[str] | None, context: Context, quoted: Quoted) -> None:
    """A statement in a string: EXECUTE IMMEDIATE '…', UNLOAD ('…') TO 'path'."""
    rows = quoted(text, context)
    if unloaded is not None and rows is not None:
        target = Source(context.marks.restore(unloaded[1]), sources.file_kind(unloaded[1]), context.dialect or None)
        context.builder.sink(Write(rows.relation, target, "overwrite", origin=None))


_NAME = r"[\w.\"`$@#-]+|\[[^\]]+\](?:\.\[[^\]]+\])*"
_READ = re.compile(rf"\b(?:from|join|using)\s+({_NAME})", re.IGNORECASE)
_WRITTEN = re.compile(rf"\binto\s+(?:table\s+)?({_NAME})", re.IGNORECASE)
_MAKES = re.compile(
    rf"create\s+(?:\w+\s+)*?(?:table|view)\s+(?:if\s+not\s+exists\s+)?(?:{_NAME})\s+as\b", re.IGNORECASE
)


def _unread(text: str, word: str, context: Context) -> None:
    """A step that any of the tables it names may flow through."""
    statement = context.layout.statement()
    kind: DiagnosticKind = "syntax-error" if _MAKES.match(text) else "unsupported"
    context.builder.diagnose(kind, f"{word.lower()} statement is not understood", statement)
    read = [_scan(name, context).relation for name in dict.fromkeys(_READ.findall(text))]
    if not read:
        return
    made = context.builder.add(Opaque(tuple(read), f"the {word.lower()} statement", origin=_origin(context)))
    for name in _WRITTEN.findall(text)[:1]:
        target = sources.source(_parts(name, context), context)
        context.builder.sink(Write(made, target, "insert", origin=_origin(context)))


def _origin(context: Context) -> Origin:
    layout, fragment = context.layout, context.fragment
    return Origin(fragment.index, layout.base, layout.statement(), fragment.written(layout.tokens[0].start))


def _parts(name: str, context: Context) -> list[str]:
    return [part.strip('"`[]') for part in context.marks.restore(name).split(".") if part]


def _scan(name: str, context: Context) -> Rows:
    parts = _parts(name, context)
    known = context.session.tables.get(".".join(parts).lower())
    if known is not None:
        return sources.again(known, context)
    return sources.scan(parts, exp.Table(), context)


# --- models ------------------------------------------------------------------------------------------------------------

_SNOWFLAKE_MODEL = re.compile(
    r"create\s+(?:or\s+replace\s+)?snowflake\.ml\.(?P<kind>\w+)\s+(?:if\s+not\s+exists\s+)?(?P<name>[\w.\"]+)\s*\(",
    re.IGNORECASE,
)
_SNOWFLAKE_INPUT = re.compile(
    r"\binput_data\s*=>\s*(?:table\s*\(\s*(?P<table>[^()]+?)\s*\)|(?:table\s*\(\s*)?system\$reference\s*\(\s*'\w+'\s*,\s*'(?P<view>[^']+)'"
    r"|(?:table\s*\(\s*)?system\$query_reference\s*\(\s*(?:'(?P<query>(?:[^']|'')*)'|\$\$(?P<dollars>.*?)\$\$))",
    re.IGNORECASE | re.DOTALL,
)
_SNOWFLAKE_OPTION = re.compile(r"\b(\w+)_colname\s*=>\s*'([^']*)'", re.IGNORECASE)


def _snowflake_model(found: re.Match[str], context: Context, quoted: Quoted) -> None:
    """CREATE SNOWFLAKE.ML.CLASSIFICATION m(INPUT_DATA => …, TARGET_COLNAME => …)."""
    text = _text(context)
    given = _SNOWFLAKE_INPUT.search(text)
    named = given and (given["table"] or given["view"])
    query = given and (given["query"] or given["dollars"])
    rows = _scan(named, context) if named else quoted(query, context) if query else None
    options = {key.lower(): value for key, value in _SNOWFLAKE_OPTION.findall(text) if value}
    label = options.get("label" if found["kind"].lower() == "anomaly_detection" else "target")
    others = tuple(options[key] for key in ("series", "timestamp") if key in options)
    _fit(f"snowflake_ml.{found['kind'].upper()}", rows, label, others, context)


_REDSHIFT_MODEL = re.compile(
    r"create\s+model\s+(?P<name>[\w.\"]+)\s+from\s+(?:\((?P<query>.*)\)|(?P<table>[\w.\"]+))\s+target\s+(?P<target>[\w\"]+)\s+function\b"
    r"(?:.*?\bmodel_type\s+(?P<kind>\w+))?",
    re.IGNORECASE | re.DOTALL,
)


def _redshift_model(found: re.Match[str], context: Context, quoted: Quoted) -> None:
    """CREATE MODEL m FROM (SELECT …) TARGET label FUNCTION f."""
    rows = _scan(found["table"], context) if found["table"] else quoted(found["query"], context)
    _fit(f"redshift_ml.{(found['kind'] or 'auto').upper()}", rows, found["target"].strip('"'), (), context)


def _fit(estimator: str, rows: Rows | None, label: str | None, others: tuple[str, ...], context: Context) -> None:
    if rows is None:
        said = "what the model is fitted on is not known"
        context.builder.diagnose("opaque", said, context.layout.statement())
        return
    labels = (label,) if label else ()
    gone = (*labels, *others)
    every = AllOf(rows.relation)
    label_set = Names(rows.relation, labels) if labels else None
    context.builder.sink(Fit(estimator, Minus(every, gone) if gone else every, label_set, origin=_origin(context)))


# --- streams -----------------------------------------------------------------------------------------------------------

_STREAM = re.compile(
    rf"create\s+(?:or\s+replace\s+)?stream\s+(?:if\s+not\s+exists\s+)?(?P<name>{_NAME})\s.*?\bon\s+(?:external\s+table|dynamic\s+table|table|view)\s+(?P<table>{_NAME})",
    re.IGNORECASE | re.DOTALL,
)


def _stream(found: re.Match[str], context: Context, _: Quoted) -> None:
    """CREATE STREAM s ON TABLE t: the changes of the table under its own columns."""
    rows = _scan(found["table"], context)
    target = sources.source(_parts(found["name"], context), context)
    context.builder.sink(Write(rows.relation, target, "view", origin=_origin(context)))


_PLACE = re.compile(
    rf"create\s+external\s+data\s+source\s+(?P<name>{_NAME})\s.*?\blocation\s*=\s*N?'(?P<location>[^']+)'",
    re.IGNORECASE | re.DOTALL,
)


def _place(found: re.Match[str], context: Context, _: Quoted) -> None:
    """CREATE EXTERNAL DATA SOURCE lake WITH (LOCATION = 'https://…'): where the paths of the script begin."""
    name = found["name"].strip('[]"').lower()
    context.session.places[name] = context.marks.restore(found["location"])


# --- scripts in other languages ----------------------------------------------------------------------------------------

_EXTERNAL = re.compile(
    r"exec(?:ute)?\s+sp_execute_external_script\b(?:.*?@input_data_1\s*=\s*N?'(?P<query>(?:[^']|'')*)')?",
    re.IGNORECASE | re.DOTALL,
)


def _external_script(found: re.Match[str], context: Context, quoted: Quoted) -> None:
    """EXEC sp_execute_external_script of SQL Server: the query that its R or Python script gets."""
    if found["query"]:
        quoted(found["query"], context)


_TASK = re.compile(r"execute\s+(?:task|alert)\b", re.IGNORECASE)


def _task(_: re.Match[str], context: Context, quoted: Quoted) -> None:
    """EXECUTE TASK runs what its CREATE says."""


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Context, Quoted], None]], ...] = (
    (_SNOWFLAKE_MODEL, _snowflake_model),
    (_REDSHIFT_MODEL, _redshift_model),
    (_STREAM, _stream),
    (_PLACE, _place),
    (_EXTERNAL, _external_script),
    (_TASK, _task),
)
