"""Writes test/fixtures/data.json: the order of PyTorch's DataLoader and torchvision's normalised gray values, for test/data.

Needs PyTorch and torchvision. Run from the root of the repository: python tools/data_fixtures.py
"""

import json

import numpy as np
import torch
from torchvision import transforms


def orders(shuffle):
    """Three epochs over ten examples with seed 5, and the first random number after them."""
    torch.manual_seed(5)
    loader = torch.utils.data.DataLoader(list(range(10)), batch_size=4, shuffle=shuffle)
    epochs = [[int(i) for batch in loader for i in batch] for _ in range(3)]
    return {"epochs": epochs, "after": torch.rand(1).item()}


transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))])
grays = transform(np.arange(256, dtype=np.uint8).reshape(16, 16, 1))

with open("test/fixtures/data.json", "w", encoding="utf-8") as file:
    json.dump({
        "torch": torch.__version__.split("+")[0],
        "shuffled": orders(True),
        "inOrder": orders(False),
        "grays": grays.numpy().ravel().view(np.uint32).tolist(),
    }, file, separators=(",", ":"))
    file.write("\n")
