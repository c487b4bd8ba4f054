"""Objects of stores, responses, messages of streams: what is read of them, and the local files that they become."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Source, Write
from feasilint.lower.python import values as v
from feasilint.lower.python.call import names_of
from feasilint.lower.python.strings import as_text, is_certain
from feasilint.lower.python.transfers.loading import ANY_FILE, contents, path_name, scan, source_of
from feasilint.lower.python.transfers.settings import text_of_file

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call, Transfer
    from feasilint.lower.python.machine import Machine


def payload(call: Call) -> v.Value | None:
    """The content of a response or message: it is what the source is."""
    receiver = call.receiver
    data = receiver.get("data") if isinstance(receiver, v.Handle) else None
    if isinstance(data, v.Row):
        return contents(call, "response", data.relation)
    return call.m.unknown("response", data) if data is not None else None


def path_read(call: Call) -> v.Value | None:
    """`Path(path).read_text()`."""
    return file_read(call.at(receiver=_file(call.receiver)))


def file_read(call: Call) -> v.Value | None:
    """`open(path).read()`: the text of a query that the project holds; of any other file its content, whatever it is."""
    path = call.receiver.get("path") if isinstance(call.receiver, v.Handle) else None
    name = as_text(call.m, path) if path is not None else v.Const("")
    text = text_of_file(call.m, str(name.value)) if is_certain(name) and str(name.value).endswith(".sql") else None
    if text is None:
        return call.receiver
    places = (v.Place(0, call.m.fragment, call.node, 0, str(name.value)),) if call.node is not None else ()
    return v.Const(text, places)


def member(call: Call) -> v.Value | None:
    """`archive.open('orders.csv')`: it comes from where the archive does."""
    archive = call.receiver.get("0") if isinstance(call.receiver, v.Handle) else None
    return _file(archive) if archive is not None else None


# --- object stores ---


def _of_store(m: Machine, bucket: v.Value, key: v.Value, scheme: str = "s3") -> v.Const:
    return v.Const(f"{scheme}://{as_text(m, bucket).value}/{as_text(m, key).value}")


def _file(address: v.Value) -> v.Handle:
    return v.Handle("file", (("path", address),))


def stored_object(call: Call) -> v.Value | None:
    """`s3.get_object(Bucket=…, Key=…)`, `resource.Object(bucket, key)`."""
    bucket, key = call.arg(0, "Bucket") or call.arg(None, "bucket_name"), call.arg(1, "Key") or call.arg(None, "key")
    if bucket is None or key is None:
        return None
    found = _file(_of_store(call.m, bucket, key))
    return body(call.at(receiver=found)) if call.name == "get_object" else found


def body(call: Call) -> v.Value | None:
    """`object.get()`: the object is under `Body`."""
    return v.Dict(((v.Const("Body"), call.receiver),), True)


def bucket_object(call: Call) -> v.Value | None:
    """`bucket.Object(key)`, `bucket.blob(key)`."""
    bucket, scheme = _bucket(call)
    key = call.arg(0) or call.arg(None, "blob_name") or call.arg(None, "key")
    return _file(_of_store(call.m, bucket, key, scheme)) if bucket is not None and key is not None else None


def bucket_objects(call: Call) -> v.Value | None:
    """`bucket.objects.filter(Prefix='raw/')`, `bucket.objects.all()`: one object stands for all."""
    owner = call.receiver.get("of") if isinstance(call.receiver, v.Handle) else None
    bucket, scheme = _bucket(call.at(receiver=call.m.get(owner))) if owner is not None else (None, "s3")
    if bucket is None:
        return None
    prefix = call.arg(None, "Prefix")
    start = str(as_text(call.m, prefix).value) if prefix is not None else ""
    return v.Seq((_file(_of_store(call.m, bucket, v.Const(start + ANY_FILE), scheme)),), "list", True)


def listed_objects(call: Call) -> v.Value | None:
    """`s3.list_objects_v2(Bucket=…, Prefix='raw/')`: under `Contents` one object stands for all."""
    prefix = call.arg(None, "Prefix")
    start = str(as_text(call.m, prefix).value) if prefix is not None else ""
    one = v.Dict(((v.Const("Key"), v.Const(start + ANY_FILE)),), True)
    return v.Dict(((v.Const("Contents"), v.Seq((one,), "list", True)),), True)


def bucket_and_key(call: Call) -> v.Value | None:
    """`split_s3_bucket_key('s3://bucket/key')`."""
    address = call.arg(0)
    if address is None:
        return None
    bucket, cut, key = str(as_text(call.m, address).value).removeprefix("s3://").partition("/")
    return v.Seq((v.Const(bucket), v.Const(key)), "tuple") if cut else None


def _bucket(call: Call) -> tuple[v.Value | None, str]:
    """The bucket that a method is called on, and the scheme of its addresses."""
    found = call.receiver
    if not isinstance(found, v.Handle) or found.kind != "bucket":
        return None, "s3"
    name = next((found.get(part) for part in _BUCKET if found.get(part) is not None), None)
    client = found.get("of")
    return name, _SCHEMES.get(client.kind, "s3") if isinstance(client, v.Handle) else "s3"


_BUCKET = ("0", "name", "bucket_name", "container", "container_name", "file_system")
_SCHEMES = {"storage": "gs", "azure": "az"}


def container_object(call: Call) -> v.Value | None:
    """`service.get_blob_client(container=…, blob=…)` of Azure."""
    container, blob = call.arg(0, "container"), call.arg(1, "blob")
    if container is None or blob is None:
        return None
    return _file(_of_store(call.m, container, blob, "az"))


def addressed_object(call: Call) -> v.Value | None:
    """`BlobClient.from_blob_url(url)`, `Blob.from_string('gs://…')`."""
    address = call.arg(0)
    return _file(address) if address is not None else None


def downloaded(call: Call) -> v.Value | None:
    """`s3.download_file(bucket, key, path)`, `bucket.download_file(key, path)`, `blob.download_to_filename(path)`."""
    found, (inside, scheme) = call.receiver, _bucket(call)
    if isinstance(found, v.Handle) and found.kind == "file":
        return _copied(call, found.get("path"), call.arg(0))
    bucket = inside or call.arg(0, "Bucket")
    at = 0 if inside is not None else 1
    key = call.arg(at, "Key")
    if bucket is None or key is None:
        return v.NONE
    return _copied(call, _of_store(call.m, bucket, key, scheme), call.arg(at + 1, "Filename"))


def _copied(call: Call, address: v.Value | None, target: v.Value | None) -> v.Value:
    """The local file is the stored one."""
    held = call.m.get(target) if target is not None else None
    path = held.get("path") if isinstance(held, v.Handle) else target
    if address is not None and path is not None:
        relation = scan(call, source_of(call.m, str(as_text(call.m, address).value)))
        call.m.sink(Write(relation, Source(path_name(call, path), "file"), "overwrite", origin=call.origin))
    return v.NONE


def uploaded(call: Call) -> v.Value | None:
    """`s3.upload_file(path, bucket, key)`: a copy of a file that was written before."""
    path, bucket, key = call.arg(0, "Filename"), call.arg(1, "Bucket"), call.arg(2, "Key")
    if path is None or bucket is None or key is None:
        return v.NONE
    source = source_of(call.m, path_name(call, path))
    if source.name.startswith("{") and source.name.endswith("}"):
        return v.NONE  # any file: nothing of it is known but that it lies somewhere else, too
    relation = scan(call, source)
    address = str(_of_store(call.m, bucket, key).value)
    call.m.sink(Write(relation, Source(address, "file"), "overwrite", origin=call.origin))
    return v.NONE


# --- streams ---


def consumer(first: int | None = 0) -> Transfer:
    """A reader of topics; those that it is told only by `subscribe` are put into its slot."""

    def transfer(call: Call) -> v.Value:
        made = v.Handle("consumer", (("slot", call.m.alloc(v.Dict())),))
        if first is not None and len(call.args) > first:
            _listen(call, made, v.Seq(call.args[first:]))
        return made

    return transfer


def subscribed(call: Call) -> v.Value:
    """`consumer.subscribe(['payments'])`."""
    topics = call.arg(0, "topics") or call.arg(None, "pattern")
    if topics is not None and isinstance(call.receiver, v.Handle):
        _listen(call, call.receiver, topics)
    return v.NONE


def _listen(call: Call, made: v.Handle, topics: v.Value) -> None:
    names = names_of(call.m, topics) or ("{topic}",)
    scans = tuple(scan(call, Source(str(name), "stream")) for name in names)
    slot = made.get("slot")
    if slot is not None:
        call.m.set(slot, v.Dict(tuple((v.Const(str(at)), v.Row(one)) for at, one in enumerate(scans))))


def message(call: Call) -> v.Value | None:
    """`consumer.poll()`, one round of a loop over it: what a topic holds."""
    return message_of(call.m, call.receiver)


def message_of(m: Machine, found: v.Value) -> v.Value | None:
    slot = found.get("slot") if isinstance(found, v.Handle) else None
    held = m.get(slot) if slot is not None else None
    rows = [row for _, row in held.items] if isinstance(held, v.Dict) else []
    if not rows:
        return None
    return v.Handle("response", (("data", rows[0]),)) if len(rows) == 1 else m.unknown("message", *rows)
