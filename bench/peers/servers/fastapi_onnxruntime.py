"""FastAPI and onnxruntime on one thread: a picture in the body, the class as the answer. onnxruntime has no gradients."""

import io
import sys

import numpy as np
import onnxruntime
import uvicorn
from fastapi import FastAPI, Request
from PIL import Image

model, port = sys.argv[1], int(sys.argv[2])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
app = FastAPI()


@app.put("/predictions/mnist")
async def predict(request: Request):
    pixels = np.asarray(Image.open(io.BytesIO(await request.body())), dtype=np.float32)
    x = ((pixels / 255 - 0.1307) / 0.3081).astype(np.float32).reshape(1, 1, 28, 28)
    return int(session.run(None, {"x": x})[0].argmax())


uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="warning")
