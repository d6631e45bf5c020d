import { expect } from "chai";
import { readFileSync } from "node:fs";
import { lockedPackages } from "../support/locked-packages.ts";

interface Manifest {
  readonly scripts: Record<string, string>;
  readonly dependencies: Record<string, string>;
}

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as Manifest;

describe("Installing candil", () => {
  it("runs no script of candil's", () => {
    expect(manifest.scripts).not.to.have.any.keys("preinstall", "install", "postinstall", "prepare");
  });

  it("runs no script of what candil needs", () => {
    const packages = lockedPackages();
    const withScript = packages.filter(({ hasInstallScript }) => hasInstallScript);
    // protobufjs, with which the tests ask the gRPC port: the lock file tells.
    expect(withScript.map(({ place }) => place)).to.include("node_modules/protobufjs");
    expect(withScript.filter(({ dev }) => !dev)).to.deep.equal([]);
    expect(packages.filter(({ dev }) => !dev)).to.have.length.above(
      Object.keys(manifest.dependencies).length,
    );
  });

  it("asks for nothing beside it, and for exact versions", () => {
    expect(manifest).not.to.have.any.keys("peerDependencies", "optionalDependencies");
    for (const [name, version] of Object.entries(manifest.dependencies)) {
      expect(version, name).to.match(/^\d+\.\d+\.\d+$/);
    }
  });
});
