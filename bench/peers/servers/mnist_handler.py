"""TorchServe's handler for the MNIST net: the class as an integer, and Integrated Gradients of class 0 in 15 steps."""

from torchvision import transforms
from ts.torch_handler.image_classifier import ImageClassifier


class MnistHandler(ImageClassifier):
    image_processing = transforms.Compose(
        [transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))]
    )

    def postprocess(self, data):
        return data.argmax(1).tolist()

    def get_insights(self, tensor_data, _raw_data, target=0):
        return self.ig.attribute(tensor_data, target=target, n_steps=15).tolist()
