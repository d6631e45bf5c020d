import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect } from "chai";
import { imageFolder } from "../support/image.ts";
import { isInContext, parseDockerfile, stepsOf } from "./dockerfile.ts";
import { deployFolder, only } from "./documents.ts";
import type { ClusterServingRuntime } from "./kserve-resources.ts";
import type { Compose } from "./other-resources.ts";

const root = join(deployFolder, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const stages = parseDockerfile(read("deploy/Dockerfile"));
const ignore = read("deploy/Dockerfile.dockerignore");
const manifest = JSON.parse(read("package.json")) as {
  bin: Record<string, string>;
  scripts: Record<string, string>;
  engines: { node: string };
};
const [build, run] = stages;

describe("deploy/Dockerfile", () => {
  it("has a stage that builds and one that runs, on the same version of Node", () => {
    expect(stages.map(({ name }) => name)).to.deep.equal(["build", null]);
    const [builds, runs] = stages.map(({ from }) => /node(?:js)?:?(\d+)/.exec(from)?.[1]);
    expect(builds).to.equal(runs);
    expect(Number(builds)).to.be.at.least(20);
  });

  it("copies what is there, and what the build's context keeps", () => {
    for (const { from, sources } of stages.flatMap((stage) => stepsOf(stage, "COPY"))) {
      for (const source of sources) {
        if (from !== null) continue;
        expect(existsSync(join(root, source)), source).to.equal(true);
        expect(isInContext(ignore, source), source).to.equal(true);
      }
    }
    expect(isInContext(ignore, "src/kernels/simd/generated/simd.ts")).to.equal(false);
    for (const secret of [".git", "node_modules", "test", "key_file.json"]) {
      expect(isInContext(ignore, secret), secret).to.equal(false);
    }
  });

  it("runs scripts of package.json and npm's own, and no install scripts", () => {
    const commands = stepsOf(build, "RUN").flatMap(({ command }) => command.split(" && "));
    expect(commands).to.have.length(2);
    for (const command of commands) {
      const [, script] = /^npm run (\S+)$/.exec(command) ?? [];
      if (script !== undefined) expect(manifest.scripts).to.have.property(script);
      else expect(command).to.match(/^npm ci --ignore-scripts$/);
    }
    expect(stepsOf(run, "RUN")).to.deep.equal([]);
  });

  it("starts the program of package.json with Node as process 1, as the user of the manifests", () => {
    const [{ words }] = stepsOf(run, "ENTRYPOINT");
    const [{ value: folder }] = stepsOf(run, "WORKDIR");
    expect(words[0]).to.match(/\/node$/);
    expect(words.slice(1)).to.deep.equal([join(folder, manifest.bin["candil"])]);
    const { spec } = only<ClusterServingRuntime>(
      "kserve/cluster-serving-runtime.yaml",
      "ClusterServingRuntime",
    );
    const user = String(spec.containers[0].securityContext?.runAsUser);
    expect(stepsOf(run, "USER").map(({ value }) => value)).to.deep.equal([`${user}:${user}`]);
    // Distroless has no shell; the compose file's check asks the same Node.
    const { healthcheck } = only<Compose>("compose.yaml", "Compose").services["candil"];
    expect(healthcheck?.test[1]).to.equal(words[0]);
  });

  it("copies all that the program reads beside itself, and none of the packages that it has in it", async () => {
    const copies = stepsOf(run, "COPY");
    const sources = copies.flatMap((step) => step.sources);
    expect(sources).to.include.members(["package.json", "weights"]);
    const { folder } = await imageFolder();
    const files = readdirSync(join(folder, "dist"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join("/build", relative(folder, parentPath), name));
    expect(files).to.include("/build/dist/bin/candil.js");
    for (const file of files)
      expect(
        sources.some((source) => file.startsWith(`${source}/`)),
        file,
      ).to.equal(true);
    for (const { from, sources, to } of copies) {
      if (from !== null) expect(sources).to.deep.equal([`/build/${to}`]);
    }
  });

  it("is not read where it is not understood", () => {
    expect(() => parseDockerfile("FROM a\nADD b c\n")).to.throw(/cannot read "ADD b c"/);
    expect(() => parseDockerfile("RUN x\n")).to.throw(/cannot read/);
  });
});
