#!/usr/bin/env python3
"""Makes reference.json: PyTorch's values and gradients of the histogram loss, in double precision.

    reference.py > reference.json

Features of a picture, [5, 7, 4], and of a style image, [6, 4, 4], channels last, are 3 sin(1 + 0.7 i + 0.01 i^2) and 3 cos(0.4 i) for the element i. Each
channel is remapped: positions are repeated until both images have 840, sorted, and a value goes to the style image's of the same rank (Risser et al. 2017,
arXiv:1701.08893; without bins). The remap has no gradient. squared is the mean of the squares; sum is that times the picture's elements.
"""
import json

import torch

C, N, M = 4, 35, 24


def repeated(x, n):
    return x.repeat_interleave(840 // n, dim=0)


def remap(x, y):
    order = torch.argsort(x, dim=0, stable=True)
    return torch.empty_like(x).scatter_(0, order, torch.sort(y, dim=0).values)


i = torch.arange(N * C, dtype=torch.double)
x = 3 * torch.sin(1 + 0.7 * i + 0.01 * i * i).reshape(N, C)
y = 3 * torch.cos(0.4 * torch.arange(M * C, dtype=torch.double)).reshape(M, C)
x.requires_grad = True
results = {}
for name, factor in {'squared': 1, 'sum': N * C}.items():
    copies = repeated(x, N)
    value = factor * ((copies - remap(copies.detach(), repeated(y, M))) ** 2).mean()
    gradient, = torch.autograd.grad(value, x)
    results[name] = {'value': value.item(), 'gradient': gradient.flatten().tolist()}
print(json.dumps({'pytorch': torch.__version__, **results}, indent=1))
