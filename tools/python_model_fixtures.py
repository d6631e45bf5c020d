"""Writes test/fixtures/python/models.json: what PyTorch makes of test/fixtures/python/models/*.py.

Weights and inputs come from formulas that the test uses too (test/python/formula-weights.ts), so only names, answers and
a part of the input's gradient are kept. Run: python tools/python_model_fixtures.py
"""

import importlib.util
import json
import math
import pathlib

import numpy as np
import torch

root = pathlib.Path(__file__).parent.parent
folder = root / "test/fixtures/python/models"

# The model's class and its input, [N, C, H, W].
MODELS = {
    "lenet": ("LeNet", (2, 1, 32, 32)),
    "mnist_functional": ("Net", (2, 1, 28, 28)),
    "vgg_config": ("VGG", (2, 3, 24, 24)),
    "resnet_blocks": ("ResNet", (2, 3, 24, 24)),
    "densenet_blocks": ("DenseNet", (2, 3, 24, 24)),
    "mobilenet_v1": ("MobileNet", (2, 3, 32, 32)),
    "squeezenet_fire": ("SqueezeNet", (2, 3, 33, 33)),
    "inception_branches": ("GoogLeNet", (2, 3, 32, 32)),
    "ordered_dict": ("Model", (2, 1, 14, 14)),
    "modulelist_mlp": ("MLP", (3, 1, 8, 8)),
    "se_resnet": ("SENet", (2, 3, 16, 16)),
    "shufflenet_unit": ("ShuffleNet", (2, 3, 32, 32)),
    "cnn_helpers": ("Classifier", (2, 3, 16, 16)),
    "resnet_subclass": ("ImageClassifier", (1, 3, 32, 32)),
    "transfer": ("TransferModel", (1, 3, 32, 32)),
    "densenet_subclass": ("ImageClassifier", (1, 3, 32, 32)),
    "squeezenet_subclass": ("ImageClassifier", (1, 3, 48, 48)),
    "vgg_subclass": ("ImageClassifier", (1, 3, 16, 16)),
    "vgg_cfgs": ("ImageClassifier", (1, 3, 16, 16)),
    "alexnet_subclass": ("SmallAlexNet", (1, 3, 63, 63)),
    "mobilenetv2_subclass": ("ImageClassifier", (1, 3, 32, 32)),
    "resnet_nested": ("ResNet", (2, 3, 32, 32)),
    "squeezenet_nested": ("SqueezeNet", (2, 3, 33, 33)),
    "densenet_functions": ("DenseNet", (2, 3, 16, 16)),
    "mobilenet_v2_table": ("MobileNetV2", (2, 3, 32, 32)),
}


def wave(shape, phase, step):
    count = math.prod(shape)
    return np.sin(np.arange(count, dtype=np.float64) * step + phase).reshape(shape)


def fill(name, tensor, k):
    """The values of the k-th entry of a state dict."""
    w = wave(tuple(tensor.shape), 0.7 * k, 2.4 + 0.013 * k)
    if name.endswith("running_var"):
        return 1 + 0.5 * w * w
    if tensor.ndim >= 2:
        return w * math.sqrt(3 / math.prod(tensor.shape[1:]))
    return 1 + 0.2 * w if name.endswith("weight") else 0.15 + 0.1 * w


def load(stem):
    spec = importlib.util.spec_from_file_location(stem, folder / f"{stem}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rounded(values):
    return [float(f"{v:.7g}") for v in values]


def main():
    result = {}
    for stem, (name, shape) in MODELS.items():
        model = getattr(load(stem), name)()
        state = model.state_dict()
        for k, (key, tensor) in enumerate(state.items()):
            if tensor.dtype.is_floating_point:
                tensor.copy_(torch.from_numpy(fill(key, tensor, k)))
        model.eval()
        x = torch.from_numpy(wave(shape, 0.3, 0.11)).float().requires_grad_()
        y = model(x)
        seed = torch.from_numpy(wave(tuple(y.shape), 0.5, 1.7)).float()
        (y * seed).sum().backward()
        grad = x.grad.flatten()
        stride = max(1, grad.numel() // 40) | 1
        result[stem] = {
            "className": name,
            "input": shape,
            "names": [[key, list(t.shape)] for key, t in state.items()] if len(state) < 40 else None,
            "count": len(state),
            "parameters": sum(p.numel() for p in model.parameters()),
            "output": rounded(y.flatten().tolist()),
            "gradient": {"stride": stride, "values": rounded(grad[::stride].tolist()), "norm": float(f"{grad.norm().item():.7g}")},
        }
        print(stem, "max |y|", y.abs().max().item(), "|grad|", grad.norm().item())

    path = root / "test/fixtures/python/models.json"
    path.write_text("{\n" + ",\n".join(f'"{k}": {json.dumps(v)}' for k, v in result.items()) + "\n}\n")


if __name__ == "__main__":
    main()
