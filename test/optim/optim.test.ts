import { expect } from "chai";
import { StateDictError } from "../../src/errors.ts";
import { Parameter } from "../../src/nn/index.ts";
import { add, mul } from "../../src/ops/index.ts";
import { Adadelta, Adam, AdamW, SGD, StepLR } from "../../src/optim/index.ts";
import type { LRScheduler, Optimizer, Saved, SavedMap, Scheduled } from "../../src/optim/index.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { expectClose } from "../support/close.ts";
import { readFixture } from "../support/fixtures.ts";
import { ramp } from "../nn/ramp.ts";

interface SavedTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: readonly number[];
}

type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

interface Run {
  readonly after: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly rates: readonly number[];
  readonly state: Plain;
  readonly scheduler?: Plain;
}

type AnyOptimizer = Pick<Optimizer<{ lr: number }>, "step" | "stateDict" | "loadStateDict" | "paramGroups">;

interface Setup {
  readonly make: (this: void, params: Parameter[]) => AnyOptimizer;
  readonly schedule?: (this: void, optimizer: Scheduled) => LRScheduler;
}

const fixture = readFixture<{ readonly runs: Readonly<Record<string, Run>> }>("optim.json");

const setups: Readonly<Record<string, Setup>> = {
  Adadelta: { make: (params) => new Adadelta(params) },
  "Adadelta decayed": {
    make: (params) => new Adadelta(params, { lr: 0.5, rho: 0.8, eps: 1e-4, weightDecay: 0.01 }),
  },
  "Adadelta scheduled": {
    make: (params) => new Adadelta(params, { lr: 1 }),
    schedule: (optimizer) => new StepLR(optimizer, 1, { gamma: 0.7 }),
  },
  SGD: { make: (params) => new SGD(params, { lr: 0.1 }) },
  "SGD momentum": {
    make: (params) => new SGD(params, { lr: 0.1, momentum: 0.9, dampening: 0.1, weightDecay: 0.01 }),
  },
  "SGD nesterov": { make: (params) => new SGD(params, { lr: 0.1, momentum: 0.9, nesterov: true }) },
  "SGD scheduled": {
    make: (params) => new SGD(params, { lr: 0.1 }),
    schedule: (optimizer) => new StepLR(optimizer, 3),
  },
  "SGD groups": {
    make: ([first, ...others]) =>
      new SGD([{ params: [first] }, { params: others, lr: 0.01, momentum: 0.5 }], { lr: 0.1 }),
  },
  Adam: { make: (params) => new Adam(params, { lr: 0.01 }) },
  "Adam decayed": {
    make: (params) => new Adam(params, { lr: 0.01, betas: [0.8, 0.99], eps: 1e-6, weightDecay: 0.1 }),
  },
  "Adam amsgrad": { make: (params) => new Adam(params, { lr: 0.01, amsgrad: true }) },
  AdamW: { make: (params) => new AdamW(params, { lr: 0.01 }) },
  "AdamW amsgrad": { make: (params) => new AdamW(params, { lr: 0.01, weightDecay: 0.2, amsgrad: true }) },
};

/** As PyTorch's run in tools/optim_fixtures.py: the third parameter gets a gradient in every other step only. */
function setGradients(params: readonly Parameter[], k: number): void {
  params.forEach((p, j) => {
    p.grad = j < 2 || k % 2 === 0 ? add(mul(ramp(...p.shape), (k % 5) - 2), mul(p.detach(), 0.5)) : null;
  });
}

function parameters(): Parameter[] {
  return [ramp(3, 4), mul(ramp(5), 2), ramp(2)].map((x) => new Parameter(x));
}

describe("optimizers step as PyTorch's, to 1e-6 over twenty steps", () => {
  it("has a setup for every run of the fixture", () => {
    expect(Object.keys(setups).sort()).to.deep.equal(Object.keys(fixture.runs).sort());
  });

  for (const [name, { make, schedule }] of Object.entries(setups)) {
    it(name, () => {
      const expected = fixture.runs[name];
      const params = parameters();
      const optimizer = make(params);
      const scheduler = schedule?.(optimizer);
      for (let k = 0; k < 20; k++) {
        setGradients(params, k);
        optimizer.step();
        scheduler?.step();
        // To the bit: PyTorch multiplies in float64 too.
        expect(optimizer.paramGroups[0].lr).to.equal(expected.rates[k]);
        const values = expected.after[String(k + 1)];
        values?.forEach((value, j) => {
          expectClose(
            params[j].data,
            value,
            { rtol: 1e-6, atol: 1e-6 },
            `parameter ${j} after step ${k + 1}`,
          );
        });
      }
      expectSaved(optimizer.stateDict(), expected.state, "state");
      if (expected.scheduler !== undefined) {
        expectSaved(scheduler?.stateDict() ?? null, expected.scheduler, "scheduler");
      }
    });
  }
});

describe("a saved optimizer", () => {
  for (const [name, { make, schedule }] of Object.entries(setups)) {
    it(`of PyTorch's is continued, and one's own to the bit: ${name}`, () => {
      const straight = parameters();
      const first = make(straight);
      const firstScheduler = schedule?.(first);
      steps(straight, first, firstScheduler, 0, 8);
      // Copies, as a file makes them.
      const saved = fromPlain(toPlain(first.stateDict()));
      const savedSchedule = fromPlain(toPlain(firstScheduler?.stateDict() ?? null));
      const resumed = straight.map((p) => new Parameter(p.detach().clone()));
      const second = make(resumed);
      const secondScheduler = schedule?.(second);
      second.loadStateDict(asMap(saved));
      secondScheduler?.loadStateDict(asMap(savedSchedule));
      steps(straight, first, firstScheduler, 8, 20);
      steps(resumed, second, secondScheduler, 8, 20);
      resumed.forEach((p, i) => expect([...p.data]).to.deep.equal([...straight[i].data]));
      second.loadStateDict(asMap(fromPlain(fixture.runs[name].state)));
      expectSaved(second.stateDict(), fixture.runs[name].state, "state");
    });
  }

  it("keeps its settings when other ones are saved", () => {
    const source = new Adam(parameters(), { lr: 0.5, betas: [0.5, 0.6], amsgrad: true });
    const target = new Adam(parameters());
    target.loadStateDict(source.stateDict());
    expect(target.paramGroups[0]).to.deep.include({ lr: 0.5, betas: [0.5, 0.6], amsgrad: true });
  });

  it("is refused as a whole when groups, settings or shapes differ", () => {
    const sgd = new SGD(parameters(), { lr: 0.1, momentum: 0.9 });
    expect(() => sgd.loadStateDict(new SGD(parameters().slice(1)).stateDict())).to.throw(
      StateDictError,
      "SGD: expected groups of [3] parameters, the saved state has [2]",
    );
    expect(() => new AdamW(parameters()).loadStateDict(new Adam(parameters()).stateDict())).to.throw(
      "AdamW: expected decoupled_weight_decay = true in the saved state, got false",
    );
    const maximizing = sgd.stateDict();
    asMap(asList(maximizing.get("param_groups"))[0]).set("maximize", true);
    expect(() => sgd.loadStateDict(maximizing)).to.throw("expected maximize = false");
    const misshapen = sgd.stateDict();
    misshapen.set("state", new Map([[0, new Map([["momentum_buffer", ramp(2)]])]]));
    expect(() => sgd.loadStateDict(misshapen)).to.throw(
      "SGD: expected momentum_buffer of shape [3, 4], got [2]",
    );
    expect(() => sgd.loadStateDict(new Map())).to.throw(StateDictError);
  });
});

describe("an optimizer refuses", () => {
  const p = parameters();
  const refusals: Readonly<Record<string, readonly [() => unknown, string]>> = {
    "no parameters": [() => new SGD([]), "SGD: got no parameters; pass model.parameters()"],
    "a parameter twice": [() => new SGD([p[0], p[0]]), "appears twice"],
    "a negative learning rate": [() => new Adam(p, { lr: -1 }), "Adam: expected lr in [0, Infinity], got -1"],
    "a beta of 1": [() => new AdamW(p, { betas: [0.9, 1] }), "AdamW: expected betas[1]"],
    "a rho above 1": [() => new Adadelta(p, { rho: 1.5 }), "Adadelta: expected rho in [0, 1], got 1.5"],
    "Nesterov's step without momentum": [() => new SGD(p, { nesterov: true }), "nesterov needs a momentum"],
    "a schedule of no epochs": [() => new StepLR(new SGD(p), 0), "StepLR: expected a step size"],
  };
  for (const [name, [attempt, message]] of Object.entries(refusals)) {
    it(name, () => {
      expect(attempt).to.throw(message);
    });
  }
});

function steps(
  params: readonly Parameter[],
  optimizer: AnyOptimizer,
  scheduler: LRScheduler | undefined,
  from: number,
  to: number,
): void {
  for (let k = from; k < to; k++) {
    setGradients(params, k);
    optimizer.step();
    scheduler?.step();
  }
}

/** Compares names, order, element types and shapes exactly, and numbers to 1e-6. */
function expectSaved(actual: Saved, expected: Plain, where: string): void {
  if (actual instanceof Map && isDict(expected)) {
    expect([...actual.keys()].map(String), where).to.deep.equal(Object.keys(expected));
    for (const [key, value] of actual) expectSaved(value, expected[key], `${where}.${key}`);
  } else if (actual instanceof Tensor && isSavedTensor(expected)) {
    expect(`torch.${actual.dtype}`, where).to.equal(expected.dtype);
    expect(actual.shape, where).to.deep.equal(expected.shape);
    expectClose(Array.from(actual.data, Number), expected.data, { rtol: 1e-6, atol: 1e-6 }, where);
  } else if (Array.isArray(actual) && Array.isArray(expected)) {
    expect(actual.length, where).to.equal(expected.length);
    actual.forEach((value, i) => expectSaved(value, expected[i] as Plain, `${where}[${i}]`));
  } else {
    expect(actual, where).to.deep.equal(expected);
  }
}

function isDict(value: Plain): value is { readonly [key: string]: Plain } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSavedTensor(value: Plain): value is Plain & SavedTensor {
  return isDict(value) && "data" in value;
}

function toPlain(value: Saved): Plain {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, entry]) => [key, toPlain(entry)]));
  if (value instanceof Tensor) {
    return { shape: value.shape, dtype: `torch.${value.dtype}`, data: Array.from(value.data, Number) };
  }
  return Array.isArray(value) ? value.map((entry) => toPlain(entry)) : value;
}

function fromPlain(value: Plain): Saved {
  if (isSavedTensor(value)) return new Tensor(Float32Array.from(value.data), value.shape, "float32");
  if (isDict(value)) {
    const entries = Object.entries(value);
    return new Map(entries.map(([key, entry]) => [/^\d+$/.test(key) ? Number(key) : key, fromPlain(entry)]));
  }
  return Array.isArray(value) ? value.map((entry: Plain) => fromPlain(entry)) : (value as Saved);
}

function asMap(value: Saved): SavedMap {
  return value instanceof Map ? value : new Map<string | number, Saved>();
}

function asList(value: Saved | undefined): Saved[] {
  return Array.isArray(value) ? value : [];
}
