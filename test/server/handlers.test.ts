import { expect } from "chai";
import { defineHandler } from "../../src/model/handler.ts";
import { Float } from "../../src/model/json-value.ts";
import { Model } from "../../src/model/model.ts";
import { defaultServing, PooledModel, sharedCopy, startServer } from "../../src/server/index.ts";
import type { RunningServer } from "../../src/server/index.ts";
import { encodePng } from "../../src/node/image.ts";
import { asFloatTensor } from "../../src/model/float-tensor.ts";
import { Image } from "../../src/vision/image.ts";
import { ToTensor } from "../../src/vision/transforms/index.ts";
import { GrpcClient } from "../support/grpc-client.ts";
import { quickMnistSpec } from "../support/mnist.ts";
import { digitPng } from "../support/png.ts";
import { mar, vision } from "../support/small-archive.ts";
import { workerBundle } from "../support/worker-bundle.ts";

/** Every method is overridden in a way that shows in the answer. */
const handlerFile = vision(
  `def preprocess(self, data):
    images = []
    for row in data:
        image = row.get("data") or row.get("body")
        if isinstance(image, (bytes, bytearray)):
            image = Image.open(io.BytesIO(image)).convert("RGB")
            images.append(self.image_processing(image) / 2)
        else:
            images.append(torch.FloatTensor(image))
    return torch.stack(images)

def inference(self, data):
    return self.model(data) * 10

def postprocess(self, data):
    return [{"best": row.argmax().item(), "top": row.max().item()} for row in data]

def get_insights(self, tensor_data, _, target=0):
    gradient = Saliency(self.model).attribute(tensor_data, target=target, abs=False)
    return [{"target": target, "red": gradient[0][0][0][0].item()}]`,
  "import io\nfrom PIL import Image\nfrom captum.attr import Saliency",
);

const white = Buffer.from(encodePng(new Image(2, 2, "L", new Uint8Array(4).fill(255)))).toString("base64");

describe("A handler.py, through HTTP and workers", () => {
  let server: RunningServer;
  before(async () => {
    const { entry } = await workerBundle();
    const pooled = new PooledModel({
      name: "small",
      version: "1.0",
      url: "small.mar",
      source: { kind: "file", bytes: sharedCopy(mar({ handlerFile })) },
      entry,
      settings: { ...defaultServing, minWorkers: 1, maxWorkers: 1, batchSize: 4 },
      limits: { maxImagePixels: 1_000 },
    });
    await pooled.scale(1, 1);
    const own = new Model({
      ...quickMnistSpec({ name: "own" }),
      handler: defineHandler({
        imageProcessing: (image) => asFloatTensor(new ToTensor().apply(image)),
        postprocess: (output) =>
          Array.from({ length: output.shape[0] }, () => new Map([["sure", new Float(1)]])),
        explain: (_batch, row, target) => [["explained", target, row.data instanceof Image]],
      }),
    });
    const sure = new Model({
      ...quickMnistSpec({ name: "sure" }),
      handler: defineHandler({
        imageProcessing: (image) => asFloatTensor(new ToTensor().apply(image)),
        postprocess: (output) => Array.from({ length: output.shape[0] }, () => [true, false]),
      }),
    });
    server = await startServer({ models: [pooled, own, sure], port: 0, grpc: { port: 0 } });
  });
  after(() => server.stop());

  const post = async (path: string, body: object): Promise<string> => {
    const answer = await fetch(server.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return answer.text();
  };

  // The scores of a white picture at half its value are row/2 - row/4 + 0.5 and a bias; the highest is that of row 5, 1.75.
  it("answers a prediction by its preprocess, inference and postprocess, alone and in a batch", async () => {
    const expected = '{\n  "best": 5,\n  "top": 17.5\n}';
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => post("/predictions/small", { data: white })),
    );
    expect(answers).to.deep.equal(new Array<string>(5).fill(expected));
  });

  it("answers an explanation by its get_insights, each for its own target", async () => {
    const targets = [4, 0, 2, 4];
    const answers = await Promise.all(
      targets.map((target) => post("/explanations/small", { data: white, target })),
    );
    // Four pixels share the weight of red, which is the target.
    expect(answers).to.deep.equal(
      targets.map((target) => `{\n  "target": ${target},\n  "red": ${(target / 4).toFixed(1)}\n}`),
    );
    expect(await post("/explanations/small?target=predicted", { data: white })).to.include('"target": 5');
  });

  it("leaves an explanation that names a method to candil", async () => {
    const map = JSON.parse(
      await post("/explanations/small?method=saliency&target=4", { data: white }),
    ) as number[][][];
    expect(map).to.have.length(3);
    expect(map[0]).to.deep.equal([
      [1, 1],
      [1, 1],
    ]);
  });

  it("answers KServe's V1 and V2 in the same words", async () => {
    const instances = [{ data: white, target: 2 }];
    expect(JSON.parse(await post("/v1/models/small:predict", { instances }))).to.deep.equal({
      predictions: [{ best: 5, top: 17.5 }],
    });
    expect(JSON.parse(await post("/v1/models/small:explain", { instances }))).to.deep.equal({
      explanations: [{ target: 2, red: 0.5 }],
    });
    const inputs = [{ name: "x", shape: [1], datatype: "BYTES", data: [white] }];
    const { outputs } = JSON.parse(await post("/v2/models/small/infer", { inputs })) as { outputs: object[] };
    expect(outputs).to.deep.equal([
      { name: "x", datatype: "BYTES", shape: [1], data: ['{"best":5,"top":17.5}'] },
    ]);
  });

  it("answers over gRPC in the same words, in contents and raw", async () => {
    const client = new GrpcClient(`127.0.0.1:${server.grpc?.port ?? 0}`);
    const ask = async (model: string, element: Buffer, raw: boolean): Promise<unknown> => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(element.length);
      const input = { name: "x", datatype: "BYTES", shape: [1] };
      const answer = await client.call("ModelInfer", {
        model_name: model,
        ...(raw
          ? { inputs: [input], raw_input_contents: [Buffer.concat([length, element])] }
          : { inputs: [{ ...input, contents: { bytes_contents: [element] } }] }),
      });
      return { outputs: answer["outputs"], raw: answer["raw_output_contents"] };
    };
    const text = Buffer.from('{"best":5,"top":17.5}');
    expect(await ask("small", Buffer.from(white), false)).to.deep.equal({
      outputs: [{ name: "x", datatype: "BYTES", shape: ["1"], contents: { bytes_contents: [text] } }],
      raw: undefined,
    });
    expect(await ask("small", Buffer.from(white), true)).to.deep.equal({
      outputs: [{ name: "x", datatype: "BYTES", shape: ["1"] }],
      raw: [Buffer.concat([Buffer.of(text.length, 0, 0, 0), text])],
    });
    expect(await ask("sure", digitPng(3), false)).to.deep.equal({
      outputs: [{ name: "x", datatype: "BOOL", shape: ["2"], contents: { bool_contents: [true, false] } }],
      raw: undefined,
    });
    expect(await ask("sure", digitPng(3), true)).to.deep.include({ raw: [Buffer.of(1, 0)] });
    client.close();
  });

  it("is as good as one of TypeScript's, whose floats stay floats", async () => {
    const data = Buffer.from(digitPng(3)).toString("base64");
    expect(await post("/predictions/own", { data })).to.equal('{\n  "sure": 1.0\n}');
    expect(JSON.parse(await post("/explanations/own", { data, target: 7 }))).to.deep.equal([
      "explained",
      7,
      true,
    ]);
    expect(JSON.parse(await post("/v1/models/own:predict", { instances: [{ data }] }))).to.deep.equal({
      predictions: [{ sure: 1 }],
    });
  });
});
