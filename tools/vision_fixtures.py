"""Writes pictures of every kind, and what Pillow and torchvision make of them, to test/fixtures/vision/.

python tools/vision_fixtures.py

Needs Pillow 13, torch and torchvision. Samples are base64, little-endian. The pictures themselves are PNG files written
here, since Pillow writes neither interlaced ones nor all depths, and JPEG files written by Pillow.
"""

import base64
import io
import json
import pathlib
import struct
import warnings
import zlib

import numpy as np
import PIL
import torch
import torchvision
from PIL import Image
from torchvision import transforms as T

warnings.simplefilter("ignore")
random = np.random.default_rng(20)
folder = pathlib.Path(__file__).parent.parent / "test" / "fixtures" / "vision"
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed_rows(samples, depth):
    """Rows of [h, w, channels] samples as bytes."""
    if depth >= 8:
        return [row.astype(f">u{depth // 8}").tobytes() for row in samples]
    bits = np.unpackbits(samples.astype(np.uint8)[..., None], axis=-1)[..., 8 - depth :]
    return [np.packbits(row.ravel()).tobytes() for row in bits]


def filtered(rows, pixel_bytes):
    """Every row under another of the five filters."""
    above, out = None, b""
    for number, row in enumerate(rows):
        kind = int(random.integers(5)) if number else number
        prior = np.frombuffer(above or bytes(len(row)), np.uint8).astype(int)
        here = np.frombuffer(row, np.uint8).astype(int)
        left = np.concatenate([np.zeros(pixel_bytes, int), here])[: len(here)]
        corner = np.concatenate([np.zeros(pixel_bytes, int), prior])[: len(here)]
        guess = left + prior - corner
        distances = np.abs(np.stack([guess - left, guess - prior, guess - corner]))
        paeth = np.choose(np.argmin(distances, axis=0), [left, prior, corner])
        predicted = [0, left, prior, (left + prior) // 2, paeth][kind]
        out += bytes([kind]) + ((here - predicted) % 256).astype(np.uint8).tobytes()
        above = row
    return out


def png(samples, depth, color_type, extra=b"", interlaced=False, parts=1):
    height, width = samples.shape[:2]
    samples = samples.reshape(height, width, SAMPLES[color_type])
    pixel_bytes = max(1, SAMPLES[color_type] * depth // 8)
    passes = [samples[y::dy, x::dx] for x, y, dx, dy in ADAM7] if interlaced else [samples]
    raw = b"".join(filtered(packed_rows(p, depth), pixel_bytes) for p in passes if p.size)
    data = zlib.compress(raw, 9)
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    cuts = [len(data) * i // parts for i in range(parts + 1)]
    idat = b"".join(chunk(b"IDAT", data[a:b]) for a, b in zip(cuts, cuts[1:]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + idat + chunk(b"IEND", b"")


def noise(height, width, channels, depth):
    """Half of it flat, so that every filter and every rounding is met."""
    x = random.integers(0, 2**depth, (height, width, channels))
    x[: height // 2] = (x[: height // 2, :1] * np.linspace(0, 1, width)[:, None]).astype(int)
    return x


def jpeg(channels, width=29, height=21, **options):
    y, x, c = np.mgrid[:height, :width, :channels]
    waves = 127 + 120 * np.sin(x / 4 + c) * np.cos(y / 3 - c) + random.normal(0, 12, (height, width, channels))
    image = Image.fromarray(np.clip(waves, 0, 255).astype(np.uint8).squeeze())
    file = io.BytesIO()
    image.save(file, "JPEG", **options)
    return file.getvalue()


def pictures():
    palette = chunk(b"PLTE", random.integers(0, 256, 48).astype(np.uint8).tobytes())
    full_palette = chunk(b"PLTE", random.integers(0, 256, 768).astype(np.uint8).tobytes())
    opacity = chunk(b"tRNS", random.integers(0, 256, 9).astype(np.uint8).tobytes())
    files = {}
    for name, depth, color_type, extra in [
        ("gray-1", 1, 0, b""),
        ("gray-2", 2, 0, b""),
        ("gray-4", 4, 0, b""),
        ("gray-8", 8, 0, b""),
        ("gray-16", 16, 0, b""),
        ("gray-8-transparent", 8, 0, chunk(b"tRNS", b"\0\7")),
        ("rgb-8", 8, 2, b""),
        ("rgb-16", 16, 2, b""),
        ("rgb-8-gamma", 8, 2, chunk(b"gAMA", struct.pack(">I", 45455)) + chunk(b"tEXt", b"Title\0x")),
        ("palette-1", 1, 3, palette),
        ("palette-2", 2, 3, palette),
        ("palette-4", 4, 3, palette),
        ("palette-8", 8, 3, full_palette),
        ("palette-8-short", 8, 3, palette),
        ("palette-4-transparent", 4, 3, palette + opacity),
        ("gray-alpha-8", 8, 4, b""),
        ("gray-alpha-16", 16, 4, b""),
        ("rgba-8", 8, 6, b""),
        ("rgba-16", 16, 6, b""),
    ]:
        samples = noise(13, 19, SAMPLES[color_type], depth)
        files[f"{name}.png"] = png(samples, depth, color_type, extra, parts=1 + len(files) % 3)
        files[f"{name}-interlaced.png"] = png(samples, depth, color_type, extra, interlaced=True)
    files["one-pixel-interlaced.png"] = png(noise(1, 1, 1, 8), 8, 0, interlaced=True)
    files["gray.jpg"] = jpeg(1, quality=85)
    files["gray-28.jpg"] = jpeg(1, 28, 28, quality=50)
    files["gray-restarts.jpg"] = jpeg(1, quality=85, restart_marker_blocks=5)
    files["gray-progressive.jpg"] = jpeg(1, quality=85, progressive=True)
    for subsampling in ["4:4:4", "4:2:2", "4:2:0"]:
        files[f"color-{subsampling.replace(':', '')}.jpg"] = jpeg(3, quality=80, subsampling=subsampling)
    files["color-progressive.jpg"] = jpeg(3, quality=80, progressive=True)
    files["color-restarts.jpg"] = jpeg(3, quality=80, restart_marker_blocks=2)
    files["color-optimized.jpg"] = jpeg(3, quality=60, optimize=True, comment="a comment")
    files["color-rgb.jpg"] = jpeg(3, quality=80, keep_rgb=True, subsampling="4:4:4")
    files["color-narrow.jpg"] = jpeg(3, 3, 40, quality=80)
    files["color-pixel.jpg"] = jpeg(3, 1, 1, quality=80)
    return files


def encoded(array):
    return base64.b64encode(np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()).decode()


def samples_of(image):
    array = np.array(image)
    return encoded(array.astype(np.uint8) * 255 if array.dtype == bool else array)


def described(image):
    return {"mode": image.mode, "width": image.width, "height": image.height, "samples": samples_of(image)}


def tensor(x):
    return {"dtype": str(x.dtype)[6:], "shape": list(x.shape), "data": encoded(x.contiguous().numpy())}


def opened(name):
    image = Image.open(folder / name)
    image.load()
    return image


def picture_facts(name):
    image = opened(name)
    facts = described(image)
    if image.mode == "P":
        facts["rgb"] = samples_of(image.convert("RGB"))
    if name.endswith(".png"):
        facts["toTensor"] = tensor(T.ToTensor()(image))
        facts["pilToTensor"] = tensor(T.PILToTensor()(image))
    return facts


MODES = T.InterpolationMode
SOURCES = ["gray-1", "gray-8", "gray-16", "palette-8", "gray-alpha-8", "rgb-8", "rgba-8"]


def picture_cases():
    """Source, transform, its arguments in TypeScript, the transform itself."""
    for source in SOURCES:
        for mode in MODES:
            options = {"interpolation": mode.value}
            for size in [[7, 5], [6, 23], [17, 9]]:
                yield source, "Resize", [size, options], T.Resize(size, mode)
        yield source, "Resize", [8], T.Resize(8)
        yield source, "Resize", [[20], {"maxSize": 24}], T.Resize([20], max_size=24)
        for size in [9, [8], [4, 30], [21, 6], [13, 19], [20, 26]]:
            yield source, "CenterCrop", [size], T.CenterCrop(size)
        for padding in [2, [1, 3], [0, 1, 2, 3]]:
            yield source, "Pad", [padding], T.Pad(padding)
        for mode in ["edge", "reflect", "symmetric"]:
            yield source, "Pad", [[3, 20], {"paddingMode": mode}], T.Pad([3, 20], padding_mode=mode)
        yield source, "Pad", [1, {"fill": 200}], T.Pad(1, fill=200)
        yield source, "Grayscale", [], T.Grayscale()
        yield source, "Grayscale", [{"numOutputChannels": 3}], T.Grayscale(3)


def tensor_cases():
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    for dtype in ["float32", "float64"]:
        yield dtype, "Normalize", [{"mean": [0.1307], "std": [0.3081]}], T.Normalize([0.1307], [0.3081])
        yield dtype, "Normalize", [{"mean": mean, "std": std}], T.Normalize(mean, std)
    for mode in ["nearest", "nearest-exact", "bilinear", "bicubic"]:
        for antialias in [True, False]:
            for size in [[5, 4], [9, 13], [3, 12]]:
                options = {"interpolation": mode, "antialias": antialias}
                transform = T.Resize(size, MODES(mode), antialias=antialias)
                for dtype in ["float32", "float64"]:
                    yield dtype, "Resize", [size, options], transform
    for dtype in ["float32", "uint8"]:
        yield dtype, "CenterCrop", [[4, 11]], T.CenterCrop([4, 11])
        for mode in ["constant", "edge", "reflect", "symmetric"]:
            options = {"fill": 1, "paddingMode": mode}
            yield dtype, "Pad", [[1, 2, 3, 0], options], T.Pad([1, 2, 3, 0], fill=1, padding_mode=mode)
        for channels in [1, 3]:
            yield dtype, "Grayscale", [{"numOutputChannels": channels}], T.Grayscale(channels)
    kinds = ["float32", "float64", "uint8", "int8", "int16", "int32"]
    for source in kinds:
        for target in kinds:
            if (source, target) != ("float32", "int32"):
                yield source, "ConvertImageDtype", [target], T.ConvertImageDtype(getattr(torch, target))


def source_tensor(dtype):
    x = torch.tensor(random.random((3, 7, 6)))
    kind = getattr(torch, dtype)
    return x.to(kind) if kind.is_floating_point else (x * torch.iinfo(kind).max).to(kind)


def main():
    folder.mkdir(parents=True, exist_ok=True)
    files = pictures()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    facts = {name: picture_facts(name) for name in files}
    on_pictures = [
        {"source": f"{source}.png", "transform": name, "args": args, "result": described(t(opened(f"{source}.png")))}
        for source, name, args, t in picture_cases()
    ]
    inputs = {dtype: source_tensor(dtype) for dtype in ["float32", "float64", "uint8", "int8", "int16", "int32"]}
    on_tensors = [
        {"source": dtype, "transform": name, "args": args, "result": tensor(t(inputs[dtype]))}
        for dtype, name, args, t in tensor_cases()
    ]
    versions = {"pillow": PIL.__version__, "torchvision": torchvision.__version__.split("+")[0]}
    write("pictures.json", {**versions, "pictures": facts})
    write("transforms.json", {**versions, "inputs": {k: tensor(x) for k, x in inputs.items()}, "pictures": on_pictures, "tensors": on_tensors})


def write(name, content):
    """One entry a line."""
    text = json.dumps(content, separators=(",", ":"))
    for before, after in [('},"', '},\n"'), ('},{', '},\n{')]:
        text = text.replace(before, after)
    (folder / name).write_text(text + "\n")


main()
