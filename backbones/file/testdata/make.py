"""Writes the weights of the two toy networks here, at random, and what PyTorch makes of one picture with them.

    python3 make.py

The networks are written out below and not read from their YAML, so that the two are independent. In NAME-golden.safetensors:
"picture", [3, H, W], already preprocessed; each layer's output, [C, H, W]; "gradient", of the sum over layers, in order from
1, of i·mean(output²), for the picture.
"""

import json
import struct

import torch
import torch.nn.functional as F

torch.manual_seed(11)


def save(path, tensors):
    """A safetensors file, whose format is eight bytes of length, a JSON header, and the numbers."""
    header, data = {}, b""
    for name, t in tensors.items():
        raw = t.detach().to(torch.float32).contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def conv(w, name, x, stride=1, padding=0, border="zero", groups=1):
    if padding and border != "zero":
        x, padding = F.pad(x, [padding] * 4, mode=border), 0
    return F.conv2d(x, w[name + ".weight"], w.get(name + ".bias"), stride, padding, groups=groups)


def norm(w, name, x, eps):
    return F.batch_norm(x, w[name + ".running_mean"], w[name + ".running_var"], w[name + ".weight"], w[name + ".bias"], eps=eps)


def resnet(w, x):
    out = {}
    out["conv1"] = norm(w, "bn1", conv(w, "conv1", x, 2, 2, "reflect"), 1e-5)
    out["relu1"] = F.relu(out["conv1"])
    out["pool1"] = F.max_pool2d(out["relu1"], 3, 2, 1)
    out["conv2"] = conv(w, "conv2", out["pool1"], 1, 1)
    out["norm2"] = norm(w, "bn2", out["conv2"], 1e-3)
    out["relu2"] = F.relu(out["norm2"])
    out["conv3"] = conv(w, "block.conv3", out["relu2"], 1, 1, "replicate", groups=2)
    out["add1"] = out["conv3"] + out["pool1"]
    out["relu3"] = F.relu(out["add1"])
    out["conv4"] = conv(w, "conv4", out["relu3"], 2, 1)
    out["relu4"] = F.relu(out["conv4"])
    out["short"] = conv(w, "short", out["relu3"], 2)
    out["add2"] = out["relu4"] + out["short"]
    out["scaled"] = out["add2"] * w["scaled.weight"][:, None, None] + w["scaled.bias"][:, None, None]
    return out


def inception(w, x):
    out = {}
    out["conv1"] = conv(w, "conv1", x, 1, 1, "replicate")
    out["relu1"] = F.relu(out["conv1"])
    out["pool1"] = p = F.avg_pool2d(out["relu1"], 2)
    out["a"] = conv(w, "a", p)
    out["b1"] = conv(w, "b1", p)
    out["b2"] = F.relu(out["b1"])
    out["b3"] = conv(w, "b3", out["b2"], 1, 1, "reflect")
    out["c1"] = conv(w, "c1", p)
    out["c2"] = F.relu(out["c1"])
    out["c3"] = conv(w, "c3", out["c2"], 1, 2)
    out["d1"] = F.max_pool2d(p, 3, 1, 1)
    out["d2"] = conv(w, "d2", out["d1"])
    out["e1"] = F.avg_pool2d(p, 3, 1, 1, count_include_pad=True)
    out["joined"] = torch.cat([out["a"], out["b3"], out["c3"], out["d2"], out["e1"]], 1)
    out["pool2"] = F.max_pool2d(out["joined"], 3, 2, ceil_mode=True)
    out["pool3"] = F.avg_pool2d(out["pool2"], 3, 2, 1, count_include_pad=False)
    out["pool4"] = F.max_pool2d(F.pad(out["joined"], [1] * 4, mode="reflect"), 3, 2)
    out["pool5"] = F.lp_pool2d(F.pad(out["joined"], [1] * 4), 2, 3, 2) * 0.75
    return out


def filters(name, out, into, side, bias=True):
    w = {name + ".weight": torch.randn(out, into, side, side) / (into * side * side) ** 0.5}
    if bias:
        w[name + ".bias"] = torch.rand(out) / 4  # above 0, so that no ReLU is closed everywhere
    return w


def batch_norm(name, channels):
    return {
        name + ".weight": torch.rand(channels) + 0.5,
        name + ".bias": torch.randn(channels) / 4,
        name + ".running_mean": torch.randn(channels) / 4,
        name + ".running_var": torch.rand(channels) + 0.25,
        name + ".num_batches_tracked": torch.tensor([7.0]),
    }


def golden(name, network, w):
    x = torch.randn(1, 3, 21, 18, dtype=torch.float64).float().double().requires_grad_()
    out = network({k: v.double() for k, v in w.items()}, x)
    sum(i * (o**2).mean() for i, o in enumerate(out.values(), 1)).backward()
    save(f"{name}-golden.safetensors", {"picture": x[0], "gradient": x.grad[0]} | {k: o[0] for k, o in out.items()})


w = filters("conv1", 6, 3, 5, bias=False) | batch_norm("bn1", 6)
w |= filters("conv2", 6, 6, 3, bias=False) | batch_norm("bn2", 6) | filters("block.conv3", 6, 3, 3)
w |= filters("conv4", 8, 6, 3) | filters("short", 8, 6, 1)
w |= {"scaled.weight": torch.randn(8), "scaled.bias": torch.randn(8)}
save("resnet.safetensors", w)
golden("resnet", resnet, w)

w = {}
for name, out, into, side in [("conv1", 6, 3, 3), ("a", 4, 6, 1), ("b1", 3, 6, 1), ("b3", 5, 3, 3), ("c1", 2, 6, 1), ("c3", 3, 2, 5), ("d2", 3, 6, 1)]:
    w |= filters(name, out, into, side)
torch.save(w, "inception.pt")
golden("inception", inception, w)
