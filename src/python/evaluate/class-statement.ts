/**
 * @module
 * The class statement.
 */

import { unsupported } from "../python-error.ts";
import type { Block, ClassDefinition } from "../syntax/ast.ts";
import { PyClass } from "../values/class.ts";
import { Absent } from "../values/namespace.ts";
import { kindOf } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { raise } from "../values/raise.ts";
import { ExpressionCompiler } from "./compiler.ts";
import { Frame } from "./frame.ts";
import type { Evaluate, Execute } from "./frame.ts";
import { Scope } from "./scope.ts";
import type { BodyContext } from "./statements.ts";

/** Makes the class when it runs. A base that candil does not know makes the class unknown too, not the file. */
export function compileClass(
  compiler: ExpressionCompiler,
  node: ClassDefinition,
  compileBlock: (context: BodyContext, block: Block) => Execute,
): Evaluate {
  const { source, scope, facts } = compiler;
  const args = compiler.arguments(node.arguments);
  const inner = new ExpressionCompiler(source, new Scope("class", scope.enclosing), facts);
  const body = compileBlock({ compiler: inner, inLoop: false, inTry: false }, node.body);
  return (frame) => {
    const { positional, keywords } = args(frame);
    const absent = positional.find((base) => base instanceof Absent);
    if (absent instanceof Absent) return new Absent(`${node.name}, whose base is ${absent.path}`);
    const parent = scope.kind === "function" ? frame : frame.parent;
    const namespace = new Map<string, Value>();
    body(new Frame(frame.machine, frame.globals, parent, [], { namespace }));
    for (const name of keywords?.keys() ?? []) {
      if (name !== "metaclass" || !isHarmless(keywords?.get(name))) {
        throw unsupported(`the class keyword ${name}`);
      }
    }
    const bases = positional.map(asBase);
    return new PyClass({ name: node.name, bases, attributes: namespace, file: source.file });
  };
}

/** `abc.ABCMeta` changes nothing that counts here. */
function isHarmless(metaclass: Value | undefined): boolean {
  return metaclass instanceof PyClass && metaclass.name === "ABCMeta";
}

function asBase(value: Value): PyClass {
  if (value instanceof PyClass) return value;
  const name =
    typeof value === "object" && value !== null && "name" in value ? String(value.name) : kindOf(value);
  if (kindOf(value) === "type") throw unsupported(`a class that inherits from the built-in ${name}`);
  return raise("TypeError", `a class cannot inherit from a value of type '${kindOf(value)}'`);
}
