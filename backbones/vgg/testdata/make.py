#!/usr/bin/env python3
"""Golden numbers of a narrow VGG-11 whose convolutions pad otherwise than by zeros: writes padding.json beside this file.

Needs PyTorch (Debian: python3-torch).
"""
import pathlib
import sys

import torch
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE / '../../network/networktest'))
import golden  # noqa: E402

CONVS, WIDTHS = (1, 1, 2, 2, 2), (4, 6, 8, 8, 8)


def run(first, others):
    def taps(x):
        out, channels = {}, 3
        for block, (n, width) in enumerate(zip(CONVS, WIDTHS), 1):
            for i in range(1, n + 1):
                name, border = f'conv{block}_{i}', others if out else first
                border = 'constant' if border == 'zero' else border
                x = F.conv2d(F.pad(x, [1] * 4, mode=border), golden.tensor(name + '.weight', (width, channels, 3, 3)), golden.tensor(name + '.bias', (width,)))
                out[name], channels = x, width
                x = out[f'relu{block}_{i}'] = F.relu(x)
            x = out[f'pool{block}'] = F.max_pool2d(x, 2)
        return out
    return taps


golden.write(HERE / 'padding.json', {
    f'{first}, {others}': (37, 34, run(first, others))
    for first, others in [('zero', 'zero'), ('reflect', 'reflect'), ('replicate', 'replicate'), ('replicate', 'zero'), ('replicate', 'reflect')]})
