"""What PyTorch makes of a network with random weights that Go can make again: golden numbers without the weights.

Every number is a function of its tensor's name and its position, as in networktest.go. A golden file has, of each tap and of the
gradient for the picture of the sum over taps, in order from 1, of i·mean(output²): the shape [C, H, W], the largest magnitude,
and up to 31 of the numbers, evenly spaced.
"""
import json

import numpy as np
import torch


def uniform(name, n):
    """n numbers in [-0.5, 0.5): SplitMix64 from the FNV-1a hash of the name."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    with np.errstate(over='ignore'):
        z = np.uint64(seed) + np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / 2**24 - 0.5


def tensor(name, shape):
    """Kernels of He's variance, 2/fan-in; factors and variances about 1; biases and means about 0."""
    u = uniform(name, int(np.prod(shape)))
    if len(shape) == 4:
        u = u * np.sqrt(24 / np.prod(shape[1:]))
    elif name.endswith(('.weight', '.running_var')):
        u = u + 1
    return torch.tensor(u.astype(np.float32).astype(np.float64)).reshape(tuple(shape))


def picture(height, width):
    return (2 * torch.tensor(uniform('picture', 3 * height * width))).reshape(1, 3, height, width).float().double()


def load(model):
    """Fills a module's parameters and statistics, and makes it double and at rest."""
    state = {k: tensor(k, v.shape) if v.is_floating_point() else v for k, v in model.state_dict().items()}
    model = model.double().eval()
    model.load_state_dict(state)
    return model.requires_grad_(False)


def sample(x):
    x = x.detach()[0]
    flat = x.flatten()
    values = flat[::max(1, -(-len(flat) // 31))].tolist()
    return {'shape': list(x.shape), 'largest': float(f'{flat.abs().max():.9g}'), 'values': [float(f'{v:.9g}') for v in values]}


def write(path, cases):
    """cases: by name, (height, width, a function of the picture that returns its taps in order)."""
    golden = {}
    for name, (height, width, run) in cases.items():
        x = picture(height, width).requires_grad_()
        taps = run(x)
        sum(i * (o**2).mean() for i, o in enumerate(taps.values(), 1)).backward()
        golden[name] = {'height': height, 'width': width, 'taps': {k: sample(o) for k, o in taps.items()}, 'gradient': sample(x.grad)}
    rows = [f'{json.dumps(name)}: {{"height": {g["height"]}, "width": {g["width"]}, "gradient": {json.dumps(g["gradient"])}, "taps": {{\n'
            + ',\n'.join(f'{json.dumps(k)}: {json.dumps(v)}' for k, v in g['taps'].items()) + '}}' for name, g in golden.items()]
    with open(path, 'w') as f:
        f.write('{' + ',\n'.join(rows) + '}\n')
