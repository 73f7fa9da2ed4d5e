#!/usr/bin/env python3
"""Makes reference.json: PyTorch's values and gradients of maximum mean discrepancies, in double precision, by all pairs.

    reference.py > reference.json

Features of a picture, [5, 7, 4], and of a style image, [6, 4, 4], channels last, are 3 sin(1 + 0.7 i + 0.01 i^2) and 3 cos(0.4 i) for the element i. The
discrepancy is the mean of the kernel over all pairs within each image less twice that between them, divided by the channels for linear, by their
square for poly (offset 1.5). The Gaussian has sigma^2 = 8.
"""
import json

import torch

C = 4
KERNELS = {
    'linear': lambda x, y: x @ y.T / C,
    'poly': lambda x, y: (x @ y.T + 1.5) ** 2 / C ** 2,
    'gaussian': lambda x, y: torch.exp(-((x[:, None] - y[None]) ** 2).sum(2) / (2 * 8)),
}

i = torch.arange(5 * 7 * C, dtype=torch.double)
x = 3 * torch.sin(1 + 0.7 * i + 0.01 * i * i).reshape(35, C)
y = 3 * torch.cos(0.4 * torch.arange(6 * 4 * C, dtype=torch.double)).reshape(24, C)
x.requires_grad = True
results = {}
for name, k in KERNELS.items():
    value = k(x, x).mean() + k(y, y).mean() - 2 * k(x, y).mean()
    gradient, = torch.autograd.grad(value, x)
    results[name] = {'value': value.item(), 'gradient': gradient.flatten().tolist()}
print(json.dumps({'pytorch': torch.__version__, **results}, indent=1))
