"""
Holds answers of a running candil against the OpenAPI schema of the Open Inference Protocol. Prints one line for each answer,
and the count.

    pip install jsonschema pyyaml
    candil serve &
    python tools/check_oip_answers.py open_inference_rest.yaml http://127.0.0.1:8080

open_inference_rest.yaml is the protocol's own, from github.com/kserve/open-inference-protocol (specification/protocol). Of the model it is
asked that it take pictures of [1, 28, 28].
"""

import base64
import json
import pathlib
import sys
import urllib.error
import urllib.request

import jsonschema
import yaml

MODEL = "/v2/models/mnist"
SEVEN = pathlib.Path(__file__).parent.parent / "examples/mnist/test_data/7.png"
PICTURE = {"name": "digit", "shape": [1], "datatype": "BYTES", "data": [base64.b64encode(SEVEN.read_bytes()).decode()]}
PIXELS = {"name": "x", "shape": [1, 1, 28, 28], "datatype": "FP32", "data": [0.5] * 784}
HUGE = {**PIXELS, "data": [3e38] * 784}


def infer(inputs, *outputs, **parameters):
    return {"inputs": inputs, "outputs": [{"name": name} for name in outputs], "parameters": parameters}


# What is asked, the path, the body (None for GET), the status, the schema.
QUESTIONS = [
    ("metadata of the server", "/v2/", None, 200, "metadata_server_response"),
    ("metadata of a model", MODEL, None, 200, "metadata_model_response"),
    ("metadata of a version", f"{MODEL}/versions/1.0", None, 200, "metadata_model_response"),
    ("metadata of no model", "/v2/models/nobody", None, 404, "metadata_model_error_response"),
    ("a picture", f"{MODEL}/infer", infer([PICTURE]), 200, "inference_response"),
    ("a tensor, of a version", f"{MODEL}/versions/1.0/infer", infer([PIXELS]), 200, "inference_response"),
    ("two inputs", f"{MODEL}/infer", infer([PICTURE, PICTURE]), 200, "inference_response"),
    ("scores and prediction", f"{MODEL}/infer", infer([PICTURE], "scores", "prediction"), 200, "inference_response"),
    ("attributions", f"{MODEL}/infer", infer([PICTURE], "attributions", "target", target=7), 200, "inference_response"),
    ("explain", f"{MODEL}/explain", infer([PICTURE]), 200, "inference_response"),
    ("a delta that is none", f"{MODEL}/infer", infer([PICTURE], "convergence_delta", method="saliency"), 200, "inference_response"),
    ("attributions beyond all numbers", f"{MODEL}/infer", infer([HUGE], "attributions", target=0), 200, "inference_response"),
    ("an output that is none", f"{MODEL}/infer", infer([PICTURE], "nothing"), 400, "inference_error_response"),
    ("no inputs", f"{MODEL}/infer", infer([]), 400, "inference_error_response"),
    ("a shape that does not fit", f"{MODEL}/infer", infer([{**PIXELS, "shape": [3]}]), 400, "inference_error_response"),
]


def ask(url, body):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def no_such_number(name):
    raise ValueError(f"{name} is no JSON")


def main(schema_file, server):
    document = yaml.safe_load(pathlib.Path(schema_file).read_text())
    passed = 0
    for what, path, body, wanted, schema in QUESTIONS:
        status, text = ask(server + path, body)
        try:
            if status != wanted:
                raise ValueError(f"status {status}, expected {wanted}: {text[:200]!r}")
            answer = json.loads(text, parse_constant=no_such_number)
            jsonschema.validate(answer, {"$ref": f"#/components/schemas/{schema}", **document})
            passed += 1
            print(f"ok      {what}")
        except (ValueError, jsonschema.ValidationError) as error:
            print(f"FAILED  {what}: {getattr(error, 'message', error)}"[:300])
    print(f"{passed} of {len(QUESTIONS)} passed")
    return 0 if passed == len(QUESTIONS) else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
