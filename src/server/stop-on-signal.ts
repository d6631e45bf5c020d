/**
 * @module
 * The end of a server that its process is told of.
 */

/** The signals that end a server. */
const signals = ["SIGINT", "SIGTERM"] as const;

/** One of them. */
export type EndSignal = (typeof signals)[number];

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
      if (stopping) process.exit(signal === "SIGINT" ? 130 : 143);
      stopping = true;
      onStop();
      server.stop(signal).then(() => {
        for (const name of signals) process.off(name, onSignal);
        resolve();
      }, reject);
    };
    for (const name of signals) process.on(name, onSignal);
  });
}
