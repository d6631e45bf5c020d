/**
 * @module
 * `torch.nn.Module` itself.
 */

import type { Module } from "../../nn/module.ts";
import { Parameter } from "../../nn/parameter.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { unsupported } from "../python-error.ts";
import { Descriptor } from "../values/descriptor.ts";
import type { PyClass } from "../values/class.ts";
import { PyDict } from "../values/dict.ts";
import { hostClass } from "../values/host-class.ts";
import { hostFunction } from "../values/host-function.ts";
import type { HostBody } from "../values/host-function.ts";
import { kindOf, shownValue, toText } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { callWith, getAttribute, truth } from "../values/protocol.ts";
import { raise } from "../values/raise.ts";
import { PyIterator, PyTuple } from "../values/sequences.ts";
import { flag } from "./arguments.ts";
import { pyTensor } from "./behaviour.ts";
import { ModuleInstance, SourceModule } from "./module-instance.ts";
import { isFloatTensor, PyTensor } from "./tensor-value.ts";

/** The instance of a method of nn.Module. */
export function moduleOf(value: Value): ModuleInstance {
  return value instanceof ModuleInstance
    ? value
    : raise("TypeError", `expected a Module, got ${kindOf(value)}`);
}

/** The Python object of a module that a walk of candil's has found. */
function instanceOf(module: Module): ModuleInstance {
  if (module instanceof SourceModule) return module.instance;
  throw new TypeError("a module of a Python model is none of Python's");
}

function pairs<T>(entries: readonly (readonly [string, T])[], value: (entry: T) => Value): PyIterator {
  return new PyIterator(entries.map(([name, entry]) => new PyTuple([name, value(entry)])));
}

/** The holder of a parameter or buffer, so that its identity is one. */
function holders(self: ModuleInstance): Map<AnyTensor, PyTensor> {
  const result = new Map<AnyTensor, PyTensor>();
  for (const module of self.module.modules()) {
    const { parameters, buffers } = instanceOf(module);
    for (const value of parameters.values()) if (value !== null) result.set(value.tensor, value);
    for (const { tensor } of buffers.values()) if (tensor !== null) result.set(tensor.tensor, tensor);
  }
  return result;
}

function held(self: ModuleInstance): (tensor: AnyTensor) => Value {
  const known = holders(self);
  return (tensor) => known.get(tensor) ?? pyTensor(tensor);
}

const same: HostBody = ([self]) => self;

function refused(what: string): HostBody {
  return () => {
    throw unsupported(what);
  };
}

/** A state dict of Python values as one of candil's. */
function stateOf(value: Value): Map<string, AnyTensor> {
  if (!(value instanceof PyDict))
    return raise("TypeError", `expected state_dict to be dict-like, got ${kindOf(value)}`);
  const state = new Map<string, AnyTensor>();
  for (const [key, entry] of value.entries()) {
    if (!(entry instanceof PyTensor))
      return raise("TypeError", `${shownValue(key)}: expected a Tensor, got ${kindOf(entry)}`);
    state.set(toText(key, "state_dict key"), entry.tensor);
  }
  return state;
}

const methods: Readonly<Record<string, HostBody>> = {
  "__init__(self, *args, **kwargs)": () => null,
  "named_children(self)": ([self]) => pairs(moduleOf(self).module.namedChildren(), instanceOf),
  "children(self)": ([self]) => new PyIterator(moduleOf(self).module.children().map(instanceOf)),
  "named_modules(self)": ([self]) => pairs(moduleOf(self).module.namedModules(), instanceOf),
  "modules(self)": ([self]) => new PyIterator(moduleOf(self).module.modules().map(instanceOf)),
  "named_parameters(self, prefix='', recurse=True)": ([self]) =>
    pairs<AnyTensor>(moduleOf(self).module.namedParameters(), held(moduleOf(self))),
  "parameters(self, recurse=True)": ([self]) =>
    new PyIterator(
      moduleOf(self)
        .module.parameters()
        .map(held(moduleOf(self))),
    ),
  "named_buffers(self)": ([self]) => pairs(moduleOf(self).module.namedBuffers(), held(moduleOf(self))),
  "buffers(self)": ([self]) =>
    new PyIterator(
      moduleOf(self)
        .module.buffers()
        .map(held(moduleOf(self))),
    ),
  "state_dict(self)": ([self]) =>
    PyDict.fromStrings(
      [...moduleOf(self).module.stateDict()].map(([name, tensor]) => [name, pyTensor(tensor)]),
    ),
  "load_state_dict(self, state_dict, strict=True, assign=False)": ([self, state, strict]) => {
    moduleOf(self).module.loadOwn(stateOf(state), flag(strict));
    return null;
  },
  "train(self, mode=True)": ([self, mode], machine) => {
    const instance = moduleOf(self);
    instance.module.training = truth(machine, mode);
    for (const child of instance.modules.values()) {
      if (child !== null) callWith(machine, getAttribute(machine, child, "train"), mode);
    }
    return self;
  },
  "eval(self)": ([self], machine) => callWith(machine, getAttribute(machine, self, "train"), false),
  "to(self, *args, **kwargs)": same,
  "cpu(self)": same,
  "float(self)": same,
  "cuda(self, device=None)": () =>
    raise("RuntimeError", "cuda: candil computes on the processor; ask torch.cuda.is_available() first"),
  "half(self)": refused("half precision"),
  "apply(self, fn)": ([self, visit], machine) => {
    const instance = moduleOf(self);
    for (const child of instance.modules.values()) {
      if (child !== null) callWith(machine, getAttribute(machine, child, "apply"), visit);
    }
    callWith(machine, visit, self);
    return self;
  },
  "register_buffer(self, name, tensor, persistent=True)": ([self, name, tensor, persistent]) => {
    if (tensor !== null && !(tensor instanceof PyTensor)) {
      return raise("TypeError", `register_buffer: expected a Tensor or None, got ${kindOf(tensor)}`);
    }
    moduleOf(self).registerBuffer(toText(name, "register_buffer()"), tensor, flag(persistent));
    return null;
  },
  "register_parameter(self, name, param)": ([self, name, value]) => {
    moduleOf(self).registerParameter(toText(name, "register_parameter()"), value);
    return null;
  },
  "add_module(self, name, module)": ([self, name, module]) => {
    moduleOf(self).addModule(toText(name, "add_module()"), module);
    return null;
  },
  "register_module(self, name, module)": ([self, name, module]) => {
    moduleOf(self).addModule(toText(name, "register_module()"), module);
    return null;
  },
  "get_submodule(self, target)": ([self, target]) => {
    const path = toText(target, "get_submodule()");
    const found = moduleOf(self)
      .module.namedModules()
      .find(([name]) => name === path);
    return found === undefined ? raise("AttributeError", `there is no module ${path}`) : instanceOf(found[1]);
  },
  "requires_grad_(self, requires_grad=True)": ([self, value]) => {
    moduleOf(self).module.requiresGrad_(flag(value));
    return self;
  },
  "zero_grad(self, set_to_none=True)": ([self]) => {
    moduleOf(self).module.zeroGrad();
    return null;
  },
  "register_forward_hook(self, *args, **kwargs)": refused("a forward hook"),
  "register_forward_pre_hook(self, *args, **kwargs)": refused("a forward hook"),
  "register_full_backward_hook(self, *args, **kwargs)": refused("a backward hook"),
  "register_backward_hook(self, *args, **kwargs)": refused("a backward hook"),
  "__repr__(self)": ([self]) => moduleOf(self).module.toString(),
};

/** `torch.nn.Module`. */
export const moduleClass: PyClass = hostClass({
  name: "Module",
  methods,
  make: (cls, machine) => new ModuleInstance(cls, machine),
  attributes: {
    training: new Descriptor(
      "property",
      hostFunction("training(self)", ([self]) => moduleOf(self).module.training),
      hostFunction("training(self, value)", ([self, value]) => {
        moduleOf(self).module.training = flag(value);
        return null;
      }),
    ),
  },
});

/** A parameter of that tensor. */
export function pyParameter(tensor: AnyTensor, requiresGrad = true): PyTensor {
  if (!isFloatTensor(tensor)) {
    return raise("RuntimeError", "Only Tensors of floating point dtype can require gradients");
  }
  return pyTensor(new Parameter(tensor, { requiresGrad }));
}
