#!/usr/bin/env python3
"""Makes reference.json: PyTorch's values and gradients of the losses on moments, in double precision.

    reference.py > reference.json

Features of a picture, [5, 7, 4], and of a style image, [6, 4, 4], channels last, are 3 sin(1 + 0.7 i + 0.01 i^2) and 3 cos(0.4 i) for the element i. bn is
the loss on batch-norm statistics of Li et al. (arXiv:1701.01036, section 4.1); cmd that of Kalischek et al. (arXiv:2103.07208, equation 5, as their program
has it: sigmoid, orders 1 to 5 with equal weights, norms not squared).
"""
import json

import torch


def bn(x, y):
    deviations = [torch.std(z, dim=0, unbiased=False) for z in (x, y)]
    return ((x.mean(0) - y.mean(0)) ** 2).mean() + ((deviations[0] - deviations[1]) ** 2).mean()


def cmd(x, y):
    x, y = torch.sigmoid(x), torch.sigmoid(y)
    total = torch.linalg.norm(x.mean(0) - y.mean(0))
    for order in range(2, 6):
        total = total + torch.linalg.norm(((x - x.mean(0)) ** order).mean(0) - ((y - y.mean(0)) ** order).mean(0))
    return total


i = torch.arange(5 * 7 * 4, dtype=torch.double)
x = 3 * torch.sin(1 + 0.7 * i + 0.01 * i * i).reshape(35, 4)
y = 3 * torch.cos(0.4 * torch.arange(6 * 4 * 4, dtype=torch.double)).reshape(24, 4)
x.requires_grad = True
results = {}
for name, loss in {'bn': bn, 'cmd': cmd}.items():
    value = loss(x, y)
    gradient, = torch.autograd.grad(value, x)
    results[name] = {'value': value.item(), 'gradient': gradient.flatten().tolist()}
print(json.dumps({'pytorch': torch.__version__, **results}, indent=1))
