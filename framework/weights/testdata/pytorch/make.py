"""Writes the checkpoints beside it with PyTorch, and expected.json: what torch.load reads from them.

Made with PyTorch 1.13. Run it again only to add a file: archives carry no fixed order of storages.
"""
import io
import json
import pickle
import struct
from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).parent
LEGACY = {"_use_new_zipfile_serialization": False}
torch.manual_seed(7)


def module():
    """A real module's state dict: an OrderedDict with _metadata and an int64 counter."""
    return nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3)).state_dict()


def kinds():
    base = torch.arange(24, dtype=torch.float32) / 8 - 1
    return {
        "double": torch.tensor([1 / 3, -2.5e-3], dtype=torch.float64),
        "float": torch.tensor([[1 / 3], [-7.25]]),
        "half": torch.tensor([1 / 3, 65504.0, 6e-8], dtype=torch.float16),
        "bfloat16": torch.tensor([1 / 3, -1e30], dtype=torch.bfloat16),
        "long": torch.tensor([1, 2]),
        "bool": torch.tensor([True, False]),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "transposed": torch.arange(6.0).reshape(2, 3).t(),
        "every third": torch.arange(10.0)[1::3],
        "permuted": torch.arange(24.0).reshape(2, 3, 4).permute(2, 0, 1)[1:, :, ::2],
        "half of a storage": base[12:],
        "whole storage": base.reshape(2, 3, 4),
        "one row": base.reshape(4, 6)[2],
        "channels last": torch.arange(24.0).reshape(1, 2, 3, 4).contiguous(memory_format=torch.channels_last),
        "parameter": nn.Parameter(torch.tensor([0.5, -0.5])),
        "frozen": nn.Parameter(torch.tensor([4.0]), requires_grad=False),
    }


def training():
    """What training loops save: the state dict among other things."""
    net = nn.Linear(2, 2)
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    return {
        "epoch": 3, "best": 0.25, "name": "naïve", "done": False, "history": [1.5, None, (1, -70000, 1 << 40)],
        "state_dict": net.state_dict(), "optimizer": optimizer.state_dict(),
    }


def storage(key, count):
    """The persistent id of a FloatStorage, as Python 2 writes its strings."""
    def text(s):
        return b"U" + struct.pack("<B", len(s)) + s
    return b"(" + text(b"storage") + b"ctorch\nFloatStorage\n" + text(key) + text(b"cpu") + b"K" + bytes([count]) + b"NtQ"


def python2():
    """A file as PyTorch 0.1 wrote it under Python 2: byte strings, OrderedDict made of a list of pairs,
    _rebuild_tensor, and Parameters that __setstate__ fills, first with five values, later with three."""
    def tensor(key, shape, stride):
        numbers = lambda t: b"(" + b"".join(b"K" + bytes([n]) for n in t) + b"t"
        count = 1
        for n in shape:
            count *= n
        return b"ctorch._utils\n_rebuild_tensor\n(" + storage(key, count) + b"K\x00" + numbers(shape) + numbers(stride) + b"tR"
    old = b"ctorch.nn.parameter\nParameter\n)\x81(" + tensor(b"11", (2, 2), (2, 1)) + b"N}\x88\x89tb"
    late = b"ctorch.nn.parameter\nParameter\n" + tensor(b"12", (3,), (1,)) + b"\x85R(\x88\x89ccollections\nOrderedDict\n)Rtb"
    plain = tensor(b"13", (1,), (1,))
    body = b"\x80\x02ccollections\nOrderedDict\n(]("
    for name, value in ((b"five", old), (b"three", late), (b"plain", plain)):
        body += b"](U" + bytes([len(name)]) + name + value + b"e"
    body += b"etR."
    out = io.BytesIO()
    for value in (torch.serialization.MAGIC_NUMBER, torch.serialization.PROTOCOL_VERSION,
                  {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 8}}):
        pickle.dump(value, out, protocol=2)
    out.write(body)
    pickle.dump(["11", "12", "13"], out, protocol=2)
    for values in ([1, 2, 3, 4.5], [0.5, -0.5, 8], [9]):
        out.write(struct.pack("<q", len(values)) + struct.pack(f"<{len(values)}f", *values))
    return out.getvalue()


def expected(path):
    state = torch.load(path)
    state = state.get("state_dict", state)
    return {
        name: {"shape": list(t.shape), "values": t.detach().float().flatten().tolist() if t.is_floating_point() else None}
        for name, t in state.items()
    }


def main():
    for name, make in (("module", module), ("kinds", kinds), ("training", training)):
        value = make()
        torch.save(value, HERE / f"{name}.zip.pth")
        torch.save(value, HERE / f"{name}.legacy.pth", **LEGACY)
    torch.save(module(), HERE / "protocol4.zip.pth", pickle_protocol=4)
    (HERE / "python2.legacy.pth").write_bytes(python2())
    files = sorted(HERE.glob("*.pth"))
    lines = [f"{json.dumps(f.name)}: {json.dumps(expected(f), ensure_ascii=False)}" for f in files]
    (HERE / "expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


main()
