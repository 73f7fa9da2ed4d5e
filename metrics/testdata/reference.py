#!/usr/bin/env python3
"""Writes reference.json: metrics of made-up pictures and features, by NumPy, SciPy, scikit-image and PyTorch.

Run it in this folder. The inputs are integer formulas, which reference_test.go repeats. Made with
NumPy 1.24.2, SciPy 1.10.1, scikit-image 0.19.3 and PyTorch 1.13.
"""
import json

import numpy as np
import torch
import torch.nn.functional as F
from scipy import linalg, ndimage, stats
from skimage.metrics import structural_similarity

HEIGHT, WIDTH = 40, 52
PLACES_Y, PLACES_X, CHANNELS = 9, 11, 7


def picture(seed, shade):
    y, x, c = np.ogrid[:HEIGHT, :WIDTH, :3]
    rough = (y * 37 + x * 101 + c * 59 + y * x * seed) % 256
    smooth = (y * 255 // (HEIGHT - 1) + x * 3 * (c + 1)) % 511
    smooth = np.minimum(smooth, 510 - smooth)
    return ((rough + 3 * smooth) * (10 - shade * c) / 10200).astype(np.float32).astype(np.float64)


def features(seed):
    i, j = np.ogrid[: PLACES_Y * PLACES_X, :CHANNELS]
    f = ((i * i * 7 + i * j * seed + j * 5 + i * 3) % 97 - 30) / 40
    return np.maximum(f, 0).astype(np.float32).astype(np.float64)


def luma(p):
    return p @ np.array([0.299, 0.587, 0.114])


def edges(p):
    return np.hypot(ndimage.sobel(p, 0), ndimage.sobel(p, 1))[1:-1, 1:-1].ravel()


def noise(p):
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]])
    seen = [np.abs(ndimage.convolve(p[..., c], mask)[1:-1, 1:-1]).mean() for c in range(3)]
    return 255 * np.sqrt(np.pi / 2) * np.mean(seen) / 6


def variation(p):
    return 255 * (np.abs(np.diff(p, axis=0)).mean() + np.abs(np.diff(p, axis=1)).mean())


def palette(p, q, directions):
    return np.mean([stats.wasserstein_distance(p.reshape(-1, 3) @ d, q.reshape(-1, 3) @ d) for d in directions])


def lattice(n):
    k = np.arange(n)
    z, angle = (k + 0.5) / n, k * np.pi * (3 - np.sqrt(5))
    r = np.sqrt(1 - z * z)
    return np.stack([r * np.cos(angle), r * np.sin(angle), z], 1)


def frechet(f, g):
    a, b = np.cov(f, rowvar=False, bias=True), np.cov(g, rowvar=False, bias=True)
    shift = f.mean(0) - g.mean(0)
    return (shift @ shift + np.trace(a + b - 2 * linalg.sqrtm(a @ b).real)) / (g * g).sum(1).mean()


def style(f, g):
    a, b = f.T @ f / len(f), g.T @ g / len(g)
    return linalg.norm(a - b) / linalg.norm(b)


def cfsd(f, g):
    def log_softmax(x):
        x = torch.tensor(x) / CHANNELS
        return F.log_softmax(x @ x.T, -1)

    p, q = log_softmax(g), log_softmax(f)
    flat = F.log_softmax(torch.zeros_like(p), -1)
    return (F.kl_div(q, p, reduction="sum", log_target=True) / F.kl_div(flat, p, reduction="sum", log_target=True)).item()


one, two = picture(1, 0), picture(5, 3)
got, want = features(13), features(29)
random = np.random.default_rng(0).standard_normal((20000, 3))
random /= np.linalg.norm(random, axis=1, keepdims=True)
json.dump({
    "ssim": structural_similarity(luma(one), luma(two), data_range=1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False),
    "edges": stats.pearsonr(edges(luma(one)), edges(luma(two)))[0],
    "noise": noise(one),
    "variation": variation(one),
    "palette": palette(one, two, lattice(64)),
    "palette, random directions": palette(one, two, random),
    "content": ((got - want) ** 2).sum() / (want**2).sum(),
    "style": style(got, want),
    "frechet": frechet(got, want),
    "cfsd": cfsd(got, want),
}, open("reference.json", "w"), indent=2)
