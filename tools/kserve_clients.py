"""
Asks a running candil through the clients of the ecosystem, with their default settings: KServe's own InferenceRESTClient and
InferenceGRPCClient, Triton's HTTP and gRPC clients. Prints one line for each check, and the count.

    pip install kserve==0.21.0 "tritonclient[all]==2.73.0"
    candil serve --grpc-port 8081 &
    python tools/kserve_clients.py kserve http://127.0.0.1:8080 127.0.0.1:8081
    python tools/kserve_clients.py triton http://127.0.0.1:8080 127.0.0.1:8081

The second address may be left out; gRPC is then not asked. One run asks through one family of clients: their generated
messages have the same names, and do not fit into one process.
"""

import asyncio
import base64
import json
import pathlib
import struct
import sys
import uuid
import zlib

import numpy as np

DIGITS = json.loads((pathlib.Path(__file__).parent.parent / "test/fixtures/attribution-digits.json").read_text())
MODEL = "mnist"
# BF16 is left out: Triton's client wants the package ml_dtypes for it.
NUMBERS = {"BOOL": bool, "FP16": np.float16, "FP32": np.float32, "FP64": np.float64} | {
    kind.upper(): np.dtype(kind) for kind in ("uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64")
}
checks = []


def check(name):
    """Registers a check; it fails by raising."""
    return lambda run: checks.append((name, run))


def pixels(digit):
    return np.frombuffer(base64.b64decode(DIGITS[digit]), np.uint8).reshape(28, 28)


def png(digit):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + row.tobytes() for row in pixels(digit))
    head = struct.pack(">IIBBBBB", 28, 28, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def normalised(digit):
    return ((pixels(digit).astype(np.float32) / 255 - 0.1307) / 0.3081)[None]


def equal(got, wanted):
    if got != wanted:
        raise AssertionError(f"expected {wanted!r}, got {got!r}")


def complete(attributions, scores_sum_to=None):
    """Attributions are finite and not all alike."""
    values = np.asarray(attributions, np.float64)
    equal(values.shape[-2:], (28, 28))
    assert np.isfinite(values).all() and np.ptp(values) > 0.1


def kserve_checks(url, grpc_url):
    from kserve import InferenceGRPCClient, InferenceRESTClient, InferInput, InferRequest, RESTConfig

    v1 = InferenceRESTClient(RESTConfig(protocol="v1"))
    v2 = InferenceRESTClient(RESTConfig(protocol="v2"))
    instances = {"instances": [{"data": base64.b64encode(png(d)).decode(), "target": d} for d in (2, 7)]}

    @check("kserve v1 is_server_live")
    async def _():
        equal(await v1.is_server_live(url), True)

    @check("kserve v1 is_model_ready")
    async def _():
        equal(await v1.is_model_ready(url, MODEL), True)

    @check("kserve v1 infer")
    async def _():
        equal(await v1.infer(url, instances, model_name=MODEL), {"predictions": [2, 7]})

    @check("kserve v1 explain")
    async def _():
        answer = await v1.explain(url, model_name=MODEL, data=instances)
        equal(list(answer), ["explanations"])
        complete(answer["explanations"])

    @check("kserve v1 infer, unknown model is an error")
    async def _():
        try:
            await v1.infer(url, instances, model_name="nobody")
        except Exception as error:
            assert "404" in str(error), error
        else:
            raise AssertionError("no error")

    for name, wanted in (("is_server_live", True), ("is_server_ready", True)):

        @check(f"kserve v2 {name}")
        async def _(name=name, wanted=wanted):
            equal(await getattr(v2, name)(url), wanted)

    @check("kserve v2 is_model_ready")
    async def _():
        equal(await v2.is_model_ready(url, MODEL), True)

    def request(data, kind, shape, binary):
        tensor = InferInput(name="input-0", shape=shape, datatype=kind)
        tensor.set_data_from_numpy(data, binary_data=binary)
        return InferRequest(model_name=MODEL, infer_inputs=[tensor])

    for binary in (False, True):

        @check(f"kserve v2 infer FP32, binary={binary}")
        async def _(binary=binary):
            answer = await v2.infer(url, request(normalised(3), "FP32", [1, 28, 28], binary), model_name=MODEL)
            equal(answer.outputs[0].as_numpy().tolist(), [3])

    @check("kserve v2 infer FP16, binary")
    async def _():
        answer = await v2.infer(url, request(normalised(3).astype(np.float16), "FP16", [1, 28, 28], True), model_name=MODEL)
        equal(answer.outputs[0].as_numpy().tolist(), [3])

    @check("kserve v2 infer BYTES raw PNG, binary")
    async def _():
        data = np.array([png(4), png(5)], dtype=object)
        answer = await v2.infer(url, request(data, "BYTES", [2], True), model_name=MODEL)
        equal(answer.outputs[0].as_numpy().tolist(), [4, 5])

    @check("kserve v2 infer BYTES base64 in JSON")
    async def _():
        tensor = InferInput(name="x", shape=[-1], datatype="BYTES", data=[base64.b64encode(png(9)).decode()])
        answer = await v2.infer(url, InferRequest(model_name=MODEL, infer_inputs=[tensor]), model_name=MODEL)
        equal(answer.outputs[0].as_numpy().tolist(), [9])

    @check("kserve v2 infer requested output attributions")
    async def _():
        from kserve.protocol.infer_type import RequestedOutput

        ask = request(normalised(3)[None], "FP32", [1, 1, 28, 28], True)
        ask.request_outputs = [RequestedOutput("attributions", parameters={"binary_data": True})]
        ask.parameters = {"target": 3}
        answer = await v2.infer(url, ask, model_name=MODEL)
        equal([output.name for output in answer.outputs], ["attributions"])
        complete(answer.outputs[0].as_numpy())

    if grpc_url is None:
        return

    async def with_client(ask):
        client = InferenceGRPCClient(grpc_url)
        try:
            return await ask(client)
        finally:
            await client.close()

    for name in ("is_server_live", "is_server_ready"):

        @check(f"kserve grpc {name}")
        async def _(name=name):
            equal(await with_client(lambda client: getattr(client, name)()), True)

    @check("kserve grpc is_model_ready")
    async def _():
        equal(await with_client(lambda client: client.is_model_ready(MODEL)), True)

    for binary in (False, True):

        @check(f"kserve grpc infer FP32, raw={binary}")
        async def _(binary=binary):
            ask = request(normalised(6), "FP32", [1, 28, 28], binary)
            answer = await with_client(lambda client: client.infer(ask))
            equal(answer.outputs[0].as_numpy().tolist(), [6])

    @check("kserve grpc infer FP16, raw")
    async def _():
        ask = request(normalised(6).astype(np.float16), "FP16", [1, 28, 28], True)
        answer = await with_client(lambda client: client.infer(ask))
        equal(answer.outputs[0].as_numpy().tolist(), [6])

    @check("kserve grpc infer BYTES, shape []")
    async def _():
        tensor = InferInput(name="x", shape=[], datatype="BYTES", data=[png(2)])
        ask = InferRequest(model_name=MODEL, infer_inputs=[tensor])
        answer = await with_client(lambda client: client.infer(ask))
        equal(answer.outputs[0].as_numpy().tolist(), [2])

    @check("kserve grpc unknown model is NOT_FOUND")
    async def _():
        import grpc

        try:
            await with_client(lambda client: client.is_model_ready("nobody"))
        except grpc.RpcError as error:
            equal(error.code(), grpc.StatusCode.NOT_FOUND)


def triton_checks(url, grpc_url):
    import tritonclient.http as http

    places = [("http", http, url.removeprefix("http://"))]
    if grpc_url is not None:
        import tritonclient.grpc as grpc

        places.append(("grpc", grpc, grpc_url))
    for kind, module, place in places:
        triton_checks_of(kind, module, place)


def triton_checks_of(kind, module, place):
    client = module.InferenceServerClient(place)

    def tensor(name, data, datatype):
        one = module.InferInput(name, list(data.shape), datatype)
        one.set_data_from_numpy(data)
        return one

    for name in ("is_server_live", "is_server_ready"):

        @check(f"triton {kind} {name}")
        async def _(name=name):
            equal(getattr(client, name)(), True)

    @check(f"triton {kind} is_model_ready")
    async def _():
        equal(client.is_model_ready(MODEL), True)
        equal(client.is_model_ready(MODEL, "1.0"), True)

    @check(f"triton {kind} get_server_metadata")
    async def _():
        metadata = client.get_server_metadata()
        extensions = metadata["extensions"] if kind == "http" else metadata.extensions
        assert "binary_tensor_data" in extensions

    @check(f"triton {kind} get_model_metadata")
    async def _():
        metadata = client.get_model_metadata(MODEL)
        inputs = metadata["inputs"] if kind == "http" else metadata.inputs
        shape = inputs[0]["shape"] if kind == "http" else inputs[0].shape
        equal(list(shape), [-1, 1, 28, 28])

    @check(f"triton {kind} get_model_repository_index")
    async def _():
        index = client.get_model_repository_index()
        models = index if kind == "http" else index.models
        names = [one["name"] if kind == "http" else one.name for one in models]
        assert MODEL in names

    @check(f"triton {kind} infer FP32")
    async def _():
        batch = np.stack([normalised(d) for d in range(10)])
        answer = client.infer(MODEL, [tensor("input-0", batch, "FP32")])
        equal(answer.as_numpy("input-0").tolist(), list(range(10)))

    @check(f"triton {kind} infer, the same numbers in every datatype")
    async def _():
        scores = [
            client.infer(
                MODEL,
                [tensor("x", (pixels(2)[None] > 127).astype(kind_of_number), datatype)],
                outputs=[module.InferRequestedOutput("scores")],
            ).as_numpy("scores")
            for datatype, kind_of_number in NUMBERS.items()
        ]
        equal(len({one.tobytes() for one in scores}), 1)

    @check(f"triton {kind} infer BYTES")
    async def _():
        answer = client.infer(MODEL, [tensor("x", np.array([png(1)], dtype=object), "BYTES")])
        equal(answer.as_numpy("x").tolist(), [1])

    @check(f"triton {kind} infer, outputs requested, with id and parameters")
    async def _():
        wanted = [module.InferRequestedOutput(name) for name in ("prediction", "scores", "attributions", "target")]
        identity = str(uuid.uuid4())
        answer = client.infer(
            MODEL,
            [tensor("x", normalised(8)[None], "FP32")],
            outputs=wanted,
            request_id=identity,
            parameters={"target": "predicted", "n_steps": 20},
        )
        equal(answer.as_numpy("prediction").tolist(), [8])
        equal(answer.as_numpy("target").tolist(), [8])
        equal(answer.as_numpy("scores").shape, (1, 10))
        complete(answer.as_numpy("attributions"))
        equal(answer.get_response()["id"] if kind == "http" else answer.get_response().id, identity)

    if kind == "http":
        for algorithm in ("gzip", "deflate"):

            @check(f"triton http infer, {algorithm} both ways")
            async def _(algorithm=algorithm):
                wanted = [module.InferRequestedOutput("attributions")]
                answer = client.infer(
                    MODEL,
                    [tensor("x", normalised(0)[None], "FP32")],
                    outputs=wanted,
                    request_compression_algorithm=algorithm,
                    response_compression_algorithm=algorithm,
                )
                complete(answer.as_numpy("attributions"))

        @check("triton http infer, JSON both ways")
        async def _():
            one = module.InferInput("x", [1, 28, 28], "FP32")
            one.set_data_from_numpy(normalised(5), binary_data=False)
            wanted = [module.InferRequestedOutput("prediction", binary_data=False)]
            equal(client.infer(MODEL, [one], outputs=wanted).as_numpy("prediction").tolist(), [5])
    else:

        @check("triton grpc infer, compressed, with a deadline")
        async def _():
            answer = client.infer(
                MODEL,
                [tensor("x", normalised(5), "FP32")],
                compression_algorithm="gzip",
                client_timeout=20,
            )
            equal(answer.as_numpy("x").tolist(), [5])

    @check(f"triton {kind} infer, an error has its reason")
    async def _():
        try:
            client.infer(MODEL, [tensor("x", np.zeros((1, 3, 28, 28), np.float32), "FP32")])
        except Exception as error:
            assert "[1, 28, 28]" in str(error), error
        else:
            raise AssertionError("no error")


async def main(family, url, grpc_url=None):
    {"kserve": kserve_checks, "triton": triton_checks}[family](url, grpc_url)
    failed = 0
    for name, run in checks:
        try:
            await run()
            print(f"ok      {name}")
        except Exception as error:
            failed += 1
            print(f"FAILED  {name}: {type(error).__name__}: {error}")
    print(f"{len(checks) - failed} of {len(checks)} passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
