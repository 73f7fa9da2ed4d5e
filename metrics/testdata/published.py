#!/usr/bin/env python3
"""Writes published.json: metrics of made-up pictures and features by the public code of their authors.

    python3 published.py FOLDER

FOLDER has a copy of each of these repositories of github.com:

    jiwoogit/StyleID            commit d541d41, CFSD
    mahmoudnafifi/HistoGAN      commit 4211159, the histogram and its Hellinger distance
    stringtron/quantative_style commit 7621f18, E
    tamarott/SinGAN             commit 963b528, SIFID

and what is in the PyPI packages lpips 0.1.4 and DISTS_pytorch 0.1, unpacked. Only the functions
named below are taken out of the repositories, since the files import what is no longer to be
had. The inputs are those of reference.py, and reference_test.go repeats their formulas.
Made with NumPy 1.24.2, SciPy 1.10.1 and PyTorch 1.13.
"""
import ast
import json
import os
import sys
import unittest.mock

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torchvision
from scipy import linalg


def taken(path, *names):
    """Returns the functions and classes of these names in a file, without the rest of it."""
    with open(os.path.join(sys.argv[1], path)) as f:
        tree = ast.parse(f.read())
    tree.body = [n for n in tree.body if getattr(n, "name", None) in names]
    scope = {"np": np, "torch": torch, "nn": nn, "F": F, "linalg": linalg, "EPS": 1e-6}
    exec(compile(tree, path, "exec"), scope)
    return [scope[name] for name in names]


def picture(seed, shade, height, width):
    y, x, c = np.ogrid[:height, :width, :3]
    rough = (y * 37 + x * 101 + c * 59 + y * x * seed) % 256
    smooth = (y * 255 // (height - 1) + x * 3 * (c + 1)) % 511
    smooth = np.minimum(smooth, 510 - smooth)
    return torch.tensor(((rough + 3 * smooth) * (10 - shade * c) / 10200).astype(np.float32)).permute(2, 0, 1)[None]


def features(seed, height=9, width=11, channels=7):
    i, j = np.ogrid[: height * width, :channels]
    f = ((i * i * 7 + i * j * seed + j * 5 + i * 3) % 97 - 30) / 40
    f = np.maximum(f, 0).astype(np.float32).astype(np.float64)
    return torch.tensor(f).T.reshape(1, channels, height, width)


def cfsd(got, want):
    (patches,) = taken("StyleID/evaluation/image_metrics.py", "PatchSimi")
    p = patches.__new__(patches)  # without the network
    nn.Module.__init__(p)
    p.get_feats, p.normalize = lambda f: [f], lambda f: f
    return p(got, want).item()


def hellinger(got, want):
    """As eval_histogan.py of StyleID: 64 bins, at most 256 pixels a side."""
    (block,) = taken("HistoGAN/histogram_classes/RGBuvHistBlock.py", "RGBuvHistBlock")
    b = block(insz=256, device="cpu")
    a, b = b(got).double(), b(want).double()
    return (((a.sqrt() - b.sqrt()) ** 2).sum().sqrt() / np.sqrt(2)).item()


def effectiveness(got, want, k):
    """With the style image as the only reference of the projection."""
    moments, tools = taken("quantative_style/Baed_E_scripts/EBase/tools.py", "Cov_Mean", "TOOLS")
    t = tools.__new__(tools)
    x, y = moments()(got), moments()(want)
    basis = torch.svd(y[0])
    x, y = t.PCA_Proj(x, basis, k), t.PCA_Proj(y, basis, k)
    inverse, shift = y[0].inverse(), y[1] - x[1]
    twice = torch.trace(inverse @ x[0]) + (shift @ inverse @ shift.t()).squeeze() - k + t.Det(x[0], y[0])
    return (np.log(2) - torch.log(twice)).item()


def sifid(got, want):
    (distance,) = taken("SinGAN/SIFID/sifid_score.py", "calculate_frechet_distance")

    def moments(f):
        rows = f.flatten(2)[0].T.numpy()
        return rows.mean(0), np.cov(rows, rowvar=False)

    return distance(*moments(got), *moments(want))


def mixed(seed, n):
    """Returns n pseudo-random numbers from -1 to 1, by MurmurHash3's last step on their indices."""
    h = np.arange(n, dtype=np.uint32) + np.uint32(seed * 0x9E3779B9 % 2**32)
    for shift, factor in (16, 0x85EBCA6B), (13, 0xC2B2AE35):
        h = (h ^ (h >> np.uint32(shift))) * np.uint32(factor)
    h ^= h >> np.uint32(16)
    return (h / 2**31 - 1).astype(np.float32)


def random_vgg16():
    """Returns VGG-16 with random weights, of He's variance, and small biases."""
    net = torchvision.models.vgg16()
    convs = [m for m in net.features if isinstance(m, nn.Conv2d)]
    for i, m in enumerate(convs):
        n = m.weight.numel()
        bound = np.float32(np.sqrt(6 / (n / m.out_channels)))
        m.weight.data = torch.tensor(mixed(2 * i, n) * bound).reshape(m.weight.shape)
        m.bias.data = torch.tensor(mixed(2 * i + 1, m.out_channels) * np.float32(0.1))
    return net.eval()


def positive(seed, n):
    return torch.tensor((mixed(seed, n) + 1) / 2).reshape(1, n, 1, 1)


def by_network(got, want):
    """Returns LPIPS and DISTS by a random VGG-16 and random weights."""
    sys.path.insert(0, sys.argv[1])
    for name in "tqdm", "IPython", "skimage", "skimage.metrics":  # imported for training
        sys.modules.setdefault(name, unittest.mock.MagicMock())
    torchvision.models.vgg16 = lambda pretrained=False, network=random_vgg16(), **_: network
    import lpips
    from DISTS_pytorch import DISTS_pt

    with torch.no_grad():
        p = lpips.LPIPS(net="vgg", pretrained=False, verbose=False)
        for i, lin in enumerate(p.lins):
            lin.model[1].weight.data = positive(100 + i, lin.model[1].weight.numel())
        d = DISTS_pt.DISTS(load_weights=False)
        d.alpha.data, d.beta.data = positive(200, 1475), positive(201, 1475)
        return p(got, want, normalize=True).item(), d(got, want).item()


if __name__ == "__main__":
    got, want = features(13), features(29)
    lpips_value, dists_value = by_network(picture(1, 0, 48, 67), picture(5, 3, 48, 67))
    json.dump({
        "cfsd_published": cfsd(got, want),
        "cfsd_published at 300 positions": cfsd(features(13, 15, 20), features(29, 15, 20)),
        "hellinger": hellinger(picture(1, 0, 40, 52), picture(5, 3, 40, 52)),
        "hellinger of a large picture": hellinger(picture(1, 0, 270, 300), picture(5, 3, 270, 300)),
        "effectiveness": effectiveness(got, want, 3),
        "sifid_vgg": sifid(got, want),
        "lpips": lpips_value,
        "dists": dists_value,
    }, open("published.json", "w"), indent=2)
