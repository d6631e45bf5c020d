/**
 * @module
 * The commands of a page and what it says that they print.
 */

/** A command, its lines joined, and the lines that follow it; "…" in those stands for anything. */
export interface PageCommand {
  readonly command: string;
  readonly output: readonly string[];
}

/** The commands of a page's `console` blocks, in order. */
export function commandsOf(page: string): PageCommand[] {
  const blocks = [...page.matchAll(/^```console\n([^]*?)^```/gm)].map(([, block]) => block);
  return blocks.flatMap((block) =>
    block
      .replaceAll(/ \\\n\s*/g, " ")
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        const [command, ...output] = text.trimEnd().split("\n");
        return { command, output };
      }),
  );
}

/** Whether a command printed what its page says. */
export function printed(actual: string, { output }: PageCommand): boolean {
  const quoted = output.map((line) =>
    line.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("…", "[^]*?"),
  );
  return new RegExp(`^${quoted.join("\\n")}\\n?$`).test(actual);
}

/** A command's words, as a shell splits them: quotes hold words together. */
export function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare);
}
