/**
 * @module
 * Whether operations are being recorded.
 */

let enabled = true;

/** Whether operations on tensors that require a gradient are recorded just now. As `torch.is_grad_enabled`. */
export function isGradEnabled(): boolean {
  return enabled;
}

/**
 * Runs `body` without recording, and returns what it returns. As `with torch.no_grad():`.
 *
 * @example
 * const logProbs = noGrad(() => model.forward(x));
 */
export function noGrad<T>(body: () => T): T {
  return withGradMode(false, body);
}

/** Runs `body` with recording on, also inside of {@link noGrad}. As `with torch.enable_grad():`. */
export function enableGrad<T>(body: () => T): T {
  return withGradMode(true, body);
}

function withGradMode<T>(mode: boolean, body: () => T): T {
  const before = enabled;
  enabled = mode;
  try {
    return body();
  } finally {
    enabled = before;
  }
}
