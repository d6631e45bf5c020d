/**
 * @module
 * The end of a server that its process is told of.
 */

/** The signals that end a server. */
const signals = ["SIGINT", "SIGTERM"] as const;

/** One of them. */
export type EndSignal = (typeof signals)[number];

/** Of a process that such a signal ended: 128 and the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const satisfies Record<EndSignal, number>;

/**
 * Runs what starts a server and waits for its end. Until {@link stopOnSignal} takes over, SIGINT and SIGTERM end the process at once: while
 * models are loaded there is no server yet that could stop in order. Node would end without this, but not as process 1 of a container,
 * which the kernel spares the signals that nobody listens for.
 */
export async function endOnSignal(run: () => Promise<void>): Promise<void> {
  for (const name of signals) process.on(name, endNow);
  try {
    await run();
  } finally {
    for (const name of signals) process.off(name, endNow);
  }
}

function endNow(signal: NodeJS.Signals): void {
  process.exit(signal === "SIGINT" ? exitCodes.SIGINT : exitCodes.SIGTERM);
}

/**
 * Resolves when the process was told to end and `server` has stopped, which hears the signal. The first SIGINT or SIGTERM begins the stop; a
 * second one ends the process at once, with 128 + the signal's number.
 * @param onStop called when the stop begins
 */
export function stopOnSignal(
  server: { stop(signal: EndSignal): Promise<void> },
  onStop: () => void = () => undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let stopping = false;
    const onSignal = (signal: EndSignal): void => {
      if (stopping) process.exit(exitCodes[signal]);
      stopping = true;
      onStop();
      server.stop(signal).then(() => {
        for (const name of signals) process.off(name, onSignal);
        resolve();
      }, reject);
    };
    for (const name of signals) process.on(name, onSignal).off(name, endNow);
  });
}
