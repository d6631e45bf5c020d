/**
 * @module
 * `candil doctor`: what this computer offers, and what stands in the way.
 */

import { createServer } from "node:net";
import { availableParallelism } from "node:os";
import { Command } from "commander";
import { CandilError } from "../errors.ts";
import type { Terminal } from "./terminal.ts";
import { packageVersion } from "../node/package-version.ts";

/** One line of the report. */
interface Finding {
  readonly what: string;
  readonly finding: string;
  /** Whether candil cannot work like this. */
  readonly broken?: boolean;
}

/** The ports of TorchServe, and what answers there. */
const PORTS: readonly (readonly [port: number, what: string])[] = [
  [8080, "inference"],
  [8081, "management"],
  [8082, "metrics"],
];

/** The command, which prints a report and fails when something is broken. */
export function doctorCommand(terminal: Terminal): Command {
  return new Command("doctor")
    .description("show versions, SIMD features, cores and ports, and what is wrong")
    .action(async () => {
      const findings = [versions(), await kernelFamilies(), cores(), await embedded(), ...(await ports())];
      const width = Math.max(...findings.map(({ what }) => what.length));
      for (const { what, finding, broken } of findings) {
        terminal.stdout.write(`${broken === true ? "✘" : " "} ${what.padEnd(width)}  ${finding}\n`);
      }
      const broken = findings.filter((finding) => finding.broken === true);
      if (broken.length > 0) {
        throw new CandilError(`not in order: ${broken.map(({ what }) => what).join(", ")}`);
      }
    });
}

function versions(): Finding {
  const { node, v8 } = process.versions;
  return {
    what: "candil",
    finding: `${packageVersion()} on Node ${node} (V8 ${v8}), ${process.platform} ${process.arch}`,
  };
}

async function kernelFamilies(): Promise<Finding> {
  const { availableKernels, kernels } = await import("../kernels/index.ts");
  const available = availableKernels();
  const missing = ["simd", "relaxed-simd"].filter((name) => !available.some((family) => family === name));
  const note = missing.length === 0 ? "" : `; not here: ${missing.join(", ")}`;
  return {
    what: "kernels",
    finding: `${kernels().family} in use; available: ${available.join(", ")}${note}`,
  };
}

function cores(): Finding {
  return { what: "cores", finding: String(availableParallelism()) };
}

async function embedded(): Promise<Finding> {
  const { embeddedMnist } = await import("../node/embedded-mnist.ts");
  try {
    const { description } = await embeddedMnist();
    return { what: "embedded mnist", finding: description };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { what: "embedded mnist", finding: reason, broken: true };
  }
}

function ports(): Promise<Finding[]> {
  return Promise.all(
    PORTS.map(async ([port, use]) => ({
      what: `port ${port}`,
      finding: (await isFree(port))
        ? `free (${use})`
        : `in use (${use}): choose another with candil serve --port`,
    })),
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
