"""The KServe SDK's model server around PyTorch: V1's predict and explain of a base64 picture."""

import base64
import io
import os
import sys

import torch
from captum.attr import IntegratedGradients
from kserve import Model, ModelServer
from PIL import Image
from torchvision import transforms

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "engines"))
from mnist_net import Net  # noqa: E402

weights, port = sys.argv[1], int(sys.argv[2])
transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))])


class Mnist(Model):
    def __init__(self):
        super().__init__("mnist")
        self.net = Net()
        self.net.load_state_dict(torch.load(weights, weights_only=True))
        self.net.eval().requires_grad_(False)
        self.ig = IntegratedGradients(self.net)
        self.ready = True

    def pictures(self, payload):
        files = [io.BytesIO(base64.b64decode(item["data"])) for item in payload["instances"]]
        return torch.stack([transform(Image.open(file)) for file in files])

    def predict(self, payload, headers=None, response_headers=None):
        with torch.inference_mode():
            return {"predictions": self.net(self.pictures(payload)).argmax(1).tolist()}

    def explain(self, payload, headers=None):
        maps = self.ig.attribute(self.pictures(payload), target=0, n_steps=15)
        return {"explanations": maps.tolist()}


ModelServer(http_port=port, enable_grpc=False, workers=1).start([Mnist()])
