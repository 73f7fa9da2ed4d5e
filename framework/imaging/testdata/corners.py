"""Writes corners.json: what PyTorch makes of small pictures, for TestCornerWindowsArePyTorchs.

    python3 corners.py > corners.json

In float64, so that PyTorch's rounding of positions to float32 is no part of it.
"""
import json

import torch
from torch.nn.functional import interpolate

SIZES = [  # from and to, height × width
    ((5, 7), (10, 14)), ((5, 7), (3, 4)), ((17, 23), (5, 3)), ((4, 4), (4, 4)), ((1, 1), (3, 2)),
    ((2, 3), (7, 1)), ((37, 2), (1, 5)), ((12, 9), (6, 4)), ((9, 12), (20, 12)), ((13, 17), (7, 11)),
]

torch.manual_seed(1)
cases = []
for (h, w), to in SIZES:
    source = (torch.randn(h, w) + 0.5).double()  # partly outside [0, 1]
    resized = interpolate(source[None, None], to, mode="bilinear", align_corners=True)
    cases.append({
        "h": h, "w": w, "source": source.ravel().tolist(),
        "h2": to[0], "w2": to[1], "resized": [round(v, 9) for v in resized.ravel().tolist()],
    })
print(json.dumps({"torch": torch.__version__, "cases": cases}))
