/**
 * @module
 * Scores for people.
 */

/** Classes shown. */
const SHOWN = 3;
/** Columns of the longest bar. */
const BAR = 30;

/** A line for each of the likeliest classes, with a bar; the first of equals first. */
export function topScores(scores: readonly number[], classes: readonly string[]): string[] {
  const width = Math.max(...classes.map((name) => name.length));
  return scores
    .map((score, index) => ({ score, name: classes[index] }))
    .sort((a, b) => b.score - a.score)
    .slice(0, SHOWN)
    .map(({ score, name }) =>
      `  ${name.padEnd(width)}  ${percent(score).padStart(8)}  ${bar(score)}`.trimEnd(),
    );
}

/** A probability for people: `99.98 %`. */
export function percent(probability: number): string {
  return `${(probability * 100).toFixed(2)} %`;
}

function bar(score: number): string {
  return Number.isFinite(score) ? "█".repeat(Math.round(score * BAR)) : "";
}
