#!/usr/bin/env python3
"""Traces of PyTorch's optimisers on f(x) = sum(a * (x - b)**4) + 3 sin(x0 x1): writes trace.json beside this file.

Needs PyTorch (Debian: python3-torch).
"""
import json
import pathlib

import torch

A, B, START = [1.0, 10.0, 0.1, 3.0], [0.5, -0.25, 2.0, 0.0], [0.0, 0.0, 0.0, 1.0]
CASES = {
    'adam': lambda p: torch.optim.Adam(p, lr=0.05),
    'adam, other options': lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-3),
    'momentum': lambda p: torch.optim.SGD(p, lr=0.003, momentum=0.9),
    'nesterov': lambda p: torch.optim.SGD(p, lr=0.003, momentum=0.7, nesterov=True),
}


def trace(make):
    x = torch.tensor(START, requires_grad=True)
    a, b = torch.tensor(A), torch.tensor(B)
    optimizer, rows = make([x]), []
    for _ in range(40):
        optimizer.zero_grad()
        loss = (a * (x - b) ** 4).sum() + 3 * torch.sin(x[0] * x[1])
        loss.backward()
        rows.append({'loss': loss.item(), 'x': x.detach().tolist()})
        optimizer.step()
    return rows


pathlib.Path(__file__).with_name('trace.json').write_text(
    json.dumps({'torch': torch.__version__, 'traces': {name: trace(make) for name, make in CASES.items()}}, indent=1))
