#!/usr/bin/env python3
"""PyTorch's optimisers, step by step and by what they reach: writes trace.json and paths.json beside this file.

traces: x and the loss before each step, on f(x) = sum(a * (x - b)**4) + 3 sin(x0 x1).
searches: L-BFGS with a line search on three functions: the loss at the start and at the end, and the evaluations until
it had fallen to a millionth of its start above the minimum, 0.
paths: L-BFGS step by step on functions of 50 numbers, by the evaluations of each search too.

In double precision: in single, L-BFGS with a history of 3 is off by 1.5e-5 after 27 steps. Needs PyTorch (Debian: python3-torch).
"""
import json
import pathlib

import torch

torch.set_default_dtype(torch.float64)
A, B, START = [1.0, 10.0, 0.1, 3.0], [0.5, -0.25, 2.0, 0.0], [0.0, 0.0, 0.0, 1.0]


def fixed_step(lr, history):
    """L-BFGS whose step() is one major iteration and which never stops."""
    return lambda p: torch.optim.LBFGS(p, lr=lr, history_size=history, max_iter=1, tolerance_grad=0, tolerance_change=0)


CASES = {
    'adagrad': (40, lambda p: torch.optim.Adagrad(p, lr=0.1)),
    'adagrad, other options': (40, lambda p: torch.optim.Adagrad(p, lr=0.1, lr_decay=0.05, initial_accumulator_value=0.5, eps=1e-2)),
    'adam': (40, lambda p: torch.optim.Adam(p, lr=0.05)),
    'adam, other options': (40, lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-3)),
    'adamw': (40, lambda p: torch.optim.AdamW(p, lr=0.05)),
    'adamw, other options': (40, lambda p: torch.optim.AdamW(p, lr=0.02, betas=(0.8, 0.95), eps=1e-3, weight_decay=2)),
    'momentum': (40, lambda p: torch.optim.SGD(p, lr=0.003, momentum=0.9)),
    'nesterov': (40, lambda p: torch.optim.SGD(p, lr=0.003, momentum=0.7, nesterov=True)),
    'rmsprop': (40, lambda p: torch.optim.RMSprop(p, lr=0.02)),
    'rmsprop, other options': (40, lambda p: torch.optim.RMSprop(p, lr=0.02, alpha=0.9, eps=1e-2)),
    'rmsprop, momentum': (40, lambda p: torch.optim.RMSprop(p, lr=0.005, momentum=0.7)),
    'rmsprop, centered': (40, lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, centered=True)),
    'rmsprop, centered, momentum': (40, lambda p: torch.optim.RMSprop(p, lr=0.005, alpha=0.95, momentum=0.5, centered=True)),
    'lbfgs, fixed step': (30, fixed_step(0.5, 10)),
    'lbfgs, fixed step, history 3': (30, fixed_step(0.5, 3)),
}


def trace(steps, make):
    x = torch.tensor(START, requires_grad=True)
    a, b = torch.tensor(A), torch.tensor(B)
    optimizer, rows = make([x]), []

    def closure():
        optimizer.zero_grad()
        loss = (a * (x - b) ** 4).sum() + 3 * torch.sin(x[0] * x[1])
        loss.backward()
        return loss

    for _ in range(steps):
        before = x.detach().tolist()
        rows.append({'loss': optimizer.step(closure).item(), 'x': before})
    return rows


N = 50
SPREAD = torch.arange(N) / (N - 1)
FUNCTIONS = {
    'quartic': (lambda x: ((1 + 9 * SPREAD) * x ** 4).sum(), 1 + SPREAD),
    'rosenbrock': (lambda x: (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum(),
                   torch.tensor([-1.2, 1.0] * (N // 2))),
    'badly scaled quadratic': (lambda x: (10 ** (4 * SPREAD) * x ** 2).sum() / 2, 1 + SPREAD),
}


def search(f, start):
    x = start.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([x], lr=1, history_size=10, max_iter=1000, max_eval=2000, tolerance_grad=0,
                                  tolerance_change=1e-12, line_search_fn='strong_wolfe')
    losses = []

    def closure():
        optimizer.zero_grad()
        loss = f(x)
        loss.backward()
        losses.append(loss.item())
        return loss

    optimizer.step(closure)
    reached = next(i + 1 for i, loss in enumerate(losses) if loss <= 1e-6 * losses[0])
    return {'start': losses[0], 'end': min(losses), 'evaluations': reached}


def path(f, start, rate, line_search):
    """40 steps of L-BFGS: some numbers of x before the step, the loss there, the evaluations of the step."""
    x = start.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([x], lr=rate, history_size=10, max_iter=1, max_eval=1000, tolerance_grad=0, line_search_fn=line_search)
    rows, calls = [], 0

    def closure():
        nonlocal calls
        calls += 1
        optimizer.zero_grad()
        loss = f(x)
        loss.backward()
        return loss

    for _ in range(40):
        before, calls = x.detach().tolist()[::7], 0
        rows.append({'loss': optimizer.step(closure).item(), 'x': before, 'evaluations': calls})
    return rows


def quadratic(decades):
    return lambda x: (10 ** (decades * SPREAD) * x ** 2).sum() / 2


def funnel(decades, width):
    """Not convex: beyond the width it curves down along every ray."""
    return lambda x: width * torch.log(1 + quadratic(decades)(x) / width)


# Chosen so that PyTorch's own paths in single and double precision agree to 1e-5: elsewhere rounding decides between steps.
AHEAD, NEAR, ROSENBROCK = 1 + SPREAD, 1 + 0.2 * torch.sin(5 * torch.arange(N)), FUNCTIONS['rosenbrock'][0]
PATHS = {
    'quadratic, none': (quadratic(1.5), AHEAD, 0.3, None),
    'quadratic, torch': (quadratic(2), AHEAD, 1, 'strong_wolfe'),
    'quadratic, torch, long steps': (quadratic(2), AHEAD, 30, 'strong_wolfe'),
    'rosenbrock, none': (ROSENBROCK, NEAR, 0.1, None),
    'rosenbrock, torch': (ROSENBROCK, NEAR, 0.1, 'strong_wolfe'),
    'funnel, none': (funnel(1.5, 100), AHEAD, 0.1, None),
    'funnel, torch': (funnel(2, 20), AHEAD, 30, 'strong_wolfe'),
}
rows = {name: path(*case) for name, case in PATHS.items()}
pathlib.Path(__file__).with_name('paths.json').write_text(
    '{' + ',\n'.join(f'{json.dumps(name)}: [\n' + ',\n'.join(map(json.dumps, r)) + ']' for name, r in rows.items()) + '}\n')

pathlib.Path(__file__).with_name('trace.json').write_text(json.dumps({
    'torch': torch.__version__,
    'traces': {name: trace(*case) for name, case in CASES.items()},
    'searches': {name: search(*case) for name, case in FUNCTIONS.items()},
}, indent=1))
