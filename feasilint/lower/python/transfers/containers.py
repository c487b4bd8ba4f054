"""Methods of text, paths, lists and dicts, as far as constants carry."""

from __future__ import annotations

import posixpath
import re
from datetime import datetime
from typing import TYPE_CHECKING

from feasilint.ir import Interval
from feasilint.lower.python import values as v
from feasilint.lower.python.strings import as_text, concat, format_text, is_certain, join_text, sliced

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call

# --- text ---


def text_method(call: Call) -> v.Value | None:
    """A method of `str` with constant arguments; layout changes keep the places of the text."""
    text = call.receiver
    args = [call.m.get(arg) for arg in call.args]
    if not isinstance(text, v.Const) or call.kwargs or not all(isinstance(arg, v.Const) for arg in args):
        return _with_holes(call, text)
    try:
        made = getattr(str(text.value), call.name)(*(arg.value for arg in args if isinstance(arg, v.Const)))
    except (TypeError, ValueError, AttributeError):
        return None
    if isinstance(made, bool) and not is_certain(text):
        return None
    if isinstance(made, list | tuple):
        return v.Seq(tuple(v.Const(part) for part in made))
    return v.Const(made, _moved(text, made) if isinstance(made, str) else ())


def same_name(call: Call) -> v.Value | None:
    """`path.replace('gs://', '/gcs/')` of a text that is not known: it is known by the same name."""
    found = call.receiver
    known = isinstance(found, v.Unknown) and not (found.inputs or found.relations or found.source)
    return call.target if known and all(isinstance(one, v.Const) for one in map(call.m.get, call.values)) else None


def _moved(old: v.Const, new: str) -> tuple[v.Place, ...]:
    """The places of a text that was trimmed exactly; otherwise lines are looked for again in the literal."""
    whole = str(old.value)
    at = whole.find(new) if new else -1
    if at >= 0 and whole.strip() == new.strip():
        return sliced(old, at, at + len(new)).places
    return old.places


def _with_holes(call: Call, text: v.Value) -> v.Value | None:
    """`template.replace('@x', value)` with an unknown value leaves a hole."""
    if call.name != "replace" or len(call.args) < 2 or not isinstance(text, v.Const):
        return None
    old, new = call.text(0), as_text(call.m, call.args[1])
    return v.Const(str(text.value).replace(old, str(new.value)), _moved(text, "")) if old else None


def text_format(call: Call) -> v.Value | None:
    text = call.receiver
    if not isinstance(text, v.Const):
        return None
    return format_text(call.m, text, call.args, dict(call.kwargs))


def substituted(call: Call) -> v.Value | None:
    """`Template('select $a').substitute(a=…)`."""
    return _filled(call, r"\$(?:{name}\b|\{{{name}\}})")


def rendered(call: Call) -> v.Value | None:
    """`Template('select {{ a }}').render(a=…)`: what is known of it; the rest is read as SQL with a template in it."""
    return _filled(call, r"\{{\{{\s*{name}\s*\}}\}}")


def _filled(call: Call, marker: str) -> v.Value | None:
    text, given = call.receiver, call.got(0)
    if not isinstance(text, v.Const):
        return None
    pairs = given.items if isinstance(given, v.Dict) else ()
    values = {str(key.value): value for key, value in pairs if isinstance(key, v.Const)} | dict(call.kwargs)
    made = str(text.value)
    for name, value in values.items():
        written = str(as_text(call.m, value).value)
        made = re.sub(marker.format(name=re.escape(name)), lambda _, w=written: w, made)  # type: ignore[misc]
    return v.Const(made, _moved(text, made))


def text_join(call: Call) -> v.Value | None:
    text = call.receiver
    if not isinstance(text, v.Const) or not call.args:
        return None
    return join_text(call.m, text, call.args[0])


def strftime(call: Call) -> v.Value | None:
    """A constant date as text."""
    found = call.receiver
    form = call.text(0, "format") or "%Y-%m-%d"
    if isinstance(found, v.Const) and isinstance(found.value, datetime):
        try:
            return v.Const(found.value.strftime(form))
        except ValueError:
            return None
    return None


def total_seconds(call: Call) -> v.Value | None:
    found = call.receiver
    if isinstance(found, v.Const) and isinstance(found.value, Interval):
        return v.Const(found.value.total_seconds)
    return None


# --- paths ---


def join_path(call: Call) -> v.Value | None:
    """`os.path.join(a, b)`, `Path(a, b)`."""
    if not call.args:
        return v.Const(".")
    fetched = next((value for value in map(call.m.get, call.args) if isinstance(value, v.Handle)), None)
    if fetched is not None and fetched.kind == "download":
        return fetched
    return _joined([as_text(call.m, arg) for arg in call.args])


def path_join(call: Call) -> v.Value | None:
    return _joined([as_text(call.m, value) for value in (call.receiver, *call.args)])


def _joined(parts: list[v.Const]) -> v.Const:
    texts = [part for part in parts if str(part.value)]
    made: list[v.Const] = []
    for part in texts:
        if made and not str(made[-1].value).endswith("/"):
            made.append(v.Const("/"))
        made.append(v.Const(str(part.value).removeprefix("./") if made else part.value, part.places))
    return concat(made)


def _path(call: Call) -> str:
    value = call.receiver if isinstance(call.receiver, v.Const) else v.Const("")
    return str(value.value)


def path_parent(call: Call) -> v.Value | None:
    return v.Const(posixpath.dirname(_path(call)) or ".")


def path_name(call: Call) -> v.Value | None:
    return v.Const(posixpath.basename(_path(call)))


def path_stem(call: Call) -> v.Value | None:
    return v.Const(posixpath.splitext(posixpath.basename(_path(call)))[0])


def path_suffix(call: Call) -> v.Value | None:
    return v.Const(posixpath.splitext(_path(call))[1])


def with_name(call: Call) -> v.Value | None:
    return _joined([v.Const(posixpath.dirname(_path(call))), v.Const(call.text(0) or "{name}")])


def with_suffix(call: Call) -> v.Value | None:
    return v.Const(posixpath.splitext(_path(call))[0] + (call.text(0) or ""))


def path_glob(call: Call) -> v.Value | None:
    return v.Seq((_joined([v.Const(_path(call)), v.Const(call.text(0) or "*")]),), "list", True)


def opened_path(call: Call) -> v.Value | None:
    return v.Handle("file", (("path", call.receiver),))


def parent_of(call: Call) -> v.Value | None:
    text = call.text(0)
    return v.Const(posixpath.dirname(text)) if text is not None else None


def base_of(call: Call) -> v.Value | None:
    text = call.text(0)
    return v.Const(posixpath.basename(text)) if text is not None else None


def environment(call: Call) -> v.Value | None:
    """`os.getenv('NAME', default)`: the default, else a hole."""
    default = call.got(1, "default")
    name = call.text(0, "key")
    return default if isinstance(default, v.Const) else v.Const(f"{{{name or 'env'}}}")


# --- lists ---


def _seq(call: Call) -> v.Seq:
    return call.receiver if isinstance(call.receiver, v.Seq) else v.Seq((), open=True)


def _put(call: Call, items: tuple[v.Value, ...], more: bool | None = None) -> v.Value:
    found = _seq(call)
    call.m.set(call.target, v.Seq(items, found.kind, found.open if more is None else more))
    return v.NONE


def list_append(call: Call) -> v.Value | None:
    found = _seq(call)
    value = call.arg(0)
    return _put(call, (*found.items, *((value,) if value is not None else ()))[:2000])


def list_extend(call: Call) -> v.Value | None:
    found, other = _seq(call), call.got(0)
    if isinstance(other, v.Seq):
        return _put(call, (*found.items, *other.items)[:2000], found.open or other.open)
    if isinstance(other, v.Columns):
        import ast

        from feasilint.lower.python.operators import binary  # the sum of a list and a set of names

        made = binary(call.m, ast.Add(), found, other, ast.Constant(0))
        call.m.set(call.target, made)
        return v.NONE
    return _put(call, (*found.items, *((other,) if other is not None else ())), True)


def list_insert(call: Call) -> v.Value | None:
    found, at, value = _seq(call), call.const(0), call.arg(1)
    if not isinstance(at, int) or value is None:
        return _put(call, found.items, True)
    items = list(found.items)
    items.insert(at, value)
    return _put(call, tuple(items))


def list_remove(call: Call) -> v.Value | None:
    found, value = _seq(call), call.got(0)
    kept = list(found.items)
    if value in kept:
        kept.remove(value)
    return _put(call, tuple(kept))


def list_pop(call: Call) -> v.Value | None:
    found, at = _seq(call), call.const(0, default=-1)
    if not found.items or not isinstance(at, int) or not -len(found.items) <= at < len(found.items):
        return None
    items = list(found.items)
    value = items.pop(at)
    _put(call, tuple(items))
    return value


def list_reverse(call: Call) -> v.Value | None:
    return _put(call, _seq(call).items[::-1])


def list_clear(call: Call) -> v.Value | None:
    return _put(call, (), False)


def _other(call: Call) -> v.Seq:
    other = call.got(0)
    return other if isinstance(other, v.Seq) else v.Seq((), open=True)


def list_difference(call: Call) -> v.Value | None:
    found, other = _seq(call), _other(call)
    return v.Seq(tuple(item for item in found.items if item not in other.items), found.kind, found.open)


def list_union(call: Call) -> v.Value | None:
    found, other = _seq(call), _other(call)
    return v.Seq(
        (*found.items, *(i for i in other.items if i not in found.items)), found.kind, found.open or other.open
    )


def list_intersection(call: Call) -> v.Value | None:
    found, other = _seq(call), _other(call)
    return v.Seq(tuple(item for item in found.items if item in other.items), found.kind, found.open)


def list_index(call: Call) -> v.Value | None:
    found, value = _seq(call), call.got(0)
    if value in found.items and not found.open:
        return v.Const(found.items.index(value) if call.name == "index" else found.items.count(value))
    return None


def copied(call: Call) -> v.Value | None:
    return call.receiver


# --- dicts ---


def _dict(call: Call) -> v.Dict:
    return call.receiver if isinstance(call.receiver, v.Dict) else v.Dict((), True)


def dict_keys(call: Call) -> v.Value | None:
    found = _dict(call)
    return v.Seq(tuple(key for key, _ in found.items), "list", found.open)


def dict_values(call: Call) -> v.Value | None:
    found = _dict(call)
    return v.Seq(tuple(value for _, value in found.items), "list", found.open)


def dict_items(call: Call) -> v.Value | None:
    found = _dict(call)
    return v.Seq(tuple(v.Seq(pair, "tuple") for pair in found.items), "list", found.open)


def dict_get(call: Call) -> v.Value | None:
    found, key = _dict(call), call.got(0)
    value = next((item for k, item in found.items if k == key), None)
    return value if value is not None else call.arg(1)


def dict_set_default(call: Call) -> v.Value | None:
    """`d.setdefault(key, [])`."""
    found, key = _dict(call), call.got(0)
    held = next((item for k, item in found.items if k == key), None)
    if held is None and isinstance(key, v.Const):
        held = call.arg(1) or v.NONE
        call.m.set(call.target, found.put(key, held))
    return held


def dict_pop(call: Call) -> v.Value | None:
    """`d.pop(key)`: what was under the key, which is gone."""
    found, key = _dict(call), call.got(0)
    value = dict_get(call)
    if any(k == key for k, _ in found.items):
        call.m.set(call.target, v.Dict(tuple(pair for pair in found.items if pair[0] != key), found.open))
    return value


def dict_update(call: Call) -> v.Value | None:
    found, other = _dict(call), call.got(0)
    pairs = list(other.items) if isinstance(other, v.Dict) else []
    pairs += [(v.Const(name), value) for name, value in call.kwargs.items()]
    for key, value in pairs:
        found = found.put(key, value)
    call.m.set(call.target, found if isinstance(other, v.Dict) or other is None else v.Dict(found.items, True))
    return v.NONE
