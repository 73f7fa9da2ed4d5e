#!/usr/bin/env python3
"""Histogram matching of the pictures of histogram_test.go by numpy: writes histogram.json beside this file."""
import json
import pathlib

import numpy as np


def picture(h, w, k):
    i = np.arange(h * w * 3)
    return (((i * i * k + 7 * i) % 61).astype(np.float32) / np.float32(61)).reshape(-1, 3).astype(float)


a, b = picture(9, 8, 3), picture(11, 6, 5) ** 2
out = np.zeros_like(a)
for c in range(3):
    counts, edges = np.histogram(b[:, c], bins=100)
    values, inverse, n = np.unique(a[:, c], return_inverse=True, return_counts=True)
    ranks = np.cumsum(n) - (n - 1) / 2
    shares = np.concatenate([[0], np.cumsum(counts) / counts.sum()])
    for i, share in enumerate((ranks / len(a))[inverse]):
        k = next(k for k in range(100) if shares[k + 1] >= share - 1e-12)
        out[i, c] = edges[k] + (edges[k + 1] - edges[k]) * (share - shares[k]) / (shares[k + 1] - shares[k])
pathlib.Path(__file__).with_name('histogram.json').write_text(json.dumps(out.ravel().tolist()) + '\n')
