"""Settings that a document reads: files of its project or written by it, and arguments of a command line."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from feasilint.lower.python import values as v
from feasilint.lower.python.strings import as_text, is_certain, spell
from feasilint.lower.python.transfers.invocations import told
from feasilint.lower.python.transfers.loading import loaded

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call
    from feasilint.lower.python.machine import Machine

LIMIT = 64 * 1024
"""Characters of a settings file that is read; larger ones hold data."""
PARTS = 4_000
"""Values of a settings file, so that aliases cannot make many of few."""
_SUFFIXES = (".yaml", ".yml", ".json")


def settings(call: Call) -> v.Value | None:
    """`yaml.safe_load(file)`, `json.load(file)`: the settings in it, where the file is the project's own."""
    found = call.got(0)
    path = found.get("path") if isinstance(found, v.Handle) and found.kind == "file" else None
    name = as_text(call.m, path) if path is not None else v.Const("")
    text = text_of_file(call.m, str(name.value)) if is_certain(name) and str(name.value).endswith(_SUFFIXES) else None
    made = parsed(call.m, text, str(name.value)) if text is not None else None
    return made if made is not None else loaded(call)


def text_of_file(m: Machine, path: str) -> str | None:
    """The content of a file that a cell of the document writes or that stands in its project."""
    name = PurePosixPath(path).name
    if name in m.files:
        return m.files[name]
    root = Path(m.options.root)
    for folder in (Path(m.path).parent, root):
        try:
            file = (folder / path).resolve()
            if not file.is_relative_to(root.resolve()) or not file.is_file() or file.stat().st_size > LIMIT:
                continue
            data = file.read_bytes()
        except (OSError, ValueError):
            continue
        m.builder.depend(str(folder / path), hashlib.sha256(data).hexdigest())
        return data.decode(errors="replace")
    return None


def parsed(m: Machine, text: str, name: str) -> v.Value | None:
    """A text of YAML or JSON as a value; None where it holds no settings."""
    if len(text) > LIMIT:
        return None
    try:
        found = json.loads(text) if name.endswith(".json") else _yaml(text)
        return value_of(m, found) if isinstance(found, dict) else None
    except (ValueError, RecursionError):
        return None


def _yaml(text: str) -> object:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def value_of(m: Machine, found: object) -> v.Value:
    """Data of a settings file as a value; ValueError if it is too much."""
    return _value(m, found, [PARTS])


def _value(m: Machine, found: object, left: list[int]) -> v.Value:
    left[0] -= 1
    if left[0] < 0:
        raise ValueError("too many settings")
    if isinstance(found, dict):
        return m.alloc(v.Dict(tuple((v.Const(str(key)), _value(m, one, left)) for key, one in found.items())))
    if isinstance(found, list):
        return m.alloc(v.Seq(tuple(_value(m, one, left) for one in found)))
    return v.Const(found if isinstance(found, str | int | float | bool | None) else str(found))


# --- command lines ---


def parser(call: Call) -> v.Value:
    """`argparse.ArgumentParser()`: the arguments of this one."""
    call.m.arguments.clear()
    return v.Handle("parser")


def argument(call: Call) -> v.Value:
    """`parser.add_argument('--data-path', default='data/x.csv')`: a default names a file or lists columns; others are what the
    document itself calls the program with, or known only when it is called."""
    words = [word.value for word in map(call.m.get, call.args) if isinstance(word, v.Const)]
    flag = next((str(word)[2:] for word in words if str(word).startswith("--")), None)
    given = call.text(None, "dest") or flag
    name = (given or str(words[0] if words else "")).lstrip("-").replace("-", "_")
    default = call.arg(None, "default")
    held = call.m.get(default) if default is not None else None
    certain = isinstance(held, v.Seq) or (
        isinstance(held, v.Const) and isinstance(held.value, str) and _TELLING.search(held.value) is not None
    )
    if name:
        call.m.arguments[name] = default if certain and default is not None else _told(call, name, flag or name, held)
    return v.NONE


def _told(call: Call, name: str, flag: str, default: v.Value | None) -> v.Value:
    """The argument as the document's own call of the script gives it, else the variable that it is by default."""
    text = told(call.m, flag)
    if text is not None:
        return v.Const(text)
    if call.flag("required") and default is None and call.m.text.count(f"--{flag}") < 2:
        return call.m.unknown(v.ARGUMENT + name)  # nothing here runs the script: whoever does has to name it
    return default if isinstance(default, v.Unknown) and "environ" in default.text else call.m.unknown(name)


_TELLING = re.compile(r"\.|\w[ ,]+\w")  # a file, or several names


def arguments(call: Call) -> v.Value:
    """`parser.parse_args()`, `parse_known_args()`."""
    made = v.Handle("arguments", tuple(call.m.arguments.items()))
    return v.Seq((made, call.m.unknown("rest")), "tuple") if call.name == "parse_known_args" else made


def of_arguments(call: Call) -> v.Value | None:
    """`args.data_path`; `args.__dict__` has them all."""
    receiver = call.receiver
    if call.name == "__dict__":
        return mapping(call.at(args=(receiver,)))
    found = receiver.get(call.name) if isinstance(receiver, v.Handle) else None
    return found if found is not None else call.m.unknown(call.name)


def mapping(call: Call) -> v.Value | None:
    """`vars(args)`: the arguments by name."""
    found = call.got(0)
    if not isinstance(found, v.Handle) or found.kind != "arguments":
        return None
    return v.Dict(tuple((v.Const(name), value) for name, value in found.parts), True)


def called_by_arguments(call: Call) -> v.Value | None:
    """`fire.Fire(train)`: the function is called with the arguments of the command line."""
    function = call.got(0, "component")
    if not isinstance(function, v.Function):
        return None
    spec = function.node.args
    names = [argument.arg for argument in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)]
    given = {name: v.Const(text) for name in names if (text := told(call.m, name)) is not None}
    return call.m.call(function, (), given, call.node)


# --- pipelines ---


def pipeline_job(call: Call) -> v.Value:
    """`PipelineJob(template_path=…, parameter_values={'train_uri': …})`: what the pipeline of this document is run with."""
    given = call.got(None, "parameter_values") or call.got(None, "arguments")
    for key, value in given.items if isinstance(given, v.Dict) else ():
        if isinstance(key, v.Const):
            call.m.named[f"pipeline {key.value}"] = value
    return v.Handle("pipeline.job")


def is_pipeline(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> bool:
    """Whether a function is a pipeline of Kubeflow's, which a platform calls."""
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return any("pipeline" in spell(decorator).lower() for decorator in decorators)


def given_to_pipeline(m: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, v.Value]:
    """The parameters of a function that is a pipeline, as the document runs it."""
    if not is_pipeline(node):
        return {}
    names = [argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)]
    return {name: m.named[f"pipeline {name}"] for name in names if f"pipeline {name}" in m.named}
