#!/usr/bin/env python3
"""PyTorch's learning-rate schedules in 40 iterations from a rate of 0.3: writes rates.json beside this file.

Needs PyTorch (Debian: python3-torch).
"""
import json
import pathlib

import torch
from torch.optim import lr_scheduler as of

N, RATE, WARM = 40, 0.3, 7


def warm(then):
    """Linear from 1/(WARM + 1) of the rate over WARM iterations, then another schedule."""
    return lambda o: of.SequentialLR(o, [of.LinearLR(o, start_factor=1 / (WARM + 1), total_iters=WARM), then(o)], milestones=[WARM])


CASES = {
    'constant, warm-up': warm(lambda o: of.ConstantLR(o, factor=1)),
    'step': lambda o: of.StepLR(o, step_size=9, gamma=0.5),
    'exponential': lambda o: of.ExponentialLR(o, gamma=0.93),
    'exponential, warm-up': warm(lambda o: of.ExponentialLR(o, gamma=0.93)),
    'cosine': lambda o: of.CosineAnnealingLR(o, T_max=N),
    'cosine, lowest': lambda o: of.CosineAnnealingLR(o, T_max=N, eta_min=0.02),
    'cosine, warm-up': warm(lambda o: of.CosineAnnealingLR(o, T_max=N - WARM, eta_min=0.02)),
}


def rates(make):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=RATE)
    schedule, all_of = make(optimizer), []
    for _ in range(N):
        all_of.append(optimizer.param_groups[0]['lr'])
        optimizer.step()
        schedule.step()
    return all_of


pathlib.Path(__file__).with_name('rates.json').write_text(
    '{' + ',\n'.join(f'{json.dumps(name)}: {json.dumps(rates(make))}' for name, make in CASES.items()) + '}\n')
