"""An explanation in few words: the pixels that speak loudest for a digit, not a number for every pixel."""

from torchvision import transforms
from ts.torch_handler.vision_handler import VisionHandler

PIXELS = 5


class StrongestPixels(VisionHandler):
    """Pictures of 28 x 28 grey pixels; the answer is the likeliest digit, the explanation a short list."""

    image_processing = transforms.Compose(
        [transforms.ToTensor(), transforms.Normalize(mean=(0.1307,), std=(0.3081,))]
    )

    def postprocess(self, data):
        return data.argmax(dim=1).tolist()

    def get_insights(self, tensor_data, _, target=0):
        attributions = self.ig.attribute(tensor_data, target=target, n_steps=50)
        return [self.strongest(picture, target) for picture in attributions]

    def strongest(self, picture, target):
        weights, places = picture.flatten().topk(PIXELS)
        pixels = [
            {"row": place // 28, "column": place % 28, "weight": weight}
            for weight, place in zip(weights.tolist(), places.tolist())
        ]
        return {"target": target, "pixels": pixels}
