"""Reading data: files, URLs, tables, APIs."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Call as Op
from feasilint.ir import Column, Derive, Literal, Opaque, Output, Scan, Source, Split, Union
from feasilint.ir.expressions import is_dynamic
from feasilint.lower.python import values as v
from feasilint.lower.python.columns import header, replacing
from feasilint.lower.python.strings import as_text, spell

if TYPE_CHECKING:
    import ast

    from feasilint.ir import Expression, Name, Relation
    from feasilint.ir.relations import SourceKind
    from feasilint.lower.python.call import Call, Transfer
    from feasilint.lower.python.machine import Machine

_URL = re.compile(r"^(https?|ftp)://", re.IGNORECASE)
_ENDPOINT = re.compile(
    r"^https?://(?:[^/?]*[.-])?(?:api|rest)[.-]"
    r"|^https?://[^?]*/(?:api|rest|graphql|v\d+(?:\.\d+)?)(?:[/?]|$)",
    re.IGNORECASE,
)
_PATH_ARGUMENTS = (
    "filepath_or_buffer",
    "path",
    "source",
    "path_or_buf",
    "io",
    "fname",
    "filepath",
    "file_path",
    "file",
    "paths",
    "fpath",
)


def reader(library: str = "pandas", at: int | None = 0) -> Transfer:
    """A function or method that reads a file: `pd.read_csv(path, usecols=…)`."""

    def transfer(call: Call) -> v.Value | None:
        value = call.arg(at)
        if value is None:
            value = next((call.kwargs[name] for name in _PATH_ARGUMENTS if name in call.kwargs), None)
        if value is None:
            return None
        scanned = scan_paths(call, value, _columns(call))
        if scanned is None:
            return None
        relation = _typed(call, scanned)
        frame = v.Frame(relation, library, call.names(None, "index_col") or () if _named_index(call) else ())
        if call.arg(None, "chunksize") is not None or call.flag("iterator"):
            return v.Seq((call.m.alloc(frame),), "list", True)
        return frame

    return transfer


def _typed(call: Call, relation: Relation) -> Relation:
    """The columns whose types the reader is told are there, whatever others there are."""
    times, types = call.got(None, "parse_dates"), call.got(None, "dtype")
    dates = call.names(None, "parse_dates") if isinstance(times, v.Seq) else None
    typed = call.names(None, "dtype") if isinstance(types, v.Dict) else None
    names = tuple(dict.fromkeys((*(dates or ()), *(typed or ()))))
    if not names or header(relation) is not None or any(str(name).isdigit() or is_dynamic(name) for name in names):
        return relation
    outputs = (Output(name, _as_typed(Column(relation, name), dates or ())) for name in names)
    return call.m.add(Derive(relation, replacing(relation, *outputs), call.origin))


def _as_typed(column: Column, dates: tuple[Name, ...]) -> Expression:
    return Op("cast", (column, Literal("timestamp"))) if column.name in dates else column


def _named_index(call: Call) -> bool:
    found = call.got(None, "index_col")
    return (isinstance(found, v.Const) and isinstance(found.value, str)) or isinstance(found, v.Seq)


def _columns(call: Call) -> tuple[Name, ...] | None:
    names = call.names(None, "usecols") or call.names(None, "columns")
    if names is None:
        names = call.names(None, "names")
    return None if names is None or any(str(name).isdigit() for name in names) else names


def scan_paths(call: Call, value: v.Value, columns: tuple[Name, ...] | None = None) -> Relation | None:
    """One file or several; a buffer of something that was read before is no new source."""
    m = call.m
    found = m.get(value)
    if isinstance(found, v.Handle) and found.kind in ("file", "buffer"):
        inner = found.get("path") or found.get("0")
        return scan_paths(call, inner, columns) if inner is not None else None
    if isinstance(found, v.Handle) and found.kind in ("download", "response"):
        data = found.get("data")
        return data.relation if isinstance(data, v.Row) else None
    if isinstance(found, v.Frame):
        return m.add(Opaque((found.relation,), call.name, origin=call.origin, mixes=True))
    if isinstance(found, v.Series | v.Scalar):
        return m.add(Opaque((), call.name, (found.expression,), call.origin, mixes=True))
    if isinstance(found, v.Seq) and found.items:
        if isinstance(store := m.get(found.items[0]), v.Handle) and store.kind.endswith(
            "datastore"
        ):  # (datastore, path)
            found = v.Seq(found.items[1:])
        parts = [part for item in found.items[:64] if (part := scan_paths(call, item, columns)) is not None]
        return parts[0] if len(parts) == 1 else m.add(Union(tuple(parts), "name", call.origin)) if parts else None
    if isinstance(found, v.Unknown) and found.source and columns is None:
        return found.relations[0]
    if isinstance(found, v.Unknown) and (found.relations or found.inputs):
        return m.add(m.unread(found, call.node))
    return scan(call, source_of(m, path_name(call, value)), columns)


def source_of(m: Machine, name: str) -> Source:
    """A path as a source: inside a folder that the code has fetched, it is where that came from."""
    bare = name.removeprefix("./")
    for folder, url in m.folders.items():
        if bare == folder or bare.startswith(f"{folder}/"):
            return Source(url, "url")
    return Source(name, "url" if _URL.match(name) else "file")


def path_name(call: Call, value: v.Value) -> str:
    """A path as text; unknown parts are holes named after the argument's code."""
    node = call.node
    spelled: ast.expr | None = None
    if node is not None and hasattr(node, "args") and value in call.args:
        at = call.args.index(value)
        spelled = node.args[at] if at < len(node.args) else None
    text = as_text(call.m, value, spelled if not isinstance(call.m.get(value), v.Unknown) else None)
    return str(text.value).strip() or "{path}"


def scan(call: Call, source: Source, columns: tuple[Name, ...] | None = None) -> Relation:
    return call.m.add(Scan(source, columns, call.origin))


def source(
    kind: SourceKind, at: int | None = 0, vendor: str | None = None, library: str = "pandas", dialect: str | None = None
) -> Transfer:
    """A call that gives a whole source by its name: a table, an API, a feature view."""

    def transfer(call: Call) -> v.Value | None:
        value = call.arg(at) if at is not None else None
        if value is None and at is not None:
            value = next((call.kwargs[n] for n in _NAME_ARGUMENTS if n in call.kwargs), None)
        name = path_name(call, value) if value is not None else (vendor or call.name)
        if kind == "table":
            name = qualified(call, name)
        view = call.m.views.get(name.lower()) if kind == "table" else None
        if view is not None:
            return v.Frame(view, library)
        if kind == "api" and vendor is not None and vendor not in name:
            name = f"{vendor}:{name}" if value is not None else vendor
        return v.Frame(scan(call, Source(name, kind, dialect, vendor)), library)

    return transfer


def stored_frame(call: Call) -> v.Value | None:
    """`store.get('train')`, `store['train']` of an HDF5 file."""
    path = call.receiver.get("0") or call.receiver.get("path") if isinstance(call.receiver, v.Handle) else None
    relation = scan_paths(call, path) if path is not None else None
    return v.Frame(relation) if relation is not None else None


def cloud_table(call: Call) -> v.Value | None:
    """`aiplatform.TabularDataset.create(bq_source='bq://…')`, with `gcs_source` files."""
    table, files = call.arg(None, "bq_source"), call.arg(None, "gcs_source")
    if table is not None:
        name = path_name(call, table).removeprefix("bq://")
        return v.Frame(scan(call, Source(name, "table", "bigquery")), "vertex.dataset")
    relation = scan_paths(call, files) if files is not None else None
    return v.Frame(relation, "vertex.dataset") if relation is not None else None


def qualified(call: Call, name: str) -> str:
    """A table's name with the schema that the call states beside it."""
    schema = call.text(None, "schema")
    return f"{schema}.{name}" if schema and "." not in name else name


def collection(library: str, frame: str | None = None) -> Transfer:
    """A public data set by its name in a collection: `tensorflow_datasets.load("cifar10")`. No vendor: it is no live data.
    `frame`: the library whose frame it is."""

    def transfer(call: Call) -> v.Value | None:
        value = call.arg(0)
        if value is None:
            value = next((call.kwargs[n] for n in _NAME_ARGUMENTS if n in call.kwargs), None)
        name = path_name(call, value) if value is not None else call.name
        return v.Frame(scan(call, Source(f"{library}:{name}", "file")), frame or library)

    return transfer


def divided(call: Call) -> v.Value | None:
    """`dataset.train_test_split(0.1)`: the parts by name."""
    frame = call.m.frame(call.target)
    if frame is None:
        return None
    parts = ((name, Split(frame.relation, name, call.origin)) for name in ("train", "test"))
    return v.Dict(
        tuple((v.Const(name), call.m.alloc(replace(frame, relation=call.m.add(made)))) for name, made in parts)
    )


def as_pandas(call: Call) -> v.Value | None:
    frame = call.m.frame(call.target)
    return replace(frame, library="pandas") if frame is not None else None


_NAME_ARGUMENTS = (
    "name",
    "table_name",
    "tableName",
    "table",
    "url",
    "tickers",
    "symbol",
    "ticker",
    "dataset",
    "series_id",
)


def dataset(library: str) -> Transfer:
    """A data set that comes with a library, named by its loader: `sklearn.datasets.load_iris`."""

    def transfer(call: Call) -> v.Value | None:
        short = call.name.rsplit(".", 1)[-1]
        relation = scan(call, Source(f"{library}.{short}", "file"))
        frame = call.m.alloc(v.Frame(relation))
        target = v.Series(relation, Column(relation, "target", call.origin), "target")
        if call.flag("return_X_y"):
            return v.Seq((frame, target), "tuple")
        return v.Handle("bunch", (("data", frame), ("target", target), ("frame", frame)))

    return transfer


def opened(call: Call) -> v.Value | None:
    """`open(path)`, `gzip.open(path)`, `fs.open(path)`."""
    value = call.arg(0, "file")
    return v.Handle("file", (("path", value),)) if value is not None else None


def opened_elsewhere(call: Call) -> v.Value | None:
    """`fs.open(path)` of a file system that is not known; of something read before it is a part of that."""
    receiver = call.m.get(call.target)
    return opened(call) if isinstance(receiver, v.Unknown) and not receiver.relations else None


def loaded(call: Call) -> v.Value | None:
    """`pickle.load(file)`, `json.load(file)`, `joblib.load(path)`: whatever the file holds."""
    value = call.arg(0)
    if value is None:
        return None
    found = call.m.get(value)
    if (held := _held(found)) is not None:
        return contents(call, spell(call.node), held)
    path = found.get("path") if isinstance(found, v.Handle) and found.kind == "file" else value
    if path is None or isinstance(call.m.get(path), v.Unknown):
        return call.unknown()
    name = path_name(call, path)
    relation = scan(call, source_of(call.m, name))
    return contents(call, spell(call.node), relation)


def loaded_text(call: Call) -> v.Value | None:
    """`json.loads(text)`: what was read before."""
    found = call.got(0)
    held = _held(found)
    if held is not None:
        return contents(call, spell(call.node), held)
    if isinstance(found, v.Unknown) and found.text.startswith(v.ARGUMENT):
        return found
    return found if isinstance(found, v.Handle) and found.kind == "file" else None


def _held(found: v.Value | None) -> Relation | None:
    """The source behind a response, or behind what it holds."""
    if isinstance(found, v.Unknown) and found.source:
        return found.relations[0]
    data = found.get("data") if isinstance(found, v.Handle) and found.kind == "response" else None
    return data.relation if isinstance(data, v.Row) else None


def contents(call: Call, text: str, relation: Relation) -> v.Value:
    """What a source holds, as an object of a kind that is not known."""
    return replace(call.m.unknown(text, v.Row(relation)), source=True)


def requested(at: int = 0) -> Transfer:
    """`requests.get(url)`, `session.request('GET', url)`: the response is a source."""

    def transfer(call: Call) -> v.Value | None:
        value = call.arg(at, "url")
        if value is None:
            return None
        name = path_name(call, value)
        relation = scan(call, Source(name, "api" if _ENDPOINT.search(name) or not _URL.match(name) else "url"))
        return v.Handle("response", (("data", v.Row(relation)),))

    return transfer


def globbed(call: Call) -> v.Value | None:
    """`glob.glob(pattern)`, `tf.data.Dataset.list_files([pattern])`: files of which one stands for all."""
    value = call.arg(0) or next(iter(call.kwargs.values()), None)
    if value is None:
        return None
    found = call.m.get(value)
    patterns = found.items if isinstance(found, v.Seq) else (value,)
    held = (one if isinstance(call.m.get(one), v.Handle) else as_text(call.m, one) for one in patterns)
    return v.Seq(tuple(held), "list", True)


ANY_FILE = "{any file}"


def listed(call: Call) -> v.Value | None:
    """`os.listdir(folder)`."""
    return v.Seq((v.Const(ANY_FILE),), "list", True)


def walked(call: Call) -> v.Value | None:
    """`os.walk(folder)`: folders with the folders and the files in them."""
    top = call.arg(0, "top")
    if top is None:
        return None
    inside = v.Seq((v.Const(ANY_FILE),), "list", True)
    return v.Seq((v.Seq((as_text(call.m, top), v.Seq((), "list", True), inside), "tuple"),), "list", True)


def copied_file(call: Call) -> v.Value | None:
    """`urlretrieve(url, path)`: the file at `path` is that URL."""
    from feasilint.ir import Write

    url = call.arg(0, "url")
    if url is None:
        return None
    relation = scan(call, Source(path_name(call, url), "url"))
    target = call.arg(1, "filename")
    if target is not None:
        call.m.sink(Write(relation, Source(path_name(call, target), "file"), "overwrite", origin=call.origin))
    return v.Seq((target or v.Const(ANY_FILE), call.m.unknown("headers")), "tuple")


def downloaded(call: Call) -> v.Value | None:
    """`wget.download(url, folder)`: gives the path of the file."""
    url, out = call.arg(0, "url"), call.text(1, "out") or call.text(None, "output") or ""
    if url is None:
        return None
    own = path_name(call, url).rsplit("/", 1)[-1]
    path = v.Const(out if posixpath.splitext(out)[1] else posixpath.join(out, own))
    copied_file(call.at(args=(url, path), kwargs={}))
    return path


def kept(call: Call) -> v.Value | None:
    """`client.data_assets.create(name, file_path)`: what the file holds, known by it."""
    return call.arg(1, "file_path")


_LOADER = re.compile(r"(^|_|\b)(read|load|fetch|get_data|import_data|ingest|open)(_|$|\b)", re.IGNORECASE)
_PATHLIKE = re.compile(
    r"^(\.{0,2}/|~/|\w+://|[\w.-]+/)|\.(csv|parquet|json|pkl|pickle|xlsx?|tsv|txt|gz|zip|feather|h5|avro|orc)$"
)


_ASIDE = re.compile(r"(^|_)(tmp|temp|cache|scratch|dst|out|output|log|checkpoint)(_|dir|path|$)", re.IGNORECASE)
"""Parameters for places where a loader puts files aside, while it loads something else."""


def guessed(call: Call) -> v.Value | None:
    """A helper that is defined elsewhere, by its name a loader, called with a path: what it gives comes from there. One that
    loads a model gives no data."""
    name = call.name.rsplit(".", 1)[-1]
    if not _LOADER.search(name) or name.lower().endswith("_model"):
        return None
    for value in (*call.args, *(value for key, value in call.kwargs.items() if not _ASIDE.search(key))):
        found = call.m.get(value)
        if isinstance(found, v.Const) and isinstance(found.value, str) and _PATHLIKE.search(found.value):
            relation = scan(call, source_of(call.m, found.value))
            return contents(call, spell(call.node), relation)
    return None


def sized_dataset(name: str) -> Transfer:
    """A public data set in several sizes: `movielens.load_spark_df(spark, size='100k')`."""

    def transfer(call: Call) -> v.Value:
        value = call.arg(None, "size") or (call.args[-1] if call.args else v.Const("100k"))
        relation = scan(call, Source(f"{name}-{as_text(call.m, value).value}", "file"))
        return v.Frame(relation, "spark" if "spark" in call.name else "pandas")

    return transfer
