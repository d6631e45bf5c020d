import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename } from "node:path";
import { expect } from "chai";
import { availableCpus } from "../../src/server/available-cpus.ts";
import { lookInto, modelFolder } from "../../src/server/store/kserve-folder.ts";
import { Folder } from "../support/cli.ts";

/** The message of a promise that must fail. */
function failure(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "it did not fail",
    (error: unknown) => String(error),
  );
}

describe("the folder of models that KServe mounts", () => {
  let folder: Folder;
  beforeEach(async () => {
    folder = await Folder.create({});
  });
  afterEach(() => folder.remove());
  const put = (...names: string[]): Promise<unknown> =>
    Promise.all(names.map((name) => writeFile(folder.file(name), "x")));

  for (const [named, uri, expected] of [
    [undefined, undefined, "/mnt/models"],
    [undefined, "s3://bucket/models", "/mnt/models"],
    [undefined, "pvc://claim/models", "/mnt/models"],
    [undefined, "file:///srv/models", "/srv/models"],
    [undefined, "/srv/models", "/srv/models"],
    ["here", "/srv/models", "here"],
    ["file:///there", undefined, "/there"],
  ] as const) {
    it(`is ${expected} for --model_dir ${named} and STORAGE_URI ${uri}`, () => {
      expect(modelFolder(named, uri)).to.equal(expected);
    });
  }

  it("has TorchServe's layout", async () => {
    await mkdir(folder.file("config"));
    await mkdir(folder.file("model-store"));
    await put("config/config.properties");
    const store = folder.file("model-store");
    expect(await lookInto(folder.path)).to.deep.equal({
      config: folder.file("config/config.properties"),
      store,
      models: null,
    });
  });

  it("has a model store alone", async () => {
    await mkdir(folder.file("model-store"));
    await put("model-store/a.mar");
    const store = folder.file("model-store");
    expect(await lookInto(folder.path)).to.deep.equal({ config: null, store, models: ["a.mar"] });
  });

  it("has one archive, or several", async () => {
    await put("a.mar", "README.md", ".hidden.mar");
    expect(await lookInto(folder.path)).to.deep.equal({
      config: null,
      store: folder.path,
      models: ["a.mar"],
    });
    await put("b.safetensors");
    expect(await lookInto(folder.path)).to.deep.equal({
      config: null,
      store: folder.path,
      models: ["a.mar", "b.safetensors"],
    });
  });

  it("is one model: weights with source, an unpacked archive, or a file", async () => {
    const whole = { config: null, store: tmpdir(), models: [basename(folder.path)] };
    await put("a.pt");
    const file = { config: null, store: folder.path, models: ["a.pt"] };
    expect(await lookInto(folder.file("a.pt"))).to.deep.equal(file);
    await put("net.py");
    expect(await lookInto(folder.path)).to.deep.equal(whole);
  });

  it("has folders with a model each", async () => {
    await Promise.all(["one", "two", "lost+found"].map((name) => mkdir(folder.file(name))));
    await put("one/a.mar", "two/b.pt", "two/net.py");
    expect(await lookInto(folder.path)).to.deep.equal({
      config: null,
      store: folder.path,
      models: ["one", "two"],
    });
  });

  it("says what it holds instead of models", async () => {
    expect(await failure(lookInto(folder.path))).to.match(
      /expected a model archive or weights .*; it is empty$/,
    );
    await put("saved_model.pb");
    expect(await failure(lookInto(folder.path))).to.match(/; it holds saved_model.pb$/);
  });
});

describe("the cores that a process may use", () => {
  const files = (entries: Record<string, string>) => (path: string) => entries[path] ?? null;
  const v1 = (quota: string): Record<string, string> => ({
    "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": quota,
    "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
  });

  for (const [what, entries, expected] of [
    ["no control group", {}, 8],
    ["no limit", { "/sys/fs/cgroup/cpu.max": "max 100000" }, 8],
    ["two and a half", { "/sys/fs/cgroup/cpu.max": "250000 100000" }, 2],
    ["half a core", { "/sys/fs/cgroup/cpu.max": "50000 100000" }, 1],
    ["more than there are", { "/sys/fs/cgroup/cpu.max": "6400000 100000" }, 8],
    ["no limit of version 1", v1("-1"), 8],
    ["three of version 1", v1("300000"), 3],
  ] as const) {
    it(`are ${expected} of 8 with ${what}`, () => {
      expect(availableCpus(files(entries), 8)).to.equal(expected);
    });
  }
});
