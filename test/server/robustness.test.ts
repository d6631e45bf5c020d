import { once } from "node:events";
import { connect } from "node:net";
import { expect } from "chai";
import { decodeImage } from "../../src/node/image.ts";
import { pythonFloatLists } from "../../src/server/answer/python-json.ts";
import { createInferenceApp, InProcessModel, startServer } from "../../src/server/index.ts";
import type { AccessRecord } from "../../src/server/index.ts";
import { listen } from "../../src/server/listener.ts";
import { digitPng, pngOf } from "../support/png.ts";
import { BrokenModel, HeldModel } from "../support/held-model.ts";
import { exchange, RawClient, withServer } from "../support/http.ts";
import { quickMnist } from "../support/mnist.ts";

const mnist = quickMnist();
const png = digitPng(3);

/** The prediction as it comes over HTTP. */
function answerFor(picture: Buffer): string {
  return String(mnist.predict(mnist.transform(decodeImage(picture)))[0].prediction);
}

describe("The server under clients that misbehave", () => {
  it("gives each of 1,000 good and bad requests of many clients its own answer", async () => {
    const pictures = Array.from({ length: 10 }, (_, digit) => digitPng(digit));
    const inputs = pictures.map((picture) => mnist.transform(decodeImage(picture)));
    const predictions = inputs.map((input) => mnist.predict(input)[0]);
    const saliencies = inputs.map(
      (input, target) => mnist.attribute(input, { target, method: "saliency" })[0],
    );
    const wrong = pngOf(new Uint8Array(27 * 28), 28, 27);
    await withServer({ models: [mnist] }, async ({ url }) => {
      const post = async (path: string, body: BodyInit): Promise<{ status: number; text: string }> => {
        const response = await fetch(url + path, { method: "POST", body });
        return { status: response.status, text: await response.text() };
      };
      const one = async (i: number): Promise<void> => {
        const digit = Math.floor(i / 5) % 10;
        const picture = pictures[digit];
        const { prediction, scores } = predictions[digit];
        if (i % 5 === 0) {
          expect((await post("/predictions/mnist", picture)).text).to.equal(String(prediction));
        } else if (i % 5 === 1) {
          const { text } = await post("/predictions/mnist?detail=full", picture);
          expect((JSON.parse(text) as { scores: number[] }).scores).to.deep.equal(scores);
        } else if (i % 5 === 2) {
          const { text } = await post(`/explanations/mnist?target=${digit}&method=saliency`, picture);
          expect(text).to.equal(pythonFloatLists(saliencies[digit].toArray()));
        } else if (i % 5 === 3) {
          const { status, text } = await post(`/predictions/nobody${i}`, picture);
          expect([status, text.includes(`Model not found: nobody${i}"`)]).to.deep.equal([404, true]);
        } else {
          const { status, text } = await post("/predictions/mnist", wrong);
          expect([status, text.includes("27 x 28")]).to.deep.equal([400, true]);
        }
      };
      const clients = Array.from({ length: 20 }, async (_, client) => {
        for (let i = client; i < 1000; i += 20) await one(i);
      });
      await Promise.all(clients);
    });
  });

  it("refuses a body that is announced to be too large before it comes, with a reason and a request id", async () => {
    await withServer({ models: [mnist], limits: { maxRequestSize: 1000, lingerMs: 20 } }, async (server) => {
      const answer = await exchange(server, ["PUT /predictions/mnist HTTP/1.1", "Content-Length: 1001"]);
      expect(answer.status).to.equal(413);
      expect(answer.headers.join("\n")).to.match(/x-request-id: [0-9a-f-]{36}/);
      expect(JSON.parse(answer.body.toString())).to.deep.equal({
        code: 413,
        type: "RequestTooLargeException",
        message:
          "The request body is larger than 1000 bytes (max_request_size): at least 1001 came or were announced.",
      });
    });
  });

  it("asks a client that waits for leave to send a large body to send it, but not one that is too large", async () => {
    await withServer({ models: [mnist], limits: { maxRequestSize: 1000, lingerMs: 20 } }, async (server) => {
      const ask = (size: number): RawClient =>
        new RawClient(server).send([
          "PUT /predictions/mnist HTTP/1.1",
          "Expect: 100-continue",
          "Connection: close",
          `Content-Length: ${size}`,
        ]);
      expect((await ask(1001).untilClosed()).status).to.equal(413);
      const client = ask(png.length);
      await once(client.socket, "data");
      client.socket.write(png);
      const { status, body } = await client.untilClosed();
      expect(status).to.equal(100);
      expect(body.toString()).to.match(/^HTTP\/1\.1 200 OK/);
    });
  });

  it("takes 6,553,500 bytes unless told otherwise, TorchServe's limit", async () => {
    await withServer({ models: [mnist] }, async ({ url }) => {
      const post = (size: number): Promise<Response> =>
        fetch(`${url}/predictions/mnist`, { method: "POST", body: new Uint8Array(size) });
      expect((await post(6_553_500)).status).to.equal(400);
      expect((await post(6_553_501)).status).to.equal(413);
    });
  });

  it("counts a body of unknown length, and its client reads the refusal while it still sends", async () => {
    await withServer({ models: [mnist], limits: { maxRequestSize: 1000 } }, async (server) => {
      const client = new RawClient(server);
      client.send(["PUT /predictions/mnist HTTP/1.1", "Transfer-Encoding: chunked"]);
      const chunk = `3e8\r\n${"x".repeat(1000)}\r\n`;
      for (let i = 0; i < 200; i++) client.socket.write(chunk);
      client.socket.write("0\r\n\r\n");
      expect((await client.untilClosed()).status).to.equal(413);
    });
  });

  it("lets a client that would keep its connection send all of a body that is too large, and read why it is refused", async () => {
    await withServer(
      { models: [mnist], limits: { maxRequestSize: 1000, lingerMs: 60_000 } },
      async (server) => {
        const body = Buffer.alloc(20_000_000);
        const client = new RawClient(server);
        client.send(["PUT /predictions/mnist HTTP/1.1", `Content-Length: ${body.length}`], body);
        const [, { status }] = await Promise.all([once(client.socket, "drain"), client.untilClosed()]);
        expect(status).to.equal(413);
      },
    );
  });

  it("gives up an upload that stalls", async () => {
    await withServer({ models: [mnist], limits: { uploadIdleMs: 30, lingerMs: 20 } }, async (server) => {
      const client = new RawClient(server);
      client.send(["PUT /predictions/mnist HTTP/1.1", `Content-Length: ${png.length}`], png.subarray(0, 50));
      // The client waits for ever; it is the server that ends this.
      const { status, body } = await client.untilClosed();
      expect(status).to.equal(408);
      expect(body.toString()).to.include("50 bytes had come before");
    });
  });

  it("cuts a head that never ends", async () => {
    await withServer(
      { models: [mnist], limits: { headersTimeoutMs: 60, requestTimeoutMs: 60 } },
      async (server) => {
        const client = new RawClient(server);
        client.socket.write("PUT /predictions/mnist HTTP/1.1\r\nX-Slow: ");
        const { status, body } = await client.untilClosed();
        expect(status).to.equal(408);
        expect(JSON.parse(body.toString())).to.include({ type: "RequestTimeoutException" });
      },
    );
  });

  it("answers what is not HTTP in TorchServe's words", async () => {
    await withServer({ models: [mnist] }, async (server) => {
      const client = new RawClient(server);
      client.socket.write("GET\u0000 nonsense\r\n\r\n");
      const { status, body } = await client.untilClosed();
      expect(status).to.equal(400);
      expect(JSON.parse(body.toString())).to.deep.equal({
        code: 400,
        type: "BadRequestException",
        message: "Invalid HTTP message.",
      });
    });
  });

  it("drops an upload whose client goes away, and goes on", async () => {
    const seen: AccessRecord[] = [];
    const held = new HeldModel(mnist, 0);
    await withServer({ models: [held], logger: { access: (r) => seen.push(r) } }, async (server) => {
      for (let i = 0; i < 20; i++) {
        const socket = connect(server.port, server.host);
        await once(socket, "connect");
        socket.write(`PUT /predictions/mnist HTTP/1.1\r\nContent-Length: ${png.length}\r\n\r\n`);
        socket.write(png.subarray(0, 100));
        socket.resetAndDestroy();
      }
      expect((await fetch(`${server.url}/ping`)).status).to.equal(200);
    });
    expect(held.computed).to.equal(0);
    expect(seen.map(({ url }) => url)).to.deep.equal(["/ping"]);
  });

  it("does not compute for a client that left while its request waited", async () => {
    const held = new HeldModel(mnist, 1);
    await withServer({ models: [held] }, async (server) => {
      const client = new RawClient(server);
      client.send(["PUT /predictions/mnist HTTP/1.1", `Content-Length: ${png.length}`], png);
      await held.arrivals[0];
      const noticed = once(held.signals[0], "abort");
      client.socket.destroy();
      await noticed;
      held.letGo();
    });
    expect(held.computed).to.equal(0);
  });

  it("says 503 when more requests wait than it takes", async () => {
    await withServer(
      { models: [new InProcessModel(mnist, { settings: { jobQueueSize: 0 } })] },
      async ({ url }) => {
        const response = await fetch(`${url}/predictions/mnist`, { method: "POST", body: png });
        expect(response.status).to.equal(503);
        expect(response.headers.get("retry-after")).to.equal("1");
        expect(await response.json()).to.include({ code: 503, type: "ServiceUnavailableException" });
      },
    );
  });

  it("keeps a defect's details to the log", async () => {
    const defects: unknown[] = [];
    const broken = new BrokenModel(mnist, new TypeError("secret of the house"));
    await withServer(
      { models: [broken], logger: { defect: (error) => defects.push(error) } },
      async ({ url }) => {
        const response = await fetch(`${url}/predictions/mnist`, { method: "POST", body: png });
        expect(response.status).to.equal(500);
        expect(await response.json()).to.deep.equal({
          code: 500,
          type: "InternalServerException",
          message: "Prediction failed",
        });
      },
    );
    expect(String(defects[0])).to.include("secret of the house");
  });

  it("writes a line of TorchServe's access log for each answer", async () => {
    const { accessLine } = await import("../../src/server/index.ts");
    const lines: string[] = [];
    await withServer(
      { models: [mnist], logger: { access: (r) => lines.push(accessLine(r)) } },
      async ({ url }) => {
        await fetch(`${url}/predictions/mnist?x=1`, { method: "POST", body: png });
        await fetch(`${url}/predictions/none`, { method: "POST", body: png });
      },
    );
    expect(lines[0]).to.match(
      /^\/127\.0\.0\.1:\d+ "POST \/predictions\/mnist\?x=1 HTTP\/1\.1" 200 \d+ [0-9a-f-]{36}$/,
    );
    expect(lines[1]).to.match(/404 \d+ [0-9a-f-]{36} "Model not found: none"$/);
  });
});

describe("An orderly stop", () => {
  it("turns away new connections, finishes what runs, and closes", async () => {
    const held = new HeldModel(mnist, 1);
    const server = await startServer({ models: [held], port: 0 });
    const running = fetch(`${server.url}/predictions/mnist`, { method: "POST", body: png });
    await held.arrivals[0];
    const stopped = server.stop();
    await fetch(`${server.url}/ping`).then(
      () => expect.fail("a new connection was accepted"),
      () => undefined,
    );
    held.letGo();
    const response = await running;
    expect(response.headers.get("connection")).to.equal("close");
    expect(await response.text()).to.equal(answerFor(png));
    await stopped;
  });

  it("is unhealthy meanwhile, and keeps no connection", async () => {
    const app = createInferenceApp({ models: [mnist], accepting: () => false });
    const listener = await listen(app, { port: 0 });
    const response = await fetch(`${listener.url}/ping`);
    expect(response.status).to.equal(503);
    expect(response.headers.get("connection")).to.equal("close");
    expect(await response.json()).to.deep.equal({ status: "Unhealthy" });
    await listener.close();
  });

  it("cuts connections that do not end by themselves after a while", async () => {
    const held = new HeldModel(mnist, 1);
    const server = await startServer({ models: [held], port: 0, drainMs: 20 });
    const client = new RawClient(server);
    client.send(["PUT /predictions/mnist HTTP/1.1", `Content-Length: ${png.length}`], png);
    await held.arrivals[0];
    await server.stop();
    expect((await client.untilClosed()).body.length).to.equal(0);
    held.letGo();
  });
});
