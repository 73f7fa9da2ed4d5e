"""Writes good/, small pictures of every kind that is read, and good.json, what
Pillow makes of a few of their pixels.

    cd testdata && python3 good.py

Those of 32 × 32 show the same four blocks, red, green / blue, white; most others
a gradient. With Pillow 9.4 (libtiff, libwebp) and tifffile 2023.2.
"""
import json
import os
import struct

import numpy as np
import tifffile
from PIL import Image, ImageOps

os.chdir("good")

# The blocks.
SIDE = 16
blocks = Image.new("RGB", (2 * SIDE, 2 * SIDE))
for i, colour in enumerate([(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]):
    blocks.paste(colour, (i % 2 * SIDE, i // 2 * SIDE, (i % 2 + 1) * SIDE, (i // 2 + 1) * SIDE))
exif = Image.Exif()
exif[0x0112] = 6  # stored on its side: to be turned by 90° clockwise
onside = blocks.transpose(Image.ROTATE_90)
onside.save("turned.jpg", quality=95, exif=exif)
onside.save("turned.png", exif=exif)
onside.save("turned.webp", lossless=True, exif=exif)
onside.save("turned.tif", compression="tiff_lzw", tiffinfo={274: 6})
blocks.save("blocks.webp", quality=95)
blocks.save("progressive.jpg", quality=95, progressive=True)
palette = blocks.quantize(4)
palette.save("palette.png", transparency=palette.getpixel((2 * SIDE - 1, 0)), bits=2)  # no green
first = blocks.quantize(4)
first.save("frames.gif", save_all=True, append_images=[Image.new("P", first.size, 1)], duration=100)

# A frame of the left two thirds, moved to column 5 and row 3 of a screen of 30 × 20.
h, w = 16, 24
y, x = np.mgrid[:h, :w]
rgb = np.stack([10 * x, 15 * y, 255 - 6 * (x + y)], -1).astype("u1")
picture = Image.fromarray(rgb)
frame = picture.crop((0, 0, 16, 16)).quantize(31)
frame.save("placed.gif", transparency=frame.getpixel((7, 7)), interlace=1)
gif = bytearray(open("placed.gif", "rb").read())
gif[6:10] = struct.pack("<HH", 30, 20)
at = gif.index(struct.pack("<BHHHH", 0x2C, 0, 0, 16, 16))
gif[at + 1 : at + 5] = struct.pack("<HH", 5, 3)
open("placed.gif", "wb").write(gif)
picture.quantize(64).save("still.gif")

grey, alpha = picture.convert("L"), Image.fromarray((255 - 10 * x).astype("u1"))
clear = picture.copy()
clear.putalpha(alpha)
palette = picture.quantize(40)
bilevel = grey.convert("1")

rgb16 = (rgb.astype("u2") * 256 + 7 * x[..., None] + y[..., None]).astype("u2")
grey16 = rgb16[..., 2]
alpha16 = (65535 - 2000 * x).astype("u2")

grey.save("grey.jpg", quality=95)
picture.save("chroma.jpg", quality=90)  # at half the resolution
# Full ink is 255 in Pillow's CMYK; the file holds it inverted, as Adobe's do.
Image.new("CMYK", (SIDE, SIDE), (255, 0, 0, 0)).save("cyan.jpg", quality=95)
Image.new("CMYK", (SIDE, SIDE), (51, 102, 153, 85)).save("ink.jpg", quality=100)

Image.fromarray(grey16).save("grey16.png")
clear.save("alpha.png")
Image.fromarray(np.dstack([np.asarray(grey), np.asarray(alpha)])).save("greyalpha.png")
bilevel.save("bilevel.png")

picture.save("lossy.webp", quality=90)
clear.save("lossyalpha.webp", quality=90)
clear.save("losslessalpha.webp", lossless=True, exact=True)
Image.new("RGB", (1200, 900), (9, 99, 199)).save("plain.webp", lossless=True)  # hardly a byte for its million pixels

picture.save("rgb.tif")
picture.save("packbits.tif", compression="packbits")
picture.save("predictor.tif", compression="tiff_lzw", tiffinfo={317: 2})
picture.save("deflate.tif", compression="tiff_adobe_deflate")
grey.save("grey.tif")
bilevel.save("bilevel.tif")
palette.save("palette.tif")
clear.save("alpha.tif")
Image.fromarray(grey16).save("grey16.tif")
tifffile.imwrite("rgb16.tif", rgb16, photometric="rgb", byteorder=">", metadata=None, software=False)
tifffile.imwrite("alpha16.tif", np.dstack([rgb16, alpha16]), photometric="rgb", extrasamples=["unassalpha"],
                 metadata=None, software=False, compression="zlib", predictor=True)
tifffile.imwrite("tiles.tif", rgb, photometric="rgb", tile=(16, 16), metadata=None, software=False, compression="zlib")
tifffile.imwrite("strips.tif", np.asarray(grey), photometric="miniswhite", rowsperstrip=5, metadata=None, software=False)

picture.save("rgb.bmp")
grey.save("grey.bmp")
palette.save("palette.bmp")
bilevel.save("bilevel.bmp")
clear.save("padded.bmp")  # 32 bits and the shortest header: the fourth is no alpha


def seen(name):
    """The picture as numbers in [0, 1], composited on white in float64."""
    if name in ("rgb16.tif", "alpha16.tif"):  # Pillow keeps 8 bits of these
        m = tifffile.imread(name) / 65535
    else:
        m = Image.open(name)
        if not name.endswith("tif"):  # which Pillow turns by itself
            m = ImageOps.exif_transpose(m)
        if m.mode in ("I;16", "I"):
            m = np.asarray(m) / 65535
            m = np.dstack([m, m, m])
        elif name == "padded.bmp" or m.mode in ("RGB", "CMYK"):
            m = np.asarray(m.convert("RGB")) / 255
        else:
            m = np.asarray(m.convert("RGBA")) / 255
    if m.shape[2] == 4:
        m = m[..., :3] * m[..., 3:] + 1 - m[..., 3:]
    return m


files = {}
for name in sorted(os.listdir(".")):
    m = seen(name)
    h, w = m.shape[:2]
    at = [(0, 0), (0, w - 1), (h - 1, 0), (h - 1, w - 1), (h // 2 + 3, w // 2 + 3), (h // 3, w // 5), (10, 13)]
    files[name] = {"h": h, "w": w, "pixels": [{"y": y, "x": x, "rgb": [round(float(v), 6) for v in m[y, x]]} for y, x in at]}

with open("../good.json", "w") as out:
    out.write("{\n" + ",\n".join(f'"{name}": {json.dumps(f)}' for name, f in files.items()) + "\n}\n")
