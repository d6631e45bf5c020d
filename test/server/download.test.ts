import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { readdir, readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { RequestError } from "../../src/server/errors.ts";
import { isPublicAddress } from "../../src/server/store/addresses.ts";
import { download } from "../../src/server/store/download.ts";
import type { DownloadOptions } from "../../src/server/store/download.ts";
import { Folder } from "../support/cli.ts";

describe("A model fetched from a URL", () => {
  let folder: Folder;
  let server: Server;
  let base: string;
  const asked: string[] = [];
  before(async () => {
    folder = await Folder.create({ "there.mar": Buffer.from("old") });
    server = createServer((request, response) => {
      const url = request.url ?? "";
      asked.push(url);
      if (url === "/moved.mar") response.writeHead(302, { location: "/good.mar" }).end();
      else if (url === "/away.mar") response.writeHead(302, { location: "http://192.0.2.1/good.mar" }).end();
      else if (url === "/round.mar") response.writeHead(302, { location: "/round.mar" }).end();
      else if (url === "/gone.mar") response.writeHead(404).end();
      else response.end("0123456789");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => void asked.splice(0));
  after(async () => {
    server.close();
    await folder.remove();
  });

  const all = (): DownloadOptions => ({ allowed: [whole(`${base}/.*`)], mayAsk: () => true });
  const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`, "u");

  async function refusal(url: string, options: DownloadOptions = all()): Promise<[string, string]> {
    const before = await readdir(folder.path);
    try {
      await download(url, folder.path, options);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      expect(await readdir(folder.path)).to.deep.equal(before);
      return [error.failure, error.message];
    }
    throw new Error(`${url} was not refused`);
  }

  it("lies in the store under the URL's last name, through redirects that are allowed too", async () => {
    const { name, sha256 } = await download(`${base}/good.mar`, folder.path, all());
    expect([name, sha256.slice(0, 8)]).to.deep.equal(["good.mar", "84d89877"]);
    expect(await readFile(folder.file("good.mar"), "utf8")).to.equal("0123456789");
    expect((await download(`${base}/moved.mar`, folder.path, all())).name).to.equal("moved.mar");
    expect(asked).to.deep.equal(["/good.mar", "/moved.mar", "/good.mar"]);
  });

  it("is nothing that the list does not name: the network is not asked then", async () => {
    const words = (url: string): string => `Given URL ${url} does not match any allowed URL(s)`;
    for (const [url, pattern] of [
      [`${base}/a.mar`, "https://models.example/.*"],
      [`${base}/a.mar`, ".*"],
      [`${base}/a.mar`, "http(s)?://.*"],
      ["file:///etc/a.mar", ".*"],
      ["ftp://127.0.0.1/a.mar", ".*"],
    ] as const) {
      const options = { allowed: [whole(pattern)], mayAsk: () => true };
      expect(await refusal(url, options), url).to.deep.equal(["modelNotFound", words(url)]);
    }
    expect(await refusal(`${base}/a.mar`, { allowed: [] })).to.deep.equal([
      "modelNotFound",
      words(`${base}/a.mar`),
    ]);
    expect(asked).to.deep.equal([]);
  });

  it("is not asked for at addresses of this machine or its network", async () => {
    const { allowed } = all();
    const byName = base.replace("127.0.0.1", "localhost");
    expect((await refusal(`${base}/a.mar`, { allowed }))[0]).to.equal("downloadFailed");
    expect((await refusal(`${byName}/a.mar`, { allowed: [whole("http://localhost.*")] }))[0]).to.equal(
      "downloadFailed",
    );
    expect(asked).to.deep.equal([]);
    for (const address of [
      "127.0.0.1",
      "10.1.2.3",
      "172.31.0.1",
      "192.168.0.1",
      "169.254.169.254",
      "100.64.0.1",
      "0.0.0.0",
      "224.0.0.1",
      "::1",
      "::",
      "::ffff:127.0.0.1",
      "fe80::1",
      "fd00:ec2::254",
      "64:ff9b::a9fe:a9fe",
      "2002:7f00:1::",
      "localhost",
    ]) {
      expect(isPublicAddress(address), address).to.equal(false);
    }
    for (const address of ["1.1.1.1", "172.32.0.1", "2606:4700::1111"]) {
      expect(isPublicAddress(address), address).to.equal(true);
    }
  });

  it("leaves nothing behind when it cannot be had", async () => {
    const failed = (name: string): [string, string] => [
      "downloadFailed",
      `Failed to download archive from: ${base}/${name}`,
    ];
    expect(await refusal(`${base}/gone.mar`)).to.deep.equal(failed("gone.mar"));
    expect(await refusal(`${base}/round.mar`)).to.deep.equal(failed("round.mar"));
    expect(asked).to.have.length(7);
    expect(await refusal(`${base}/big.mar`, { ...all(), maxBytes: 9 })).to.deep.equal(failed("big.mar"));
    expect(await refusal(`${base}/notes.txt`)).to.deep.equal(failed("notes.txt"));
    expect(await refusal(`${base}/..%2Fout.mar`)).to.deep.equal(failed("..%2Fout.mar"));
    expect(await refusal(`${base}/bad%ff.mar`)).to.deep.equal(failed("bad%ff.mar"));
    expect((await refusal(`${base}/away.mar`))[0]).to.equal("modelNotFound");
    expect(await refusal(`${base}/there.mar`)).to.deep.equal([
      "workerFailed",
      "Model file already exists there.mar",
    ]);
  });

  it("may be a file, by a pattern that says so", async () => {
    const url = pathToFileURL(folder.file("there.mar")).href;
    const into = await Folder.create({});
    try {
      const options = { allowed: [whole("file:///.*")] };
      expect((await download(url, into.path, options)).name).to.equal("there.mar");
    } finally {
      await into.remove();
    }
  });
});
