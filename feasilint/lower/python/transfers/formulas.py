"""Model formulas (`y ~ a + C(b) + np.log(c)`): statsmodels, patsy, Spark's RFormula."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from feasilint.ir import Derive, Names, Star
from feasilint.lower.python import values as v
from feasilint.lower.python.columns import known, narrowed
from feasilint.syntax import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.lower.python.call import Call

_CODINGS = frozenset({"Treatment", "Sum", "Poly", "Helmert", "Diff"})
_BETWEEN = re.compile(r"(?<=[\w)\s]):(?=[\w(\s])")


def names_in(text: str) -> tuple[str, ...]:
    """The columns that one side of a formula reads, in order."""
    try:
        tree = parsed(_BETWEEN.sub("+", text).strip(), "eval")
    except (SyntaxError, ValueError):
        return tuple(dict.fromkeys(re.findall(r"\b[A-Za-z_]\w*\b(?!\s*[(.])", text)))
    return tuple(dict.fromkeys(_read(tree.body)))


def _read(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id="Q"), args=[ast.Constant(value=str(name)), *_]):
            yield name
        case ast.Call(args=args):  # keywords choose how, not what
            for arg in args:
                yield from _read(arg)
        case ast.Name(id=name):
            if name not in _CODINGS:
                yield name
        case ast.Attribute(value=value):
            yield from _read(value)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _read(child)


def sides(call: Call, text: str, frame: v.Frame) -> tuple[Names, Names]:
    """Label and features of a formula over a frame; a `.` on the right stands for all other columns."""
    left, _, right = text.partition("~")
    label = names_in(left)[-1:]
    relation = frame.relation
    if right.strip() == ".":
        others = known(narrowed(relation, (*frame.index, *label))) or ()
        return Names(relation, label), Names(relation, others)
    return Names(relation, label), Names(relation, names_in(right))


def modelled(call: Call) -> v.Value | None:
    """`smf.ols('y ~ a + b', data=df)`: fitted by `.fit()`."""
    text, frame = call.text(0, "formula"), call.frame(1, "data")
    if text is None or frame is None:
        return v.Estimator(call.name)
    label, features = sides(call, text, frame)
    parts = (
        ("name", v.Const(call.name.removesuffix(".from_formula"))),
        ("data", v.Columns(features, frame.relation)),
        ("label", v.Columns(label, frame.relation)),
    )
    weight = call.arg(None, "weights") or call.arg(None, "freq_weights")
    return v.Handle("specified", (*parts, *((("weight", weight),) if weight is not None else ())))


def matrices(call: Call) -> v.Value | None:
    """`patsy.dmatrices('y ~ a', df)`: the label and the columns that it is made of; `dmatrix` gives the latter alone."""
    text, frame = call.text(0, "formula_like"), call.frame(1, "data")
    if text is None or frame is None:
        return None
    made = [_chosen(call, frame, side) for side in sides(call, text if "~" in text else f"~ {text}", frame)]
    return made[1] if call.name.endswith("dmatrix") else v.Seq(tuple(made), "tuple")


def _chosen(call: Call, frame: v.Frame, names: Names) -> v.Value:
    return call.m.alloc(v.Frame(call.m.add(Derive(frame.relation, (Star(names),), call.origin))))
