/**
 * Does what deploy/Dockerfile says without a container engine: each stage is a folder, its COPY and RUN steps are carried out
 * there with this machine's Node and npm, and the program that comes out answers a question, predicts, and ends on SIGTERM. It
 * needs the npm registry for `npm ci`. The base images, users and the .dockerignore are not rehearsed.
 *
 *     node --import tsx tools/rehearse-image.ts
 */

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, isAbsolute, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { isInContext, parseDockerfile } from "../test/deploy/dockerfile.ts";
import type { Stage } from "../test/deploy/dockerfile.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "candil-rehearsal-"));
const ignore = readFileSync(join(root, "deploy/Dockerfile.dockerignore"), "utf8");
const folders = new Map<string | null, string>();

/** Carries out one stage; its file system is a folder. */
function perform({ name, steps }: Stage): string {
  const folder = join(work, name ?? "run");
  folders.set(name, folder);
  let at = "/";
  const inside = (path: string): string => join(folder, isAbsolute(path) ? path : join(at, path));
  for (const step of steps) {
    if (step.kind === "WORKDIR") {
      at = step.value;
      mkdirSync(inside("."), { recursive: true });
    } else if (step.kind === "COPY") {
      for (const source of step.sources) {
        const from = step.from === null ? join(root, source) : join(folders.get(step.from) ?? "", source);
        // A folder's contents go to the destination, a file into it, as Docker's COPY.
        const into =
          statSync(from).isDirectory() || !/(^\.|\/)$/.test(step.to)
            ? step.to
            : join(step.to, basename(source));
        cpSync(from, inside(into), {
          recursive: true,
          filter: (path) => step.from !== null || isInContext(ignore, path.slice(root.length)),
        });
      }
    } else if (step.kind === "RUN") {
      console.log(`RUN ${step.command}`);
      execFileSync("sh", ["-c", step.command], { cwd: inside("."), stdio: ["ignore", "inherit", "inherit"] });
    }
  }
  return folder;
}

/** Starts the program, asks it for a prediction, and ends it. */
async function tryOut(folder: string): Promise<void> {
  const program = join(folder, "app/dist/bin/candil.js");
  const child = spawn(
    process.execPath,
    [program, "serve", "--port", "0", "--grpc-port", "0", "--workers", "1"],
    {
      stdio: ["ignore", "pipe", "inherit"],
      cwd: folder,
    },
  );
  for await (const line of createInterface(child.stdout)) {
    const [, url] = /Model server started: (\S+)/.exec(line) ?? [];
    if (url === undefined) continue;
    console.log(line);
    const body = readFileSync(join(root, "examples/mnist/test_data/7.png"));
    const answer = await fetch(`${url}/predictions/mnist`, { method: "PUT", body });
    console.log(`7.png is ${await answer.text()}`);
    child.kill("SIGTERM");
    break;
  }
  child.stdout.resume();
  const [code] = (await once(child, "exit")) as [number | null];
  console.log(`SIGTERM: ended with ${code}`);
  if (code !== 0) process.exitCode = 1;
}

try {
  let last = "";
  for (const stage of parseDockerfile(readFileSync(join(root, "deploy/Dockerfile"), "utf8")))
    last = perform(stage);
  if (!existsSync(join(last, "app/dist/bin/candil.js"))) throw new Error("the last stage has no program");
  const size = execFileSync("du", ["-sm", join(last, "app")], { encoding: "utf8" }).split("\t")[0];
  console.log(`/app: ${size} MB`);
  await tryOut(last);
} finally {
  rmSync(work, { recursive: true, force: true });
}
