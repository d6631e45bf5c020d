/**
 * @module
 * The parts of Python's standard library that model files use: math, collections, functools, copy, typing and such.
 */

import type { Machine } from "../machine.ts";
import { exceptionClasses } from "../builtins/exceptions.ts";
import { fillDict } from "../builtins/types.ts";
import { binary } from "../evaluate/operators.ts";
import { BuiltinType } from "../values/builtin-type.ts";
import { PyDict } from "../values/dict.ts";
import { hostClass } from "../values/host-class.ts";
import { hostFunction } from "../values/host-function.ts";
import { Namespace, namespace } from "../values/namespace.ts";
import { checkedInt, PyFloat, toInt, toNumber } from "../values/numbers.ts";
import { PyObject } from "../values/object.ts";
import type { Arguments, Value } from "../values/object.ts";
import { call, callWith, iterate, listOf } from "../values/protocol.ts";
import { raise } from "../values/raise.ts";
import { PyIterator, PyList, PyTuple } from "../values/sequences.ts";
import { bind, parseSignature } from "../values/signature.ts";
import { reModule } from "./re.ts";

/** A function of one float. */
function real(name: string, run: (x: number) => number): [string, Value] {
  return [
    name,
    hostFunction(`${name}(x)`, ([x]) => {
      const input = toNumber(x, name);
      const result = run(input);
      if (Number.isNaN(result) && !Number.isNaN(input)) raise("ValueError", "math domain error");
      return new PyFloat(result);
    }),
  ];
}

function whole(name: string, run: (x: number) => number): [string, Value] {
  return [name, hostFunction(`${name}(x)`, ([x]) => checkedInt(run(toNumber(x, name))))];
}

function gcd(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : gcd(b, a % b);
}

const math = new Namespace("math", [
  real("sqrt", Math.sqrt),
  real("exp", Math.exp),
  real("sin", Math.sin),
  real("cos", Math.cos),
  real("tan", Math.tan),
  real("tanh", Math.tanh),
  real("atan", Math.atan),
  real("log2", Math.log2),
  real("log10", Math.log10),
  real("fabs", Math.abs),
  whole("ceil", Math.ceil),
  whole("floor", Math.floor),
  whole("trunc", Math.trunc),
  [
    "log",
    hostFunction("log(x, base=None)", ([x, base]) => {
      const number = toNumber(x, "log");
      if (!(number > 0)) return raise("ValueError", "math domain error");
      return new PyFloat(
        base === null ? Math.log(number) : Math.log(number) / Math.log(toNumber(base, "log")),
      );
    }),
  ],
  ["pow", hostFunction("pow(x, y)", ([x, y]) => new PyFloat(toNumber(x, "pow") ** toNumber(y, "pow")))],
  ["gcd", hostFunction("gcd(a, b)", ([a, b]) => gcd(toInt(a, "gcd"), toInt(b, "gcd")))],
  [
    "prod",
    hostFunction("prod(values, *, start=1)", ([values, start], machine) => {
      let product = start;
      for (const value of iterate(machine, values)) product = binary(machine, "*", product, value);
      return product;
    }),
  ],
  ["isnan", hostFunction("isnan(x)", ([x]) => Number.isNaN(toNumber(x, "isnan")))],
  ["isinf", hostFunction("isinf(x)", ([x]) => Math.abs(toNumber(x, "isinf")) === Infinity)],
  ["pi", new PyFloat(Math.PI)],
  ["e", new PyFloat(Math.E)],
  ["inf", new PyFloat(Infinity)],
  ["nan", new PyFloat(NaN)],
]);

const orderedSignature = parseSignature("OrderedDict(source=None, **keywords)");
const defaultSignature = parseSignature("defaultdict(factory=None, source=None, **keywords)");

const orderedDict = new BuiltinType({
  name: "OrderedDict",
  test: (value) => value instanceof PyDict && value.typeName === "OrderedDict",
  make: (machine, args) => {
    const [source, keywords] = bind(orderedSignature, args);
    return fillDict(machine, new PyDict("OrderedDict"), source, keywords);
  },
});

const defaultDict = new BuiltinType({
  name: "defaultdict",
  test: (value) => value instanceof PyDict && value.typeName === "defaultdict",
  make: (machine, args) => {
    const [factory, source, keywords] = bind(defaultSignature, args);
    const missing = factory === null ? null : (): Value => call(machine, factory);
    return fillDict(machine, new PyDict("defaultdict", missing), source, keywords);
  },
});

const collections = namespace("collections", {
  OrderedDict: orderedDict,
  defaultdict: defaultDict,
  abc: namespace("collections.abc", {
    Iterable: new BuiltinType({
      name: "Iterable",
      test: (value) =>
        typeof value === "string" ||
        value instanceof PyList ||
        value instanceof PyTuple ||
        value instanceof PyDict ||
        value instanceof PyIterator,
      make: () => raise("TypeError", "Iterable cannot be called"),
    }),
  }),
});

/** A function with some of its arguments. */
class Partial extends PyObject {
  override readonly typeName = "partial";
  readonly #callee: Value;
  readonly #args: Arguments;

  constructor(callee: Value, args: Arguments) {
    super();
    this.#callee = callee;
    this.#args = args;
  }

  override get callable(): boolean {
    return true;
  }

  override call(machine: Machine, { positional, keywords }: Arguments): Value {
    return call(machine, this.#callee, {
      positional: [...this.#args.positional, ...positional],
      keywords: new Map([...(this.#args.keywords ?? []), ...(keywords ?? [])]),
    });
  }
}

class PartialMaker extends PyObject {
  override readonly typeName = "type";

  override get callable(): boolean {
    return true;
  }

  override call(_machine: Machine, { positional, keywords }: Arguments): Value {
    const [callee, ...rest] = positional;
    if (callee === undefined) raise("TypeError", "partial() needs a function");
    return new Partial(callee, { positional: rest, keywords });
  }
}

const functools = namespace("functools", {
  partial: new PartialMaker(),
  wraps: hostFunction("wraps(fn, *args)", () => hostFunction("wrapper(fn)", ([fn]) => fn)),
  lru_cache: hostFunction("lru_cache(maxsize=None)", () => hostFunction("wrapper(fn)", ([fn]) => fn)),
  reduce: hostFunction("reduce(function, entries, *initial)", ([callee, entries, initial], machine) => {
    const items = [...listOf(machine, initial), ...listOf(machine, entries)];
    if (items.length === 0) return raise("TypeError", "reduce() of empty iterable with no initial value");
    return items.slice(1).reduce<Value>((total, item) => callWith(machine, callee, total, item), items[0]);
  }),
});

const itertools = namespace("itertools", {
  chain: hostFunction(
    "chain(*sources)",
    ([sources], machine) =>
      new PyIterator(listOf(machine, sources).flatMap((source) => listOf(machine, source))),
  ),
  repeat: hostFunction("repeat(value, times)", ([value, times], machine) => {
    const count = Math.max(0, toInt(times, "repeat()"));
    machine.checkSize(count, "list");
    return new PyIterator(new Array<Value>(count).fill(value));
  }),
});

/** A name of typing: may be subscripted and called, and means nothing. */
class TypingName extends PyObject {
  override readonly typeName = "type";
  readonly name: string;

  constructor(name: string) {
    super();
    this.name = name;
  }

  override get callable(): boolean {
    return true;
  }

  override call(): Value {
    return this;
  }

  override item(): Value {
    return this;
  }

  override binary(): Value {
    return this;
  }
}

const TYPING =
  "Any Callable Dict Final Generic Iterable Iterator List Literal Mapping NamedTuple Optional Sequence Set Tuple Type TypeVar Union";

const typing = new Namespace("typing", [
  ...TYPING.split(" ").map((name): [string, Value] => [name, new TypingName(name)]),
  ["TYPE_CHECKING", false],
  ["cast", hostFunction("cast(type, value)", ([, value]) => value)],
  ["overload", hostFunction("overload(fn)", ([fn]) => fn)],
]);

const abc = namespace("abc", {
  ABC: hostClass({ name: "ABC" }),
  ABCMeta: hostClass({ name: "ABCMeta" }),
  abstractmethod: hostFunction("abstractmethod(fn)", ([fn]) => fn),
});

const warnings = namespace("warnings", {
  warn: hostFunction("warn(*args, **kwargs)", () => null),
  filterwarnings: hostFunction("filterwarnings(*args, **kwargs)", () => null),
  simplefilter: hostFunction("simplefilter(*args, **kwargs)", () => null),
});

/** A logger whose lines go where `print` goes. */
function logger(): Value {
  const line = (name: string): [string, Value] => [
    name,
    hostFunction(`${name}(message, *args, **kwargs)`, ([message], machine) => {
      if (typeof message === "string") machine.print(message);
      return null;
    }),
  ];
  const silent = (name: string): [string, Value] => [
    name,
    hostFunction(`${name}(*args, **kwargs)`, () => null),
  ];
  return new Namespace("logging.Logger", [
    ...["info", "warning", "error", "exception", "critical"].map(line),
    ...["debug", "setLevel", "addHandler"].map(silent),
  ]);
}

const logging = namespace("logging", {
  getLogger: hostFunction("getLogger(name=None)", logger),
  basicConfig: hostFunction("basicConfig(**kwargs)", () => null),
  DEBUG: 10,
  INFO: 20,
  WARNING: 30,
  ERROR: 40,
});

const future = namespace("__future__", {
  annotations: null,
  division: null,
  print_function: null,
  absolute_import: null,
  unicode_literals: null,
});

const copy = namespace("copy", {
  copy: hostFunction("copy(value)", ([value], machine) => {
    if (value instanceof PyList) return new PyList([...value.items]);
    if (value instanceof PyDict) return fillDict(machine, new PyDict(), value, null);
    return value;
  }),
  deepcopy: hostFunction("deepcopy(value)", ([value], machine) => deepCopy(machine, value)),
});

/** Lists, tuples and dicts of plain values; objects know how to copy themselves or are refused. */
function deepCopy(machine: Machine, value: Value): Value {
  if (value instanceof PyList)
    return machine.nested(() => new PyList(value.items.map((item) => deepCopy(machine, item))));
  if (value instanceof PyTuple)
    return machine.nested(() => new PyTuple(value.items.map((item) => deepCopy(machine, item))));
  if (value instanceof PyDict) {
    const result = new PyDict();
    for (const [key, entry] of value.entries())
      result.set(
        machine,
        key,
        machine.nested(() => deepCopy(machine, entry)),
      );
    return result;
  }
  return value instanceof PyObject ? value.deepCopy(machine) : value;
}

const builtinsModule = new Namespace("builtins", exceptionClasses);

/** The modules of this file. */
export const standardModules: readonly Namespace[] = [
  math,
  collections,
  functools,
  itertools,
  typing,
  new Namespace(
    "typing_extensions",
    typing.names().map((name) => [name, typing.get(name) ?? null]),
  ),
  abc,
  warnings,
  logging,
  future,
  copy,
  reModule,
  builtinsModule,
];
