/**
 * @module
 * raise, try and except.
 */

import { PythonError } from "../python-error.ts";
import type { Block, Expression, Statement } from "../syntax/ast.ts";
import type { Machine } from "../machine.ts";
import { PyClass } from "../values/class.ts";
import { PyInstance } from "../values/instance.ts";
import type { Value } from "../values/object.ts";
import { call, str } from "../values/protocol.ts";
import { PythonRaised, raise } from "../values/raise.ts";
import { PyTuple } from "../values/sequences.ts";
import type { ExpressionCompiler } from "./compiler.ts";
import { asPythonError } from "./failure.ts";
import { NORMAL } from "./frame.ts";
import type { Completion, Execute } from "./frame.ts";
import { assignName, deleteName } from "./names.ts";
import type { BodyContext } from "./statements.ts";

/** `raise value`, or a bare `raise`. */
export function compileRaise(compiler: ExpressionCompiler, value: Expression | null): Execute {
  if (value === null) {
    return (frame) => {
      throw frame.caught ?? new PythonRaised("RuntimeError", "No active exception to reraise");
    };
  }
  const evaluate = compiler.compile(value);
  return (frame) => {
    throw raised(frame.machine, evaluate(frame));
  };
}

function raised(machine: Machine, value: Value): PythonRaised {
  const exception = value instanceof PyClass ? call(machine, value) : value;
  if (!(exception instanceof PyInstance) || !isException(exception.cls)) {
    return raise("TypeError", "exceptions must derive from BaseException");
  }
  return new PythonRaised(exception.cls.name, str(machine, exception), exception);
}

function isException(cls: PyClass): boolean {
  return cls.order.some(({ name, file }) => name === "BaseException" && file === null);
}

/** try with its handlers. Only what Python would raise is caught: limits and refusals go through. */
export function compileTry(
  context: BodyContext,
  node: Statement & { kind: "try" },
  compileBlock: (context: BodyContext, block: Block) => Execute,
): Execute {
  const { compiler } = context;
  const body = compileBlock({ ...context, inTry: context.inTry || node.handlers.length > 0 }, node.body);
  const handlers = node.handlers.map(({ type, name, body: block }) => ({
    type: type === null ? null : compiler.compile(type),
    assign: name === null ? null : assignName(compiler.scope, name),
    forget: name === null ? null : deleteName(compiler.scope, name),
    body: compileBlock(context, block),
  }));
  const otherwise = compileBlock(context, node.otherwise);
  const ending = compileBlock(context, node.ending);
  const guarded: Execute = (frame) => {
    let completion: Completion;
    try {
      completion = body(frame);
    } catch (failure) {
      const error = asPythonError(failure);
      if (!(error instanceof PythonRaised)) throw error;
      const { machine } = frame;
      const handler = handlers.find(({ type }) => type === null || matches(machine, error, type(frame)));
      if (handler === undefined) throw error;
      const before = frame.caught;
      frame.caught = error;
      handler.assign?.(frame, exceptionOf(machine, error));
      try {
        return handler.body(frame);
      } finally {
        frame.caught = before;
        handler.forget?.(frame);
      }
    }
    return completion === NORMAL ? otherwise(frame) : completion;
  };
  return (frame) => {
    let completion: Completion;
    try {
      completion = guarded(frame);
    } catch (error) {
      const own = asPythonError(error);
      // Past its limits a source may not go on, not even to clean up.
      if (own instanceof PythonError && own.kind === "limit") throw own;
      const last = ending(frame);
      if (last !== NORMAL) return last;
      throw own;
    }
    const { result } = frame;
    const last = ending(frame);
    if (last !== NORMAL) return last;
    frame.result = result;
    return completion;
  };
}

/** The class of what was raised, where the machine or the source has one. */
function classOf(machine: Machine, error: PythonRaised): PyClass | null {
  if (error.exception instanceof PyInstance) return error.exception.cls;
  const known = machine.builtins.get(error.exceptionType);
  return known instanceof PyClass ? known : null;
}

function matches(machine: Machine, error: PythonRaised, type: Value): boolean {
  if (type instanceof PyTuple) return type.items.some((item) => matches(machine, error, item));
  const cls = classOf(machine, error);
  return type instanceof PyClass && cls !== null && cls.isSubclassOf(type);
}

/** The exception object, made when there is none yet. */
function exceptionOf(machine: Machine, error: PythonRaised): Value {
  if (error.exception !== null) return error.exception;
  const cls = classOf(machine, error);
  return cls === null ? null : call(machine, cls, { positional: [error.text], keywords: null });
}
