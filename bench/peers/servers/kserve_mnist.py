"""
The KServe SDK's model server around PyTorch: V1's predict and explain of base64 pictures or of numbers, V2's infer of a tensor over
HTTP and, where a second port is given, over gRPC.
"""

import base64
import io
import os
import sys

import torch
from captum.attr import IntegratedGradients
from kserve import InferRequest, Model, ModelServer
from kserve.utils.utils import get_predict_response
from PIL import Image
from torchvision import transforms

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "engines"))
from mnist_net import Net  # noqa: E402

weights, port, *grpc_port = sys.argv[1], *map(int, sys.argv[2:])
transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))])


class Mnist(Model):
    def __init__(self):
        super().__init__("mnist")
        self.net = Net()
        self.net.load_state_dict(torch.load(weights, weights_only=True))
        self.net.eval().requires_grad_(False)
        self.ig = IntegratedGradients(self.net)
        self.ready = True

    def inputs(self, payload):
        return torch.stack([self.input(item["data"]) for item in payload["instances"]])

    def input(self, data):
        if isinstance(data, list):
            return torch.tensor(data, dtype=torch.float32)
        return transform(Image.open(io.BytesIO(base64.b64decode(data))))

    def predict(self, payload, headers=None, response_headers=None):
        if isinstance(payload, InferRequest):
            # A copy, because what came over the wire cannot be written to.
            x = torch.from_numpy(payload.inputs[0].as_numpy().copy())
        else:
            x = self.inputs(payload)
        with torch.inference_mode():
            return get_predict_response(payload, self.net(x).argmax(1).numpy(), self.name)

    def explain(self, payload, headers=None):
        maps = self.ig.attribute(self.inputs(payload), target=0, n_steps=15)
        return {"explanations": maps.tolist()}


grpc = {"enable_grpc": True, "grpc_port": grpc_port[0]} if grpc_port else {"enable_grpc": False}
ModelServer(http_port=port, workers=1, **grpc).start([Mnist()])
