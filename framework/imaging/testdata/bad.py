"""Writes bad/: files that are refused, a few hundred bytes each. TestDecodeRefuses
says with which error.

    cd testdata && python3 bad.py       (after good.py)
"""
import io
import os
import struct
import zlib

import numpy as np
import tifffile
from PIL import Image

picture = Image.open("good/rgb.tif").convert("RGB")


def write(name, data):
    with open(os.path.join("bad", name), "wb") as f:
        f.write(data)


def saved(kind, m=picture, **options):
    b = io.BytesIO()
    m.save(b, kind, **options)
    return b.getvalue()


def put(data, at, values):
    return data[:at] + values + data[at + len(values) :]


# None of the formats.
write("empty.png", b"")
write("text.png", b"hello, this is no picture\n")
write("page.jpg", b"\n<!DOCTYPE html><title>404</title>\n")
write("pointer.png", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n")
write("photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0heicmif1")

# PNG.
png = saved("PNG")


def png_size(w, h):
    head = png[12:16] + struct.pack(">II", w, h) + png[24:29]
    return put(png, 12, head + struct.pack(">I", zlib.crc32(head)))


write("cut.png", png[:-40])
write("checksum.png", put(png, 60, b"\0\0\0"))
write("huge.png", png_size(20_000, 5_001))
write("promise.png", png_size(10_000, 10_000))
write("nothing.png", png_size(0, 5))

# JPEG: the size is four bytes, five past the start-of-frame marker.
jpeg = saved("JPEG", quality=50)
frame = jpeg.index(b"\xff\xc0") + 5
write("cut.jpg", jpeg[:-40])
write("ended.jpg", jpeg[:-40] + b"\xff\xd9")  # as if that were all
write("huge.jpg", put(jpeg, frame, struct.pack(">HH", 65535, 65535)))
write("promise.jpg", put(jpeg, frame, struct.pack(">HH", 9000, 9000)))
write("lossless.jpg", put(jpeg, frame - 5, b"\xff\xc3"))

# WebP.
lossy, lossless = saved("WEBP"), saved("WEBP", lossless=True)
vp8 = lossy.index(b"\x9d\x01\x2a") + 3
write("cut.webp", lossy[:-20])
write("promise.webp", put(lossy, vp8, struct.pack("<HH", 10_000, 10_000)))
write("huge.webp", put(lossy, vp8, struct.pack("<HH", 16383, 16383)))
vp8l = lossless.index(b"\x2f", 16) + 1
size = struct.pack("<I", 9_999 | 9_999 << 14)
write("noise.webp", put(put(lossless, vp8l, size), vp8l + 4, b"\xff" * 40))
small = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + b"\x07\0\0" + b"\x07\0\0"
body = b"WEBP" + small + put(lossless, vp8l, size)[12:]
write("canvas.webp", b"RIFF" + struct.pack("<I", len(body)) + body)  # 8 × 8, but 10 000 × 10 000 inside
write("animated.webp", saved("WEBP", save_all=True, append_images=[picture.rotate(180)]))


# TIFF: as tag, type (3 SHORT, 4 LONG), count and value; the data at the end.
def tiff(entries, data=b"", order="<"):
    start = 8 + 2 + 12 * len(entries) + 4
    out = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, len(entries))
    for tag, kind, value in sorted(entries):
        value = start if value == "data" else value
        out += struct.pack(order + ("HHIHH" if kind == 3 else "HHII"), *(tag, kind, 1, value, 0)[: 5 if kind == 3 else 4])
    return out + bytes(4) + data


def grey(w, h, *more, data=bytes(64)):
    entries = {t: (t, k, v) for t, k, v in [
        (256, 4, w), (257, 4, h), (258, 3, 8), (259, 3, 1), (262, 3, 1),
        (273, 4, "data"), (278, 4, h), (279, 4, len(data)), *more]}
    return tiff(list(entries.values()), data)


tif = saved("TIFF", compression="tiff_lzw")
write("cut.tif", tif[:-150])
write("strips.tif", grey(8, 8, (279, 4, 0xFFFFFFF0)))
write("offset.tif", grey(8, 8, (273, 4, 0xFFFFFFF0)))
write("short.tif", grey(8, 8, data=bytes(30)))
write("directory.tif", put(grey(8, 8), 4, struct.pack("<I", 0xFFFFFFF0)))
write("entries.tif", put(grey(8, 8), 8, b"\xff\xff"))
write("nothing.tif", grey(0, 8))
write("huge.tif", grey(1 << 20, 1 << 20))
write("promise.tif", grey(10_000, 10_000, (258, 3, 16)))
write("tiles.tif", grey(1, 90_000, (322, 4, 17), (323, 4, 90_016_000), (324, 4, 8), (325, 4, 60)))
write("deflate.tif", grey(8, 8, (259, 3, 8), data=zlib.compress(bytes(range(64)))[:-30]))
write("colours.tif", saved("TIFF", picture.convert("CMYK").crop((0, 0, 4, 4))))
write("jpeg.tif", grey(8, 8, (259, 3, 7)))
write("fax.tif", saved("TIFF", picture.convert("1"), compression="group4"))
write("planes.tif", grey(8, 8, (284, 3, 2)))
write("predictor.tif", grey(8, 8, (317, 3, 3)))
write("order.tif", grey(8, 8, (266, 3, 2)))
write("bits.tif", grey(8, 8, (258, 3, 4)))
rgb = np.asarray(picture)
tifffile.imwrite("bad/float.tif", rgb[:4, :4].astype("f4"), photometric="rgb", metadata=None, software=False)
tifffile.imwrite("bad/big.tif", rgb[:4, :4], photometric="rgb", metadata=None, software=False, bigtiff=True)

# BMP.
bmp = saved("BMP", picture.crop((0, 0, 8, 8)))
write("cut.bmp", bmp[:-20])
write("header.bmp", bmp[:20])
write("huge.bmp", put(bmp, 18, struct.pack("<ii", 1 << 30, 1 << 30)))
write("promise.bmp", put(bmp, 18, struct.pack("<ii", 9000, 9000)))
write("rle.bmp", put(put(bmp, 28, b"\x08\0"), 30, b"\x01\0\0\0"))
write("offset.bmp", put(bmp, 10, b"\xff\xff\0\0"))
v4 = struct.pack("<IiiHHIIiiII", 108, 4, 4, 1, 32, 0, 64, 0, 0, 0, 0) + bytes(68)
write("padded.bmp", b"BM" + struct.pack("<IHHI", 14 + 108 + 64, 0, 0, 14 + 108) + v4 + b"\x10\x20\x30\0" * 16)

# GIF.
gif = saved("GIF", picture.crop((0, 0, 8, 8)).quantize(8))
image = gif.index(struct.pack("<BHHHH", 0x2C, 0, 0, 8, 8))
write("cut.gif", gif[:-10])
write("header.gif", gif[:9])
write("huge.gif", put(gif, 6, b"\xff" * 4))
write("sparse.gif", put(gif, 6, struct.pack("<HH", 9000, 9000)))
write("outside.gif", put(gif, image + 1, struct.pack("<HH", 5, 5)))
write("palette.gif", put(gif, 10, bytes([gif[10] & 0x7F])))
write("frameless.gif", gif[:image] + b"\x3b")
