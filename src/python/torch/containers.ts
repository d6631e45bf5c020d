/**
 * @module
 * Sequential, ModuleList and ModuleDict.
 */

import type { Machine } from "../machine.ts";
import { PyClass } from "../values/class.ts";
import { PyDict } from "../values/dict.ts";
import { hostClass } from "../values/host-class.ts";
import type { HostBody } from "../values/host-function.ts";
import { shownValue, toInt, toText } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { callWith, iterate, listOf } from "../values/protocol.ts";
import { raise } from "../values/raise.ts";
import { PyIterator, PyList, PyTuple } from "../values/sequences.ts";
import { checkedIndex, PySlice } from "../values/slices.ts";
import { moduleClass, moduleOf } from "./module-class.ts";
import type { ModuleInstance } from "./module-instance.ts";

/** The modules in order. */
function entries(self: Value): ModuleInstance[] {
  return [...moduleOf(self).modules.values()].filter((module) => module !== null);
}

function nameAt(self: Value, index: Value): string {
  const names = [...moduleOf(self).modules.keys()];
  return names[checkedIndex(index, names.length, moduleOf(self).cls.name)];
}

/** An empty one of the same kind, without its `__init__`: slices are of the base class in any case. */
function emptyLike(self: Value, machine: Machine): ModuleInstance {
  const { cls } = moduleOf(self);
  const own = cls.order.find(({ file }) => file === null) ?? cls;
  return moduleOf(own.make(machine));
}

function add(self: Value, modules: readonly Value[]): void {
  for (const module of modules) moduleOf(self).addModule(String(moduleOf(self).modules.size), module);
}

/** Numbers modules anew after one was taken out or put in. */
function renumber(self: Value, modules: readonly Value[]): void {
  moduleOf(self).modules.clear();
  add(self, modules);
}

const indexed: Readonly<Record<string, HostBody>> = {
  "__len__(self)": ([self]) => moduleOf(self).modules.size,
  "__iter__(self)": ([self]) => new PyIterator(entries(self)),
  "__getitem__(self, index)": ([self, index], machine) => {
    if (!(index instanceof PySlice)) return moduleOf(self).modules.get(nameAt(self, index)) ?? null;
    const part = emptyLike(self, machine);
    const all = [...moduleOf(self).modules];
    const named = moduleOf(self).cls.order.some(({ name }) => name === "Sequential");
    for (const i of index.positions(all.length)) {
      part.addModule(named ? all[i][0] : String(part.modules.size), all[i][1]);
    }
    return part;
  },
  "__setitem__(self, index, module)": ([self, index, module]) => {
    moduleOf(self).addModule(nameAt(self, index), module);
    return null;
  },
  "__delitem__(self, index)": ([self, index]) => {
    const { modules } = moduleOf(self);
    const names = [...modules.keys()];
    const gone =
      index instanceof PySlice ? index.positions(names.length).map((i) => names[i]) : [nameAt(self, index)];
    for (const name of gone) modules.delete(name);
    renumber(self, [...modules.values()]);
    return null;
  },
  "append(self, module)": ([self, module]) => {
    add(self, [module]);
    return self;
  },
  "extend(self, modules)": ([self, modules], machine) => {
    add(self, listOf(machine, modules));
    return self;
  },
  "__iadd__(self, modules)": ([self, modules], machine) => {
    add(self, listOf(machine, modules));
    return self;
  },
  "insert(self, index, module)": ([self, index, module]) => {
    const all: Value[] = [...moduleOf(self).modules.values()];
    all.splice(toInt(index, "insert()"), 0, module);
    renumber(self, all);
    return null;
  },
  "pop(self, index)": ([self, index]) => {
    const name = nameAt(self, index);
    const all = [...moduleOf(self).modules];
    const found = moduleOf(self).modules.get(name) ?? null;
    renumber(
      self,
      all.filter(([other]) => other !== name).map(([, module]) => module),
    );
    return found;
  },
};

const sequential = hostClass({
  name: "Sequential",
  bases: [moduleClass],
  methods: {
    ...indexed,
    "__init__(self, *args)": ([self, args], machine) => {
      const given = listOf(machine, args);
      if (given.length !== 1 || !(given[0] instanceof PyDict)) {
        add(self, given);
        return null;
      }
      for (const [name, module] of given[0].entries())
        moduleOf(self).addModule(toText(name, "Sequential()"), module);
      return null;
    },
    "forward(self, input)": ([self, input], machine) => {
      let x = input;
      for (const module of entries(self)) x = callWith(machine, module, x);
      return x;
    },
  },
});

const moduleList = hostClass({
  name: "ModuleList",
  bases: [moduleClass],
  methods: {
    ...indexed,
    "__init__(self, modules=None)": ([self, modules], machine) => {
      if (modules !== null) add(self, listOf(machine, modules));
      return null;
    },
  },
});

function addNamed(machine: Machine, self: Value, modules: Value): void {
  if (modules instanceof PyDict) {
    for (const [name, module] of modules.entries())
      moduleOf(self).addModule(toText(name, "ModuleDict()"), module);
  } else {
    for (const pair of iterate(machine, modules)) {
      const [name, module] = listOf(machine, pair);
      moduleOf(self).addModule(toText(name ?? null, "ModuleDict()"), module ?? null);
    }
  }
}

function named(self: Value, key: Value): Value {
  const found = moduleOf(self).modules.get(toText(key, "ModuleDict key"));
  return found ?? raise("KeyError", `'${shownValue(key)}'`);
}

const moduleDict = hostClass({
  name: "ModuleDict",
  bases: [moduleClass],
  methods: {
    "__init__(self, modules=None)": ([self, modules], machine) => {
      if (modules !== null) addNamed(machine, self, modules);
      return null;
    },
    "__len__(self)": ([self]) => moduleOf(self).modules.size,
    "__iter__(self)": ([self]) => new PyIterator(moduleOf(self).modules.keys()),
    "__contains__(self, key)": ([self, key]) => typeof key === "string" && moduleOf(self).modules.has(key),
    "__getitem__(self, key)": ([self, key]) => named(self, key),
    "__setitem__(self, key, module)": ([self, key, module]) => {
      moduleOf(self).addModule(toText(key, "ModuleDict key"), module);
      return null;
    },
    "__delitem__(self, key)": ([self, key]) => {
      named(self, key);
      moduleOf(self).modules.delete(toText(key, "ModuleDict key"));
      return null;
    },
    "keys(self)": ([self]) => new PyList([...moduleOf(self).modules.keys()]),
    "values(self)": ([self]) => new PyList(entries(self)),
    "items(self)": ([self]) =>
      new PyList([...moduleOf(self).modules].map(([name, module]) => new PyTuple([name, module]))),
    "update(self, modules)": ([self, modules], machine) => {
      addNamed(machine, self, modules);
      return null;
    },
    "pop(self, key)": ([self, key]) => {
      const found = named(self, key);
      moduleOf(self).modules.delete(toText(key, "ModuleDict key"));
      return found;
    },
  },
});

/** The classes of this file. */
export const containerClasses: readonly PyClass[] = [sequential, moduleList, moduleDict];

/** Whether a value is a class that the layers come from. */
export function isModuleClass(value: Value): value is PyClass {
  return value instanceof PyClass && value.isSubclassOf(moduleClass);
}
