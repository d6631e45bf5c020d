/**
 * @module
 * Good and bad requests whose answers tell them apart.
 */

/** A request and the status that it must be answered with. */
export interface SoakQuestion {
  readonly path: string;
  readonly body: Uint8Array<ArrayBuffer> | string;
  readonly type: string;
  readonly status: number;
}

const PNG = "image/png";
const JSON_TYPE = "application/json";

/**
 * Predictions, explanations of each digit for each class, and what cannot be answered: no picture, half a picture, no class,
 * no model, no JSON, too much.
 * @param digits pictures of the ten digits as PNG files
 */
export function soakQuestions(model: string, digits: readonly Uint8Array<ArrayBuffer>[]): SoakQuestion[] {
  const good = digits.flatMap((png, digit): SoakQuestion[] => {
    const data = Buffer.from(png).toString("base64");
    const json = (rest: object): string => JSON.stringify({ data, ...rest });
    const targets = [digit, (digit + 3) % 10];
    return [
      { path: `/predictions/${model}`, body: png, type: PNG, status: 200 },
      { path: `/predictions/${model}?detail=full`, body: png, type: PNG, status: 200 },
      { path: `/predictions/${model}?detail=full`, body: json({}), type: JSON_TYPE, status: 200 },
      ...targets.map((target): SoakQuestion => {
        return { path: `/explanations/${model}`, body: json({ target }), type: JSON_TYPE, status: 200 };
      }),
      {
        path: `/v1/models/${model}:explain`,
        body: JSON.stringify({ instances: [{ data, target: digit }, { data }] }),
        type: JSON_TYPE,
        status: 200,
      },
    ];
  });
  const [png] = digits;
  const bad: SoakQuestion[] = [
    { path: `/predictions/${model}`, body: png.slice(0, png.length / 2), type: PNG, status: 400 },
    { path: `/predictions/${model}`, body: "", type: PNG, status: 400 },
    { path: `/predictions/${model}`, body: '{"data": ', type: JSON_TYPE, status: 400 },
    { path: `/predictions/${model}`, body: "[[[1, 2]]]", type: JSON_TYPE, status: 400 },
    { path: `/explanations/${model}?target=10`, body: png, type: PNG, status: 400 },
    { path: `/explanations/${model}?n_steps=many`, body: png, type: PNG, status: 400 },
    { path: `/predictions/none`, body: png, type: PNG, status: 404 },
    { path: `/predictions/${model}`, body: "x".repeat(7_000_000), type: PNG, status: 413 },
  ];
  return [...good, ...bad];
}
