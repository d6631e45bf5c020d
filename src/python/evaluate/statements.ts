/**
 * @module
 * Statements to closures.
 */

import { PythonError } from "../python-error.ts";
import type { Block, ClassDefinition, Expression, FunctionDefinition, Statement } from "../syntax/ast.ts";
import type { Value } from "../values/object.ts";
import {
  call,
  callWith,
  getAttribute,
  getItem,
  iterate,
  setAttribute,
  setItem,
  str,
  truth,
} from "../values/protocol.ts";
import { PythonRaised } from "../values/raise.ts";
import { compileClass } from "./class-statement.ts";
import type { ExpressionCompiler } from "./compiler.ts";
import { compileRaise, compileTry } from "./exceptions.ts";
import { located } from "./failure.ts";
import { BREAK, CONTINUE, NORMAL, RETURN } from "./frame.ts";
import type { Completion, Evaluate, Execute, Frame } from "./frame.ts";
import { compileImport } from "./imports.ts";
import { assignName } from "./names.ts";
import { inPlace } from "./operators.ts";
import { compileDeletion } from "./targets.ts";

/** What a body is part of, as far as its statements may be in it. */
export interface BodyContext {
  readonly compiler: ExpressionCompiler;
  readonly inLoop: boolean;
  /** Whether an ImportError raised here would be caught. */
  readonly inTry: boolean;
}

/** A list of statements as one. Each costs a step. */
export function compileBlock(context: BodyContext, block: Block): Execute {
  const { source } = context.compiler;
  const statements = block.map((node) => ({ at: node.at, execute: compileStatement(context, node) }));
  return (frame) => {
    for (const { at, execute } of statements) {
      try {
        frame.machine.step();
        const completion = execute(frame);
        if (completion !== NORMAL) return completion;
      } catch (error) {
        throw located(error, source, at);
      }
    }
    return NORMAL;
  };
}

/** The body of a function: runs to its `return`, or gives None. */
export function compileFunctionBody(compiler: ExpressionCompiler, body: Block): Evaluate {
  const run = compileBlock({ compiler, inLoop: false, inTry: false }, body);
  return (frame) => (run(frame) === RETURN ? frame.result : null);
}

function compileStatement(context: BodyContext, node: Statement): Execute {
  const { compiler } = context;
  switch (node.kind) {
    case "expression":
      return effect(compiler.compile(node.value));
    case "assign":
      return compileAssign(compiler, node.targets, node.value);
    case "augmented":
      return compileAugmented(compiler, node);
    case "delete": {
      const deletions = node.targets.map((target) => compileDeletion(compiler, target));
      return doing((frame) => deletions.forEach((remove) => remove(frame)));
    }
    case "pass":
    case "global":
    case "nonlocal":
      return () => NORMAL;
    case "break":
    case "continue": {
      if (!context.inLoop) return refuseOutside(compiler, node.kind, "a loop", node.at);
      return node.kind === "break" ? () => BREAK : () => CONTINUE;
    }
    case "return":
      return compileReturn(compiler, node.value, node.at);
    case "if":
      return compileIf(context, node);
    case "while":
      return compileWhile(context, node);
    case "for":
      return compileFor(context, node);
    case "function":
      return compileDefinition(compiler, node, functionOf(compiler, node));
    case "class":
      return compileDefinition(compiler, node, compileClass(compiler, node, compileBlock));
    case "import":
    case "from":
      return doing(compileImport(compiler, node, context.inTry));
    case "raise":
      return compileRaise(compiler, node.value);
    case "assert":
      return compileAssert(compiler, node);
    case "try":
      return compileTry(context, node, compileBlock);
    case "with":
      return compileWith(context, node);
    case "unsupported":
      return compiler.refuse(node.construct, node.at);
  }
}

function doing(action: (frame: Frame) => void): Execute {
  return (frame) => {
    action(frame);
    return NORMAL;
  };
}

function effect(evaluate: Evaluate): Execute {
  return (frame) => {
    evaluate(frame);
    return NORMAL;
  };
}

function refuseOutside(compiler: ExpressionCompiler, what: string, where: string, at: number): Execute {
  const place = compiler.source.place(at);
  throw new PythonError("syntax", `'${what}' outside of ${where}`, place);
}

function compileReturn(compiler: ExpressionCompiler, value: Expression | null, at: number): Execute {
  if (compiler.scope.kind !== "function") return refuseOutside(compiler, "return", "a function", at);
  const evaluate = value === null ? null : compiler.compile(value);
  return (frame) => {
    frame.result = evaluate === null ? null : evaluate(frame);
    return RETURN;
  };
}

function compileAssign(
  compiler: ExpressionCompiler,
  targets: readonly Expression[],
  value: Expression,
): Execute {
  const evaluate = compiler.compile(value);
  const assigns = targets.map((target) => compiler.target(target));
  return (frame) => {
    const result = evaluate(frame);
    for (const assign of assigns) assign(frame, result);
    return NORMAL;
  };
}

function compileAugmented(compiler: ExpressionCompiler, node: Statement & { kind: "augmented" }): Execute {
  const { target, operator } = node;
  const value = compiler.compile(node.value);
  if (target.kind === "attribute") {
    const object = compiler.compile(target.object);
    return doing((frame) => {
      const { machine } = frame;
      const owner = object(frame);
      const before = getAttribute(machine, owner, target.name);
      setAttribute(machine, owner, target.name, inPlace(machine, operator, before, value(frame)));
    });
  }
  if (target.kind === "subscript") {
    const object = compiler.compile(target.object);
    const index = compiler.compile(target.index);
    return doing((frame) => {
      const { machine } = frame;
      const [owner, key] = [object(frame), index(frame)];
      setItem(machine, owner, key, inPlace(machine, operator, getItem(machine, owner, key), value(frame)));
    });
  }
  const read = compiler.compile(target);
  const assign = compiler.target(target);
  return doing((frame) => assign(frame, inPlace(frame.machine, operator, read(frame), value(frame))));
}

function compileIf(context: BodyContext, node: Statement & { kind: "if" }): Execute {
  const branches = node.branches.map(({ condition, body }) => ({
    condition: context.compiler.compile(condition),
    body: compileBlock(context, body),
  }));
  const otherwise = compileBlock(context, node.otherwise);
  return (frame) => {
    for (const { condition, body } of branches) {
      if (truth(frame.machine, condition(frame))) return body(frame);
    }
    return otherwise(frame);
  };
}

function compileWhile(context: BodyContext, node: Statement & { kind: "while" }): Execute {
  const condition = context.compiler.compile(node.condition);
  const body = compileBlock({ ...context, inLoop: true }, node.body);
  const otherwise = compileBlock(context, node.otherwise);
  return (frame) => {
    while (truth(frame.machine, condition(frame))) {
      frame.machine.step();
      const completion = body(frame);
      if (completion === BREAK) return NORMAL;
      if (completion === RETURN) return RETURN;
    }
    return otherwise(frame);
  };
}

function compileFor(context: BodyContext, node: Statement & { kind: "for" }): Execute {
  const iterable = context.compiler.compile(node.iterable);
  const assign = context.compiler.target(node.target);
  const body = compileBlock({ ...context, inLoop: true }, node.body);
  const otherwise = compileBlock(context, node.otherwise);
  return (frame) => {
    for (const entry of iterate(frame.machine, iterable(frame))) {
      assign(frame, entry);
      const completion = body(frame);
      if (completion === BREAK) return NORMAL;
      if (completion === RETURN) return RETURN;
    }
    return otherwise(frame);
  };
}

function functionOf(compiler: ExpressionCompiler, node: FunctionDefinition): Evaluate {
  return compiler.function(node.name, node.parameters, node.body, (inner) =>
    compileFunctionBody(inner, node.body),
  );
}

/** Makes a function or class, hands it to its decorators, and gives it its name. */
function compileDefinition(
  compiler: ExpressionCompiler,
  node: FunctionDefinition | ClassDefinition,
  make: Evaluate,
): Execute {
  const decorators = node.decorators.map((decorator) => compiler.compile(decorator));
  const assign = assignName(compiler.scope, node.name);
  return (frame) => {
    const wrappers = decorators.map((decorator) => decorator(frame));
    const made = wrappers.reduceRight<Value>(
      (value, wrapper) => callWith(frame.machine, wrapper, value),
      make(frame),
    );
    assign(frame, made);
    return NORMAL;
  };
}

function compileAssert(compiler: ExpressionCompiler, node: Statement & { kind: "assert" }): Execute {
  const condition = compiler.compile(node.condition);
  const message = node.message === null ? null : compiler.compile(node.message);
  return doing((frame) => {
    if (truth(frame.machine, condition(frame))) return;
    const text = message === null ? "" : str(frame.machine, message(frame));
    throw new PythonRaised("AssertionError", text);
  });
}

function compileWith(context: BodyContext, node: Statement & { kind: "with" }): Execute {
  const { compiler } = context;
  const items = node.items.map((item) => ({
    context: compiler.compile(item.context),
    assign: item.target === null ? null : compiler.target(item.target),
  }));
  const body = compileBlock(context, node.body);
  const enter = (frame: Frame, level: number): Completion => {
    if (level === items.length) return body(frame);
    const { machine } = frame;
    const { context: manager, assign } = items[level];
    const value = manager(frame);
    let completion: Completion = NORMAL;
    if (value === null || typeof value !== "object") {
      call(machine, getAttribute(machine, value, "__enter__"));
      return NORMAL;
    }
    value.around(
      machine,
      (target) => assign?.(frame, target),
      () => {
        completion = enter(frame, level + 1);
      },
    );
    return completion;
  };
  return (frame) => enter(frame, 0);
}
