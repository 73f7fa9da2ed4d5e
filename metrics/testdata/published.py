#!/usr/bin/env python3
"""Writes published.json: metrics of made-up pictures and features by the public code of their authors.

    python3 published.py FOLDER

FOLDER has a copy of each of these repositories of github.com:

    jiwoogit/StyleID            commit d541d41, CFSD
    mahmoudnafifi/HistoGAN      commit 4211159, the histogram and its Hellinger distance
    stringtron/quantative_style commit 7621f18, E
    tamarott/SinGAN             commit 963b528, SIFID

Only the functions named below are taken out of them, since the files import what is no longer
to be had. The inputs are those of reference.py, and reference_test.go repeats their formulas.
Made with NumPy 1.24.2, SciPy 1.10.1 and PyTorch 1.13.
"""
import ast
import json
import os
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
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


if __name__ == "__main__":
    got, want = features(13), features(29)
    json.dump({
        "cfsd_published": cfsd(got, want),
        "cfsd_published at 300 positions": cfsd(features(13, 15, 20), features(29, 15, 20)),
        "hellinger": hellinger(picture(1, 0, 40, 52), picture(5, 3, 40, 52)),
        "hellinger of a large picture": hellinger(picture(1, 0, 270, 300), picture(5, 3, 270, 300)),
        "effectiveness": effectiveness(got, want, 3),
        "sifid_vgg": sifid(got, want),
    }, open("published.json", "w"), indent=2)
