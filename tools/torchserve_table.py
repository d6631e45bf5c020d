"""
Model files of different style, each in an archive that candil wrote, with handlers of different kinds, served by candil and by
TorchServe, which has one worker and one model at a time. Prints a table: whether the answers are the same but for rounding, and the
largest differences of their numbers and of the explanations. Ends with 1 when a row differs.

    pip install torchserve==0.12.0 torch torchvision captum     (and Java 17)
    npm run build
    python tools/torchserve_table.py "node $PWD/dist/bin/candil.js" [model file without .py]...
"""

import base64
import importlib.util
import io
import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import numpy as np
import torch
from PIL import Image

root = pathlib.Path(__file__).parent.parent
spec = importlib.util.spec_from_file_location("fixtures", root / "tools/python_model_fixtures.py")
fixtures = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fixtures)

handlers = root / "tools/torchserve-handlers"

STEMS = sys.argv[2:] or list(fixtures.MODELS)
# Nets for pictures of any size, which the handler image_classifier makes 224 x 224.
BUILT_IN = {"resnet_subclass", "densenet_subclass", "mobilenet_v1", "densenet_blocks"}
OWN = ["scores", "digit", "named", "own_steps"]
TARGET = 1
PICTURES = 3
PORTS = {"candil": 18480, "torchserve": 18580}
# Of the numbers of an answer, and of an explanation where its largest number is 1 or less; otherwise of that.
TOLERANCE = 1e-5

# What a handler overrides where the model file has more than one class, which TorchServe refuses otherwise.
LOADER = """
    def _load_pickled_model(self, model_dir, model_file, model_pt_path):
        import importlib

        module = importlib.import_module(model_file.split(".")[0])
        model = module.{name}()
        model.load_state_dict(torch.load(model_pt_path, map_location=self.device))
        return model
"""


def handler_of(stem):
    """The name of the handler of a model."""
    return "image_classifier" if stem in BUILT_IN else OWN[list(fixtures.MODELS).index(stem) % len(OWN)]


def several_classes(stem):
    return sum(line.startswith("class ") for line in (fixtures.folder / f"{stem}.py").open()) > 1


def write_handler(stem, folder):
    """A file for the archive, or the name of a handler that TorchServe has."""
    name = handler_of(stem)
    single = not several_classes(stem)
    if name == "image_classifier" and single:
        return name
    if name == "image_classifier":
        text = (
            "import torch\nfrom ts.torch_handler.image_classifier import ImageClassifier\n\n\n"
            "class Loading(ImageClassifier):\n    pass\n"
        )
    else:
        text = (handlers / f"{name}.py").read_text()
    _, channels, size, _ = fixtures.MODELS[stem][1]
    if "SIZE" in text:
        text = f"SIZE = {size}\nCHANNELS = {channels}\n\n" + text
    if not single:
        text = ("" if "import torch\n" in text else "import torch\n") + text + LOADER.format(name=fixtures.MODELS[stem][0])
    file = folder / f"{stem}_handler.py"
    file.write_text(text)
    return file


def state_of(stem):
    """Weights of ordinary size, so that scores and explanations are: He's, and statistics of batches of pictures."""
    name, shape = fixtures.MODELS[stem]
    torch.manual_seed(len(stem))
    model = getattr(fixtures.load(stem), name)()
    for module in model.modules():
        if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
            torch.nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        elif isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.uniform_(module.bias, -0.3, 0.3)
    for _ in range(20):
        with torch.no_grad():
            model(torch.rand(16, *shape[1:]))
    return model.state_dict()


def picture(stem, seed):
    """A picture of the size that the net wants; another one where the handler resizes."""
    _, channels, height, width = fixtures.MODELS[stem][1]
    if handler_of(stem) in ("own_steps", "image_classifier"):
        height, width = 67 + 5 * seed, 90
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels.squeeze(), "L" if channels == 1 else "RGB").save(file, "PNG")
    return {"data": base64.b64encode(file.getvalue()).decode(), "target": TARGET}


def ask(url, body=None, method="POST"):
    data = None if body is None else json.dumps(body).encode()
    headers = {} if body is None else {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{method} {url}: {error.code} {error.read().decode()}") from error


def start(command, folder, port, models):
    """A server as a process group of its own; returns when it answers."""
    store = folder / "store"
    config = folder / f"{port}.properties"
    config.write_text(
        f"inference_address=http://127.0.0.1:{port}\nmanagement_address=http://127.0.0.1:{port + 1}\n"
        f"metrics_address=http://127.0.0.1:{port + 2}\ngrpc_inference_port={port + 3}\n"
        f"grpc_management_port={port + 4}\ndefault_workers_per_model=1\nservice_envelope=body\n"
        "disable_token_authorization=true\nenable_model_api=true\ndisable_system_metrics=true\n"
    )
    place = folder / str(port)
    place.mkdir()
    flags = ["--start", "--foreground", "--ncs", "--model-store", str(store), "--ts-config", str(config)]
    process = subprocess.Popen(
        [*command, *flags, *(["--models", *models] if models else [])],
        cwd=place,
        env={**os.environ, "TMPDIR": str(place), "TEMP": str(place)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for line in process.stdout:
        if "Model server started" in line:
            break
    # What it says from now on must not fill the pipe.
    subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.DEVNULL)
    return process


def answers(port, stem, bodies):
    base = f"http://127.0.0.1:{port}"
    predictions = [ask(f"{base}/predictions/{stem}", body) for body in bodies]
    explanations = [ask(f"{base}/explanations/{stem}", body) for body in bodies]
    return predictions, explanations


def flat(value, numbers):
    """The form of an answer: all but its floats, which are appended to `numbers`."""
    if isinstance(value, dict):
        return [[key, flat(entry, numbers)] for key, entry in value.items()]
    if isinstance(value, list):
        return [flat(entry, numbers) for entry in value]
    if isinstance(value, float):
        numbers.append(value)
        return "float"
    return value


def compared(ours, theirs):
    """Whether two answers are alike in all but their floats, the largest difference of these, and the largest of them."""
    a, b = [], []
    alike = flat(ours, a) == flat(theirs, b)
    if not alike or not b:
        return alike, 0.0, 0.0
    a, b = np.array(a), np.array(b)
    return alike, np.abs(a - b).max(), np.abs(b).max()


def archive(candil, stem, folder):
    file = folder / f"{stem}.pt"
    torch.save(state_of(stem), file)
    labels = folder / "index_to_name.json"
    labels.write_text(json.dumps({str(k): f"class {k}" for k in range(1000)}))
    flags = ["--model-name", stem, "--version", "1.0", "--serialized-file", str(file), "--extra-files", str(labels)]
    flags += ["--model-file", str(fixtures.folder / f"{stem}.py"), "--handler", str(write_handler(stem, folder))]
    subprocess.run([*candil, "archive", *flags, "--export-path", str(folder / "store")], check=True, stdout=subprocess.DEVNULL)


def serve_all(name, command, folder, bodies):
    """What a server answers for every model."""
    port = PORTS[name]
    server = start(command, folder, port, [])
    result = {}
    try:
        if name == "torchserve":
            time.sleep(3)
        management = f"http://127.0.0.1:{port + 1}/models"
        for stem in STEMS:
            ask(f"{management}?url={stem}.mar&initial_workers=1&synchronous=true")
            result[stem] = answers(port, stem, bodies[stem])
            ask(f"{management}/{stem}", method="DELETE")
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(60)
    return result


def main():
    candil = shlex.split(sys.argv[1] if len(sys.argv) > 1 else "candil")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="torchserve-table-"))
    (folder / "store").mkdir()
    for stem in STEMS:
        archive(candil, stem, folder)
    bodies = {stem: [picture(stem, seed) for seed in range(PICTURES)] for stem in STEMS}
    ours = serve_all("candil", [*candil, "torchserve"], folder, bodies)
    theirs = serve_all("torchserve", ["torchserve"], folder, bodies)
    print("| model file | handler | parameters | answers alike | their numbers differ by | explanations differ by | of at most |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    failed = False
    for stem in STEMS:
        alike, apart, _ = compared(ours[stem][0], theirs[stem][0])
        same_form, far, most = compared(ours[stem][1], theirs[stem][1])
        good = alike and same_form and apart <= TOLERANCE and far <= TOLERANCE * max(1, most)
        failed = failed or not good
        parameters = sum(tensor.numel() for tensor in state_of(stem).values() if tensor.is_floating_point())
        print(
            f"| {stem}.py | {handler_of(stem)} | {parameters:,} | {'yes' if alike and same_form else 'NO'} | {apart:.1e} | "
            f"{far:.1e} | {most:.2g} |{'' if good else ' <<<'}"
        )
    sys.exit(1 if failed else 0)


main()
