"""
Twelve model files of different style, each in an archive that candil wrote, served by candil and by TorchServe, which has one
worker and one model at a time. Prints a table: whether the predicted classes are equal, and the largest differences of scores and
of explanations.

    pip install torchserve==0.12.0 torch torchvision captum     (and Java 17)
    npm run build
    python tools/torchserve_table.py "node dist/cli/main.js"
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

# TorchServe takes model files with one class.
STEMS = [
    stem
    for stem in fixtures.MODELS
    if sum(line.startswith("class ") for line in (fixtures.folder / f"{stem}.py").open()) == 1
]
TARGET = 1
PICTURES = 3
PORTS = {"candil": 18180, "torchserve": 18280}

HANDLER = '''
from torchvision import transforms
from ts.torch_handler.vision_handler import VisionHandler


class Scores(VisionHandler):
    """Pictures in [0, 1]; the answer is the list of scores."""

    image_processing = transforms.Compose([transforms.ToTensor()])

    def postprocess(self, data):
        return data.tolist()
'''


def weights(stem):
    """The state dict of python_model_fixtures.py, in float32."""
    model = getattr(fixtures.load(stem), fixtures.MODELS[stem][0])()
    state = model.state_dict()
    for k, (name, tensor) in enumerate(state.items()):
        if tensor.is_floating_point():
            state[name] = torch.tensor(fixtures.fill(name, tensor, k), dtype=torch.float32)
    return state


def picture(shape, seed):
    _, channels, height, width = shape
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
    return np.array(predictions), np.array(explanations)


def main():
    candil = shlex.split(sys.argv[1] if len(sys.argv) > 1 else "candil")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="torchserve-table-"))
    (folder / "store").mkdir()
    (folder / "scores_handler.py").write_text(HANDLER)
    bodies, ours, theirs = {}, {}, {}
    for stem in STEMS:
        file = folder / f"{stem}.pt"
        torch.save(weights(stem), file)
        bodies[stem] = [picture(fixtures.MODELS[stem][1], seed) for seed in range(PICTURES)]
        flags = ["--model-name", stem, "--version", "1.0", "--serialized-file", str(file)]
        flags += ["--model-file", str(fixtures.folder / f"{stem}.py"), "--handler", str(folder / "scores_handler.py")]
        subprocess.run([*candil, "archive", *flags, "--export-path", str(folder / "store")], check=True)
    for name, command in [("candil", [*candil, "torchserve"]), ("torchserve", ["torchserve"])]:
        port = PORTS[name]
        models = [f"{stem}={stem}.mar" for stem in STEMS] if name == "candil" else []
        server = start(command, folder, port, models)
        try:
            if name == "torchserve":
                time.sleep(3)
            for stem in STEMS:
                if name == "candil":
                    ours[stem] = answers(port, stem, bodies[stem])
                    continue
                management = f"http://127.0.0.1:{port + 1}/models"
                ask(f"{management}?url={stem}.mar&initial_workers=1&synchronous=true")
                theirs[stem] = answers(port, stem, bodies[stem])
                ask(f"{management}/{stem}", method="DELETE")
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(60)
    print("| model file | input | parameters | classes equal | scores differ by | explanations differ by | of at most |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for stem in STEMS:
        (p, e), (q, f) = ours[stem], theirs[stem]
        parameters = sum(tensor.numel() for tensor in weights(stem).values() if tensor.is_floating_point())
        equal = (p.argmax(1) == q.argmax(1)).all()
        shape = "x".join(map(str, fixtures.MODELS[stem][1][1:]))
        print(
            f"| {stem}.py | {shape} | {parameters:,} | {'yes' if equal else 'NO'} | {np.abs(p - q).max():.1e} | "
            f"{np.abs(e - f).max():.1e} | {np.abs(f).max():.2g} |"
        )


main()
