import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { readdir } from "node:fs/promises";
import { expect } from "chai";
import { Folder } from "../support/cli.ts";
import { withRegistering } from "../support/registering.ts";
import { mar } from "../support/small-archive.ts";

describe("Registering a model by its URL", function () {
  this.timeout(30_000);
  let folder: Folder;
  let server: Server;
  let base: string;
  const asked: string[] = [];
  before(async () => {
    folder = await Folder.create({});
    const archive = mar({ handler: "base_handler" });
    server = createServer((request, response) => {
      const { url = "" } = request;
      asked.push(url);
      if (url === "/moved.mar") response.writeHead(302, { location: "http://127.0.0.2:1/small.mar" }).end();
      else response.end(archive);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => void asked.splice(0));
  after(async () => {
    server.close();
    await folder.remove();
  });

  it("fetches an allowed one into the store, serves it, and removes it with the model", async () => {
    const registering = { settings: { allowed_urls: `${base}/.*` }, manager: { mayAsk: () => true } };
    await withRegistering(folder.path, registering, async (ask) => {
      expect((await ask("POST", `/models?url=${base}/small.mar`)).status).to.equal(200);
      expect(await readdir(folder.path)).to.deep.equal(["small.mar"]);
      expect((await ask("GET", "/models/small")).body).to.have.nested.property(
        "[0].modelUrl",
        `${base}/small.mar`,
      );
      expect((await ask("DELETE", "/models/small")).status).to.equal(200);
      expect(await readdir(folder.path)).to.deep.equal([]);
    });
  });

  it("refuses what is not on the list, files, private addresses and redirects to them, and keeps nothing", async () => {
    const allowed = String.raw`http://127\.0\.0\.\d:\d+/.*`;
    const refused = async (url: string, mayAsk?: (address: string) => boolean): Promise<number> => {
      let status = 0;
      const manager = mayAsk === undefined ? {} : { mayAsk };
      await withRegistering(folder.path, { settings: { allowed_urls: allowed }, manager }, async (ask) => {
        status = (await ask("POST", `/models?url=${encodeURIComponent(url)}`)).status;
        expect((await ask("GET", "/models")).body).to.deep.equal({ models: [] });
      });
      expect(await readdir(folder.path)).to.deep.equal([]);
      return status;
    };
    expect(await refused("https://models.example/small.mar")).to.equal(404);
    expect(await refused("file:///etc/small.mar")).to.equal(404);
    expect(await refused(`${base}/small.mar`)).to.equal(400);
    expect(asked).to.deep.equal([]);
    expect(await refused(`${base}/moved.mar`, (address) => address === "127.0.0.1")).to.equal(400);
    expect(asked).to.deep.equal(["/moved.mar"]);
  });
});
