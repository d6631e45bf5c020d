"""Explains the table's cases with Captum and prints its numbers as JSON.

node --import tsx tools/export-attribution-cases.ts | python tools/attribution_fixtures.py > test/fixtures/attribution.json

Needs PyTorch and Captum. The models are those of test/support/toy-models.ts and test/support/formula-mnist.ts.
"""

import base64
import json
import sys
import warnings

import captum
import numpy as np
import torch
import torch.nn.functional as F
from captum.attr import FeatureAblation, InputXGradient, IntegratedGradients, NoiseTunnel, Occlusion, Saliency

torch.set_num_threads(1)
warnings.simplefilter("ignore")
relu = torch.relu

METHODS = {
    "integrated_gradients": IntegratedGradients,
    "saliency": Saliency,
    "input_x_gradient": InputXGradient,
    "feature_ablation": FeatureAblation,
    "occlusion": Occlusion,
}


def multi_layer(x, several=None):
    x = x.float()
    hidden = relu(F.linear(x, torch.ones(4, 3), torch.tensor([-10.0, 1, 1, 1])))
    out = F.linear(hidden, torch.ones(2, 4), torch.tensor([-1.0, 1]))
    return out if several is None else out.reshape(-1, 2, 1, 1) * torch.tensor([[1.0, 4], [2, 8]])


def one_conv(x, addend=None):
    image = x if addend is None else x + addend
    weight, bias = torch.ones(2, 1, 3, 3, dtype=x.dtype), torch.tensor([-50, -75], dtype=x.dtype)
    rows = torch.tensor([[1, 1, 1, 1, 1, -1, -1, -1]] * 4, dtype=x.dtype)
    return relu(F.linear(relu(F.conv2d(image, weight, bias)).flatten(1), rows))


def formula_tensor(shape, number, bound):
    """float32 values in [-bound, bound); test/support/formula-mnist.ts has the same formula."""
    i = np.arange(int(np.prod(shape)), dtype=np.uint32)
    h = i * np.uint32(2654435761) + np.uint32((number + 1) * 40503)
    h = (h ^ (h >> np.uint32(15))) * np.uint32(2246822519)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(3266489917)
    h = h ^ (h >> np.uint32(16))
    values = (2 * ((h >> np.uint32(8)).astype(np.float64) / 2**24) - 1) * bound
    return torch.tensor(values.astype(np.float32).reshape(shape))


def formula_mnist(conv1, conv2, hidden, relu_after_conv2):
    shapes = [(conv1, 1, 3, 3), (conv2, conv1, 3, 3), (hidden, 144 * conv2), (10, hidden)]
    fan_in = [float(np.prod(shape[1:])) for shape in shapes]
    w = [formula_tensor(s, 2 * k, 2.4 / np.sqrt(fan_in[k])) for k, s in enumerate(shapes)]
    b = [formula_tensor(s[:1], 2 * k + 1, 1 / np.sqrt(fan_in[k])) for k, s in enumerate(shapes)]

    def forward(x):
        x = F.conv2d(relu(F.conv2d(x, w[0], b[0])), w[1], b[1])
        x = F.max_pool2d(relu(x) if relu_after_conv2 else x, 2).flatten(1)
        return F.log_softmax(F.linear(relu(F.linear(x, w[2], b[2])), w[3], b[3]), dim=1)

    return forward


MODELS = {
    "BasicModel": lambda x: 1 - relu(1 - x),
    "BasicModel2": lambda a, b: relu(relu(a) - 1 - relu(b)),
    "BasicModel3": lambda a, b: relu(relu(a - 1) - relu(b)),
    "BasicModel4": lambda a, b, c, i: relu(relu(a - 1) - relu(b) / c)[:, i],
    "BasicModel5": lambda a, b, c, i: relu(relu(a - 1) * c[0] - relu(b) * c[1])[:, i],
    "BasicModel6": lambda a, b: (1 - relu(1 - (a + b)))[:, 1],
    "Cubic": lambda x: (x**3 + x * x).sum(1),
    "ReLULinear": lambda a, b: relu(F.linear(a, torch.tensor([[3.0, 1, 0]])))
    + relu(F.linear(b, torch.tensor([[2.0, 3, 0]]))),
    "MultiLayer": multi_layer,
    "OneConv": one_conv,
    "small torchserve net": formula_mnist(4, 8, 16, False),
    "small examples net": formula_mnist(4, 8, 16, True),
    "torchserve net": formula_mnist(32, 64, 128, False),
    "examples net": formula_mnist(32, 64, 128, True),
}

SNAKE = {
    "nSteps": "n_steps",
    "method": "method",
    "internalBatchSize": "internal_batch_size",
    "abs": "abs",
    "perturbationsPerEval": "perturbations_per_eval",
    "ntSamples": "nt_samples",
    "ntSamplesBatchSize": "nt_samples_batch_size",
}


def tensor(spec):
    dtype = getattr(torch, spec.get("dtype", "float32"))
    return torch.tensor(spec["values"], dtype=dtype).reshape(spec["shape"])


def value(x):
    return tensor(x) if isinstance(x, dict) else x


def tuples(x):
    """Lists of lists to tuples of tuples."""
    return tuple(map(tuples, x)) if isinstance(x, list) else x


def target(x):
    if isinstance(x, dict):
        return tuple(x["index"])
    return [tuples(entry) for entry in x] if isinstance(x, list) else x


def arguments(options, count):
    given = {SNAKE[k]: v for k, v in options.items() if k in SNAKE}
    if "target" in options:
        given["target"] = target(options["target"])
    if "additionalForwardArgs" in options:
        given["additional_forward_args"] = tuple(map(value, options["additionalForwardArgs"]))
    for ours, captums in [("baselines", "baselines"), ("featureMask", "feature_mask")]:
        if ours in options:
            values = tuple(map(value, options[ours]))
            given[captums] = values if count > 1 else values[0]
    for ours, captums in [("slidingWindowShapes", "sliding_window_shapes"), ("strides", "strides")]:
        if ours in options:
            given[captums] = tuples(options[ours])
    return given


def packed(x):
    """Few numbers as they are; many as base64 of their little-endian bytes."""
    x = x.detach().contiguous().numpy()
    if x.size <= 64:
        return [float(str(v)) for v in x.ravel()]
    return base64.b64encode(x.astype(x.dtype.newbyteorder("<")).tobytes()).decode()


def method_of(row):
    model = MODELS[row["model"]]
    if row["method"] not in METHODS:
        return NoiseTunnel(Saliency(model))
    settings = {"multiply_by_inputs": row["multiplyByInputs"]} if "multiplyByInputs" in row else {}
    return METHODS[row["method"]](model, **settings)


def explain(row):
    method = method_of(row)
    inputs = tuple(tensor(spec) for spec in row["inputs"])
    given = arguments(row["options"], len(inputs))
    if row["method"] not in METHODS:
        given["nt_type"] = row["method"]
        given["stdevs"] = float(row["options"].get("stdevs", 1))
        torch.manual_seed(row["seed"])
    if row.get("delta"):
        given["return_convergence_delta"] = True
    result = method.attribute(inputs if len(inputs) > 1 else inputs[0], **given)
    attributions, delta = result if row.get("delta") else (result, None)
    attributions = attributions if isinstance(attributions, tuple) else (attributions,)
    answer = {"dtype": str(attributions[0].dtype)[6:], "attributions": [packed(a) for a in attributions]}
    return answer if delta is None else {**answer, "delta": packed(delta)}


cases = {row["id"]: explain(row) for row in json.load(sys.stdin)}
lines = [f'    {json.dumps(k)}: {json.dumps(v, separators=(",", ":"))}' for k, v in cases.items()]
versions = f'"torch": "{torch.__version__.split("+")[0]}",\n  "captum": "{captum.__version__}"'
print('{\n  %s,\n  "cases": {\n%s\n  }\n}' % (versions, ",\n".join(lines)))
