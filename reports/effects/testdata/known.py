"""Writes known.json, which known_test.go compares with.

Made with Python 3 and scipy 1.17.1: python known.py > known.json
"""
import itertools
import json

import numpy as np
from scipy import stats

rng = np.random.default_rng(7)


def exact(data, statistic, alternative):
    return float(stats.permutation_test(
        data, statistic, permutation_type="samples", n_resamples=np.inf, alternative=alternative, vectorized=False).pvalue)


def interval(d):
    """The shifts that the sign-flip test does not reject at 5%, by bisection of its p."""
    d = np.array(d)
    signs = np.array(list(itertools.product([-1, 1], repeat=len(d))))

    def p(shift):
        e = d - shift
        return np.mean(np.abs(signs @ e) >= abs(e.sum()) - 1e-9 * np.abs(e).sum())

    def edge(inside, outside):
        for _ in range(100):
            middle = (inside + outside) / 2
            if p(middle) > 0.05:
                inside = middle
            else:
                outside = middle
        return inside

    spread = d.max() - d.min() + 1
    return [edge(d.mean(), d.min() - spread), edge(d.mean(), d.max() + spread)]


flips = []
for n, shift in [(3, 1), (5, 2), (6, 1), (8, 0), (8, 0.7), (8, 3), (10, 0.5), (12, -0.6)]:
    d = np.round(rng.standard_t(2, n) + shift, 3).tolist()
    row = {"d": d, "p": exact((d,), np.mean, "two-sided")}
    row["hodges_lehmann"] = float(np.median([(d[i] + d[j]) / 2 for i in range(n) for j in range(i, n)]))
    if n >= 6:
        row["interval"] = interval(d)
    flips.append(row)

orders = []
for n, k, effect in [(5, 3, 0), (5, 3, 1), (4, 4, 0.8), (6, 3, 0.7), (3, 4, 1)]:
    values = np.round(rng.normal(size=(n, k)) + effect * np.arange(k), 1)
    statistic = lambda *columns: float(np.sum((np.apply_along_axis(
        stats.rankdata, 1, np.array(columns).T) - (k + 1) / 2).sum(axis=0) ** 2))
    orders.append({"values": values.tolist(), "p": exact(tuple(values.T), statistic, "greater")})

correlations = []
for n in [3, 4, 5, 9]:
    x = np.round(rng.normal(size=n), 1).tolist()
    y = np.round(rng.normal(size=n), 1).tolist()
    correlations.append({"x": x, "y": y, "rho": float(stats.spearmanr(x, y).statistic)})

json.dump({"flips": flips, "orders": orders, "correlations": correlations}, open("/dev/stdout", "w"), indent=1)
