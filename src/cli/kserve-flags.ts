/**
 * @module
 * Flags as KServe and its users write them: with underscores or dashes, and some that mean nothing here.
 */

import { Command } from "commander";

/** A command whose flags may be written with underscores (KServe's) or dashes, and that takes flags it does not know. */
export class KServeCommand extends Command {
  override parseOptions(argv: string[]): ReturnType<Command["parseOptions"]> {
    return super.parseOptions(argv.map(dashed));
  }
}

/** `--http_port=8080` as `--http-port=8080`; values keep their underscores. */
function dashed(argument: string): string {
  const [, flag, value] = /^(--[^=]*)(.*)$/s.exec(argument) ?? [];
  return flag === undefined ? argument : flag.replaceAll("_", "-") + value;
}

/** Why a flag of TorchServe or of KServe's Python server has no effect here. */
const reasons: Readonly<Record<string, string>> = {
  "--start": "the process serves until it is told to stop",
  "--foreground": "the process serves until it is told to stop",
  "--ncs": "no snapshots are kept",
  "--no-config-snapshots": "no snapshots are kept",
  "--disable-token-auth": "no tokens are asked for here; that is the gateway's part",
  "--models": "what lies in the model folder is served",
  "--log-config": "log4j2 is Java; see --log_format",
  "--workflow-store": "workflows do not exist here",
  "--plugins-path": "plug-ins are Java archives",
  "--predictor-host": "candil explains with its own copy of the model and asks no predictor",
  "--predictor-protocol": "every protocol is spoken",
  "--protocol": "every protocol is spoken",
  "--enable-docs-url": "OPTIONS / answers the API description",
  "--max-threads": "see --workers",
  "--max-asyncio-workers": "see --workers",
};

/** One line for each argument that has no effect. A value behind an unknown flag belongs to that flag. */
export function warningsAbout(unknown: readonly string[]): string[] {
  const lines: string[] = [];
  let behindFlag = false;
  for (const argument of unknown) {
    const isFlag = argument.startsWith("-") && argument !== "-";
    if (isFlag) {
      const [flag, ...value] = argument.split("=");
      lines.push(`${flag} has no effect: ${reasons[flag] ?? "candil kserve does not know it"}`);
      behindFlag = value.length === 0;
      continue;
    }
    // TorchServe's containers are started as `torchserve --start ...`.
    if (!behindFlag) lines.push(`"${argument}" has no effect: candil kserve takes flags only`);
    behindFlag = false;
  }
  return lines;
}
