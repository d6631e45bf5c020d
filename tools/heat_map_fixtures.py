"""Normalises attributions with Captum, colours with matplotlib, grays with Pillow, and prints what they say as JSON.

python tools/heat_map_fixtures.py > test/fixtures/vision/heat-maps.json

Needs Captum, matplotlib and Pillow. Arrays are base64 of little-endian float32 or of bytes.
"""

import base64
import json

import matplotlib
import numpy as np
from captum.attr._utils.visualization import _normalize_attr
from matplotlib.colors import LinearSegmentedColormap
from PIL import Image

random = np.random.default_rng(7)


def text(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def colormaps():
    maps = {name: matplotlib.colormaps[name] for name in ("Greens", "Reds", "Blues")}
    maps["RdWhGn"] = LinearSegmentedColormap.from_list("RdWhGn", ["red", "white", "green"])
    return {name: text(cmap(np.arange(256), bytes=True)[:, :3]) for name, cmap in maps.items()}


def normalizations():
    """Heavy tails, so that outliers are clipped; one, two and three channels."""
    for channels, sign, outliers in [
        (1, "all", 2), (1, "positive", 2), (1, "negative", 2), (1, "absolute_value", 2),
        (3, "all", 50), (3, "positive", 0.5), (3, "negative", 10), (3, "absolute_value", 33.3), (2, "all", 99),
    ]:
        attributions = (random.standard_normal((channels, 9, 11)) ** 3).astype(np.float32)
        combined = np.sum(attributions.transpose(1, 2, 0), axis=2)
        yield {
            "shape": attributions.shape,
            "sign": sign,
            "outlier_perc": outliers,
            "attributions": text(attributions),
            "expected": text(_normalize_attr(combined, sign, outliers)),
        }


def grays():
    """Every corner of each mode, then noise."""
    noise = random.integers(0, 256, (6, 7, 4), dtype=np.uint8)
    deep = np.array([[0, 1, 254, 255, 256, 257, 32767, 32768, 65535]], dtype=np.uint16)
    with_palette = Image.fromarray(noise[..., 0] % 50, "P")
    with_palette.putpalette(noise.reshape(-1)[:120].tobytes())
    pictures = {
        "1": Image.fromarray(noise[..., 0]).convert("1"),
        "L": Image.fromarray(noise[..., 0]),
        "LA": Image.fromarray(noise[..., :2].copy(), "LA"),
        "P": with_palette,
        "RGB": Image.fromarray(noise[..., :3].copy()),
        "RGBA": Image.fromarray(noise),
        "I;16": Image.fromarray(deep),
    }
    for mode, picture in pictures.items():
        assert picture.mode == mode
        samples = np.array(picture)
        yield {
            "mode": mode,
            "size": picture.size,
            "samples": text(samples * np.uint8(255) if mode == "1" else samples),
            "palette": text(np.array(picture.getpalette(), dtype=np.uint8)) if mode == "P" else None,
            "expected": text(np.array(picture.convert("L"))),
        }


print(json.dumps({"colormaps": colormaps(), "normalizations": list(normalizations()), "grays": list(grays())}, indent=1))
