"""Writes resize.json: what Pillow makes of small pictures, for TestResampleIsPillow.

    python3 resize.py > resize.json

Mode "F" is float32 from end to end, so that no rounding to 8 bits hides a difference.
"""
import json

import numpy
import PIL
from PIL import Image

SIZES = [  # from and to, height × width
    ((5, 7), (10, 14)), ((5, 7), (3, 4)), ((17, 23), (5, 3)), ((4, 4), (4, 4)), ((1, 1), (3, 2)),
    ((2, 3), (7, 1)), ((37, 2), (1, 5)), ((12, 9), (12, 4)), ((9, 12), (20, 12)), ((30, 45), (7, 11)),
]

random = numpy.random.default_rng(1)
cases = []
for (h, w), (h2, w2) in SIZES:
    source = random.normal(0.5, 1, (h, w)).astype("f4")  # partly outside [0, 1]
    resized = Image.fromarray(source).resize((w2, h2), Image.BICUBIC)
    assert resized.mode == "F"
    cases.append({
        "h": h, "w": w, "source": [float(v) for v in source.ravel()],
        "h2": h2, "w2": w2, "resized": [float(v) for v in numpy.asarray(resized).ravel()],
    })
print(json.dumps({"pillow": PIL.__version__, "cases": cases}))
