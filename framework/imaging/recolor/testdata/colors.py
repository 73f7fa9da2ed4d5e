#!/usr/bin/env python3
"""Colour transfer in NumPy: writes colors.json beside this file.

images: RGB in [0, 1], rows of pixels. maps: the image `from` with the moments of `to`, by each of the three maps, and A.
joined: the luminance of `from` with the colours of `to`. grey: `from` in grey, its luminance with the mean and the
deviation of `to`'s.

Needs NumPy (Debian: python3-numpy).
"""
import json
import pathlib

import numpy as np

random = np.random.default_rng(1)


def image(mean, mix):
    return np.clip(np.array(mean) + random.standard_normal((48, 3)) @ np.array(mix).T, 0, 1).astype(np.float32).astype(float)


IMAGES = {
    'from': image([0.5, 0.4, 0.3], [[0.2, 0, 0], [0.1, 0.1, 0], [0, 0.05, 0.15]]),
    'to': image([0.3, 0.5, 0.7], [[0.1, 0.05, 0], [0.1, 0, 0.05], [0.15, 0, -0.1]]),
}


def root(m):
    values, vectors = np.linalg.eigh(m)
    return vectors @ np.diag(np.sqrt(values)) @ vectors.T


def maps(x, y):
    s, t = np.cov(x.T, bias=True), np.cov(y.T, bias=True)
    inverse = np.linalg.inv(root(s))
    return {
        'cholesky': np.linalg.cholesky(t) @ np.linalg.inv(np.linalg.cholesky(s)),
        'pca': root(t) @ inverse,
        'symmetric': inverse @ root(root(s) @ t @ root(s)) @ inverse,
    }


# NTSC, as in colorsys: I and Q as they are defined, and the exact inverse.
YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.275, -0.321], [0.212, -0.523, 0.311]])
XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
WHITE = XYZ.sum(1)


def to_lab(x):
    light = np.where(x <= 0.04045, x / 12.92, ((np.maximum(x, 0) + 0.055) / 1.055) ** 2.4)
    t = light @ XYZ.T / WHITE
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1)


def from_lab(lab):
    y = (lab[:, 0] + 16) / 116
    f = np.stack([y + lab[:, 1] / 500, y, y - lab[:, 2] / 200], 1)
    t = np.where(f > 6 / 29, f ** 3, (116 * f - 16) * 27 / 24389)
    light = (t * WHITE) @ np.linalg.inv(XYZ).T
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055)


SPACES = {
    'yiq': (lambda x: x @ YIQ.T, lambda v: v @ np.linalg.inv(YIQ).T),
    'lab': (to_lab, from_lab),
}


def joined(space, picture, content):
    there, back = SPACES[space]
    v = there(content)
    v[:, 0] = there(picture)[:, 0]
    return back(v)


def grey(space, style, content):
    there, back = SPACES[space]
    own, wanted = there(style)[:, 0], there(content)[:, 0]
    v = np.zeros_like(style)
    v[:, 0] = wanted.std() / own.std() * (own - own.mean()) + wanted.mean()
    return back(v)


x, y = IMAGES['from'], IMAGES['to']
out = {
    'images': {k: v.ravel().tolist() for k, v in IMAGES.items()},
    'maps': {k: {'a': a.ravel().tolist(), 'pixels': ((x - x.mean(0)) @ a.T + y.mean(0)).ravel().tolist()} for k, a in maps(x, y).items()},
    'joined': {s: joined(s, x, y).ravel().tolist() for s in SPACES},
    'grey': {s: grey(s, x, y).ravel().tolist() for s in SPACES},
}


def rounded(v):
    if isinstance(v, dict):
        return {k: rounded(w) for k, w in v.items()}
    return [float(f'{w:.9g}') for w in v]


pathlib.Path(__file__).with_name('colors.json').write_text(json.dumps(rounded(out), separators=(',', ':')) + '\n')
