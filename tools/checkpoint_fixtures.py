"""Writes the checkpoints that test/checkpoint reads, and what PyTorch says is in them.

    python tools/checkpoint_fixtures.py [FOLDER]        (test/fixtures/checkpoint unless said)

Needs PyTorch 2.4 or later from PyPI; written with 2.15. Files are kept as
torch.save wrote them, but for two whose contents do not matter. expected.json tells the content of those that candil reads: floats and integers as text, so that
every bit survives.
"""

import argparse
import collections
import io
import json
import pathlib
import sys
import warnings
import zipfile

import torch
from torch import nn

FLOATS = ["float64", "float32", "float16", "bfloat16"]
FLOAT8 = ["float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu"]
INTS = ["int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8"]

device_tag = None
"""The location that storages are tagged with, in the place of their own; None for their own."""


class Net(nn.Module):
    """Convolution, batch normalisation and a linear layer: parameters, buffers and a 0-d counter."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 2, 3)
        self.bn1 = nn.BatchNorm2d(2)
        self.fc1 = nn.Linear(8, 3)

    def forward(self, x):
        return self.fc1(torch.relu(self.bn1(self.conv1(x))).flatten(1))


def every_dtype():
    """Ordinary, extreme and special values of each element type."""
    values = {}
    for name in FLOATS:
        info = torch.finfo(getattr(torch, name))
        special = [0.0, -0.0, 1.0, -1.5, 0.1, info.max, info.min, info.tiny, info.smallest_normal / 4]
        values[name] = torch.tensor(special + [float("inf"), float("-inf"), float("nan")], dtype=getattr(torch, name))
    for name in FLOAT8:  # every code there is
        values[name] = torch.arange(256, dtype=torch.uint8).view(getattr(torch, name))
    for name in INTS:
        info = torch.iinfo(getattr(torch, name))
        values[name] = torch.tensor([0, 1, 100, info.min, info.max], dtype=getattr(torch, name))
    values["bool"] = torch.tensor([True, False, True])
    return values


def every_float16():
    """Codes from all over the two 16-bit formats; every 67th, which is prime to the fields' widths."""
    codes = torch.arange(0, 2**16, 67, dtype=torch.int32).to(torch.uint16)
    return {"float16": codes.view(torch.float16), "bfloat16": codes.clone().view(torch.bfloat16)}


def shapes():
    return {
        "scalar": torch.tensor(2.5),
        "counter": torch.tensor(7),
        "empty": torch.empty(0),
        "empty_rows": torch.empty(3, 0, 2),
        "four": torch.arange(2 * 3 * 2 * 2, dtype=torch.float32).reshape(2, 3, 2, 2) / 8,
        "parameter": nn.Parameter(torch.tensor([1.0, 2.0])),
        "frozen": nn.Parameter(torch.tensor([3.0]), requires_grad=False),
        "buffer": nn.Buffer(torch.tensor([4.0])),
        "requires_grad": torch.tensor([5.0], requires_grad=True),
    }


def views():
    """Tensors that are not contiguous, or share what they are views of."""
    base = torch.arange(24, dtype=torch.float32)
    tied = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    counts = torch.arange(6)
    marked = torch.tensor([1.0, 2.0])
    marked.note = "an attribute"
    parameter = nn.Parameter(torch.tensor([8.0]))
    parameter.note = "an attribute"
    return {
        "transposed": base.reshape(4, 6).t(),
        "permuted": base.reshape(2, 3, 4).permute(2, 0, 1),
        "channels_last": base.reshape(1, 2, 3, 4).contiguous(memory_format=torch.channels_last),
        "offset": base[5:9],
        "stepped": base[1::5],
        "column": base.reshape(4, 6)[:, 2],
        "expanded": torch.tensor([[1.0], [2.0]]).expand(2, 3),
        "repeated": torch.tensor(9).expand(2, 2),
        "tied_a": tied,
        "tied_b": tied,
        "tied_view": tied.view(2, 2),
        "tied_flat": tied.view(4),
        "reversed_rows": counts.flip(0),
        "every_other": counts[::2],
        "with_attribute": marked,
        "parameter_with_attribute": parameter,
    }


def nested():
    """Plain data of all kinds, deep and shared."""
    shared = [1, 2]
    return {
        "numbers": [0, 1, -1, 255, 256, 65535, 65536, -128, -129, 2**31 - 1, -(2**31), 2**31, 2**53 - 1, -(2**53 - 1)],
        "big": [2**53 + 1, -(2**63), 2**64, -(2**70)],
        "floats": [0.5, -0.0, 1e300, 5e-324, float("inf"), float("-inf"), float("nan")],
        "constants": [None, True, False],
        "text": ["", "weight", "añ€😀", "line\nbreak", "x" * 300],
        "tuple": (1, (2,), ()),
        "set": {3},
        "bytes": b"\x00\x7f\x80\xff",
        "bytearray": bytearray(b"abc"),
        "shared": [shared, shared],
        "ordered": collections.OrderedDict([("b", 1), ("a", 2)]),
        "counter": collections.Counter({"a": 3}),
        "keys": {0: "zero", -1: "minus one", "0": "text", None: "none"},
        "hostile": {"__proto__": 1, "constructor": 2, "toString": 3, "hasOwnProperty": 4},
        "size": torch.Size([2, 3]),
        "device": torch.device("cuda", 1),
        "dtype": torch.bfloat16,
        "layout": torch.strided,
        "deep": {"a": [{"b": ({"c": torch.tensor([1.0])},)}]},
    }


def training():
    """A checkpoint in the middle of training, optimizer and scheduler included."""
    torch.manual_seed(1)
    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.7)
    for _ in range(2):
        optimizer.zero_grad()
        model(torch.rand(4, 1, 4, 4)).sum().backward()
        optimizer.step()
    scheduler.step()
    return {
        "epoch": 2,
        "model_state_dict": model.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "loss": 0.25,
    }


def weights(prefix=""):
    torch.manual_seed(2)
    return collections.OrderedDict((prefix + name, value) for name, value in Net().state_dict().items())


def plain(value):
    """What PyTorch loads, as JSON: numbers as text, containers and tensors tagged."""
    if isinstance(value, torch.Tensor):
        wide = value.detach()
        if value.is_floating_point() and value.dtype not in (torch.float32, torch.float64):
            wide = wide.to(torch.float32)
        values = [str(x) for x in wide.flatten().tolist()]
        return {
            "tensor": str(wide.dtype)[6:],
            "stored": str(value.dtype)[6:],
            "shape": list(value.shape),
            "requiresGrad": value.requires_grad,
            "values": [{"True": "1", "False": "0"}.get(x, x).replace("inf", "Infinity").replace("nan", "NaN") for x in values],
        }
    if isinstance(value, dict):
        return {"dict": [[plain(key), plain(item)] for key, item in value.items()]}
    if isinstance(value, (set, frozenset)):
        return {"set": [plain(item) for item in value]}
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": list(value)}
    if isinstance(value, (list, tuple)):
        return {"list": [plain(item) for item in value]}
    if isinstance(value, float):
        return {"number": str(value).replace("inf", "Infinity").replace("nan", "NaN")}
    if isinstance(value, int) and not isinstance(value, bool):
        return {"number": str(value)} if abs(value) < 2**53 else {"bigint": str(value)}
    if isinstance(value, (torch.device, torch.dtype, torch.layout)):
        return str(value)
    return value


def save(value, path, legacy=False, protocol=2, tag=None):
    global device_tag
    device_tag = tag
    torch.save(value, path, pickle_protocol=protocol, _use_new_zipfile_serialization=not legacy)
    device_tag = None


def write_readable(folder):
    """Files that candil reads; returns what is in them and which file holds which of it."""
    contents = {
        "dtypes": every_dtype(),
        "float16": every_float16(),
        "shapes": shapes(),
        "views": views(),
        "nested": nested(),
        "training": training(),
        "weights": weights(),
        "data-parallel": {"net": weights("module."), "acc": 98.5, "epoch": 3},
        "compiled": weights("_orig_mod."),
        "single": torch.tensor([1.0, 2.0]),
    }
    files = {}
    for name, value in contents.items():
        save(value, folder / f"{name}.pt")
        files[f"{name}.pt"] = name
    for name in ["dtypes", "shapes", "views", "nested", "training"]:
        save(contents[name], folder / f"{name}-legacy.pt", legacy=True)
        files[f"{name}-legacy.pt"] = name
    for file, options in {
        "cuda.pt": {"tag": "cuda:0"},
        "cuda-legacy.pt": {"tag": "cuda:0", "legacy": True},
        "mps.pt": {"tag": "mps"},
        "protocol4.pt": {"protocol": 4},
    }.items():
        save(contents["weights"], folder / file, **options)
        files[file] = "weights"
    save(contents["nested"], folder / "protocol5-nested.pt", protocol=5)
    files["protocol5-nested.pt"] = "nested"
    return {"contents": {name: plain(value) for name, value in contents.items()}, "files": files}


def write_refused(folder):
    """Files that candil refuses by name."""
    torch.manual_seed(3)
    module = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    save(module, folder / "whole-module.pt")
    # The legacy format carries the source text of classes; what is refused does not need it.
    torch.serialization.get_source_lines_and_file = None
    with warnings.catch_warnings(action="ignore"):
        save(module, folder / "whole-module-legacy.pt", legacy=True)
    save({"z": torch.tensor([1 + 2j])}, folder / "complex.pt")
    save({"z": torch.tensor([1 + 2j])}, folder / "complex-legacy.pt", legacy=True)
    save({"q": torch.quantize_per_tensor(torch.tensor([1.0]), 0.1, 0, torch.qint8)}, folder / "quantised.pt")
    save({"s": torch.eye(2).to_sparse()}, folder / "sparse.pt")
    save({"m": torch.empty(2, device="meta")}, folder / "meta.pt")
    save({"n": torch.ones(1).numpy()[0]}, folder / "numpy.pt")
    save({"state_dict": weights(), "args": argparse.Namespace(lr=0.1)}, folder / "namespace.pt")


def write_programs(folder):
    """Archives that are told by the names of their entries; contents are cut, since they hold source and paths."""
    script, exported = io.BytesIO(), io.BytesIO()
    torch.jit.save(torch.jit.trace(nn.Linear(2, 2), torch.zeros(1, 2)), script)
    torch.export.save(torch.export.export(nn.Linear(2, 2), (torch.zeros(1, 2),)), exported)
    for name, buffer in {"torchscript.pt": script, "exported.pt2": exported}.items():
        with zipfile.ZipFile(buffer) as program, zipfile.ZipFile(folder / name, "w") as cut:
            for entry in program.namelist():
                cut.writestr(zipfile.ZipInfo(entry), program.read(entry)[:16])


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    # A priority below 10 comes before the tag of storages on the processor.
    torch.serialization.register_package(0, lambda storage: device_tag, lambda storage, location: None)
    expected = write_readable(folder)
    write_refused(folder)
    write_programs(folder)
    text = json.dumps({"torch": torch.__version__.split("+")[0], **expected}, separators=(",", ":"))
    (folder / "expected.json").write_text(text + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "test/fixtures/checkpoint"))
