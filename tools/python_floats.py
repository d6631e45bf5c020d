"""Writes test/fixtures/python-floats.json: floats as Python prints them, for src/server/answer/python-json.ts.

Needs nothing but Python 3. Run from the root of the repository: python3 tools/python_floats.py
"""

import json
import random
import struct

random.seed(1)


def bits(value):
    return struct.pack(">d", value).hex()


def float32(value):
    return struct.unpack(">f", struct.pack(">f", value))[0]


edges = [0.0, -0.0, 1.0, -1.0, 0.1, 0.5, 1e-4, 9.999e-5, 1e-5, 1.5e-5, 1e-7, 1.2e-7, 1e15, 1e16, 9999999999999998.0, 1.5e16,
         1e20, 1e21, 1.5e21, 123456789.0, 2.0 ** 53, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1e100, 1e-100,
         1 / 3, 2 / 3, 100.0, 1e22, 1e23, float("inf"), float("-inf"), float("nan")]
small = [float32(random.gauss(0, 1) * 10.0 ** random.randint(-12, 3)) for _ in range(300)]
doubles = [struct.unpack(">d", random.getrandbits(64).to_bytes(8, "big"))[0] for _ in range(150)]
values = edges + small + [value for value in doubles if value == value]
lists = [[[float32(random.gauss(0, 1e-3)) for _ in range(3)] for _ in range(2)], [[0.0, -0.0, 1.0], []]]

with open("test/fixtures/python-floats.json", "w", encoding="utf-8") as file:
    json.dump({
        "note": "bits are big-endian IEEE 754 doubles in hexadecimal; text is json.dumps of the float",
        "floats": [[bits(value), json.dumps(value)] for value in values],
        "lists": {"value": lists, "text": json.dumps(lists, indent=2)},
    }, file, indent=1)
    file.write("\n")
