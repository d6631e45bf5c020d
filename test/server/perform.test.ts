import { expect } from "chai";
import type { Job, Outcome, Question } from "../../src/server/index.ts";
import { perform } from "../../src/server/pool/perform.ts";
import { kernelFamily } from "../../src/kernels/index.ts";
import { expectClose } from "../support/close.ts";
import { quickMnist } from "../support/mnist.ts";
import { numbers } from "../support/pool.ts";
import { digitPng, pngOf } from "../support/png.ts";

const limits = { maxImagePixels: 1_000_000 };
const predict: Question = { kind: "predict" };
const explain = (target: number | "predicted", options: object = {}): Question => ({
  kind: "explain",
  options: { target, nSteps: 4, ...options },
});
const picture = (digit: number, question: Question = predict, as: "full" | "bare" = "full"): Job => ({
  input: { kind: "picture", bytes: digitPng(digit) },
  question,
  form: { as },
});

/** The bytes of an answer, or the message of an error. */
function text(outcome: Outcome): string {
  if (!outcome.ok) return outcome.error instanceof Error ? outcome.error.message : String(outcome.error);
  return outcome.reply.as === "answer" ? String(outcome.reply.answer.body) : "values";
}

/** Equal but for the last digits of numbers: fast kernels sum in an order that depends on the size of the batch. */
function expectAlike(actual: unknown, expected: unknown): void {
  const [words, otherWords] = [actual, expected].map((value) => JSON.stringify(value, withoutNumbers));
  expect(words).to.equal(otherWords);
  expectClose(
    numbersIn(actual),
    numbersIn(expected),
    { rtol: 1e-5, atol: 1e-6 },
    "a batch beside single ones",
  );
}

function withoutNumbers(_key: string, value: unknown): unknown {
  return typeof value === "number" ? "number" : value;
}

function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

describe("Jobs that are run together", () => {
  it("get the answers that each gets alone, to the bit on the reference kernels", () => {
    const model = quickMnist();
    const digits = [0, 1, 2, 3, 4, 5, 6];
    const jobs = [
      ...digits.map((digit) => picture(digit)),
      ...digits.map((digit) => picture(digit, explain(digit))),
      ...digits.slice(0, 3).map((digit) => picture(digit, explain("predicted", { method: "saliency" }))),
      picture(1, explain(3, { method: "gradient_shap" })),
      picture(2, explain(3, { method: "gradient_shap" })),
    ];
    const together = perform(model, jobs, limits).map(text);
    const alone = jobs.map((job) => text(perform(model, [job], limits)[0]));
    if (kernelFamily() === "reference") expect(together).to.deep.equal(alone);
    together.forEach((answer, i) => expectAlike(JSON.parse(answer), JSON.parse(alone[i])));
  });

  it("fail alone: a broken picture, a wrong size, an impossible class, a form that does not fit", () => {
    const model = quickMnist();
    const broken: Job = { ...picture(0), input: { kind: "picture", bytes: digitPng(0).subarray(0, 60) } };
    const wrong: Job = {
      ...picture(0),
      input: { kind: "picture", bytes: pngOf(new Uint8Array(27 * 28), 28, 27) },
    };
    const overlay: Job = {
      input: { kind: "numbers", data: numbers(0), shape: [1, 28, 28] },
      question: { kind: "attribute", options: { target: 0, nSteps: 2 } },
      form: { as: "picture", heatMap: { overlay: true, sign: "all", scale: undefined, colormap: undefined } },
    };
    const good = picture(5);
    const outcomes = perform(model, [broken, good, wrong, picture(1, explain(10)), overlay, good], limits);
    expect(outcomes.map(({ ok }) => ok)).to.deep.equal([false, true, false, false, false, true]);
    expect(text(outcomes[2])).to.include("27 x 28");
    expect(text(outcomes[3])).to.include("target 10 is out of range");
    expect(text(outcomes[4])).to.include("got bare numbers");
    expectAlike(JSON.parse(text(outcomes[1])), JSON.parse(text(perform(model, [good], limits)[0])));
  });
});
