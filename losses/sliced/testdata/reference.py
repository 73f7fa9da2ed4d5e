#!/usr/bin/env python3
"""Makes reference.json: PyTorch's sliced Wasserstein distances and gradients, in double precision.

    reference.py > reference.json

Features of a picture, [5, 7, 4], and of a style image, [6, 4, 4], channels last, are 3 sin(1 + 0.7 i + 0.01 i^2) and 3 cos(0.4 i) for the element i. The
directions are the columns of a formula, normalised. equal compares the picture with the first 35 positions of 3 cos(0.4 i): projections sorted, mean
squared difference (Heitz et al. 2021). unequal compares it with the style image's 24: each position is repeated until both are 840.
"""
import json

import torch

C, K = 4, 6


def distance(x, y, directions):
    def slices(z, times):
        return torch.sort(torch.repeat_interleave(directions @ z.T, times, dim=1)).values

    count = torch.lcm(torch.tensor(len(x)), torch.tensor(len(y))).item()
    return ((slices(x, count // len(x)) - slices(y, count // len(y))) ** 2).mean()


def style(n):
    return 3 * torch.cos(0.4 * torch.arange(n * C, dtype=torch.double)).reshape(n, C)


i = torch.arange(5 * 7 * C, dtype=torch.double)
x = 3 * torch.sin(1 + 0.7 * i + 0.01 * i * i).reshape(35, C)
x.requires_grad = True
directions = torch.cos(1 + torch.arange(K * C, dtype=torch.double) ** 2).reshape(K, C)
directions = directions / torch.linalg.norm(directions, dim=1, keepdim=True)
results = {'directions': directions.flatten().tolist()}
for name, y in {'equal': style(35), 'unequal': style(24)}.items():
    value = distance(x, y, directions)
    gradient, = torch.autograd.grad(value, x)
    results[name] = {'value': value.item(), 'gradient': gradient.flatten().tolist()}
print(json.dumps({'pytorch': torch.__version__, **results}, indent=1))
