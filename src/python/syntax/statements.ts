/**
 * @module
 * Statements of the parser's tree to those of ours.
 */

import type { SyntaxNode } from "@lezer/common";
import { limitError } from "../python-error.ts";
import type { Block, Expression, FunctionDefinition, Handler, Statement } from "./ast.ts";
import { ExpressionReader, isBinaryOperator } from "./expressions.ts";
import { readParameters } from "./parameters.ts";
import { NodeList } from "./node-list.ts";
import type { SourceText } from "./source-text.ts";

/** Blocks deeper than this are refused. */
const MAX_DEPTH = 60;

const UNSUPPORTED = new Map([
  ["MatchStatement", "match"],
  ["YieldStatement", "yield"],
  ["TypeDefinition", "a type alias statement"],
  ["PrintStatement", "Python 2's print statement"],
  ["ExecStatement", "Python 2's exec statement"],
]);

/** Reads statements of one source file. */
export class StatementReader {
  readonly #expressions: ExpressionReader;
  #depth = 0;

  constructor(source: SourceText) {
    this.#expressions = new ExpressionReader(source);
  }

  /** The statements below a script or a body, those on one line apart. */
  block(node: SyntaxNode): Block {
    const { source } = this.#expressions;
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) {
      throw limitError(`blocks nest deeper than ${MAX_DEPTH}`).locate(source.place(node.from));
    }
    const result: Statement[] = [];
    const list = new NodeList(node);
    for (let child = list.next(); child !== null; child = list.next()) {
      if (child.name === "StatementGroup") result.push(...this.block(child));
      else if (child.name !== ":" && child.name !== ";") result.push(this.#statement(child));
    }
    this.#depth -= 1;
    return result;
  }

  #statement(node: SyntaxNode): Statement {
    const at = node.from;
    const list = new NodeList(node);
    const expressions = this.#expressions;
    if (list.name === "async") return { kind: "unsupported", at, construct: "async" };
    switch (node.name) {
      case "ExpressionStatement":
        return { kind: "expression", at, value: expressions.takeSome(list, at) };
      case "AssignStatement":
        return this.#assign(list, at);
      case "UpdateStatement":
        return this.#augmented(list, at);
      case "PassStatement":
        return { kind: "pass", at };
      case "BreakStatement":
        return { kind: "break", at };
      case "ContinueStatement":
        return { kind: "continue", at };
      case "ReturnStatement":
        list.next();
        return { kind: "return", at, value: expressions.takeList(list, at, []) };
      case "DeleteStatement":
        list.next();
        return { kind: "delete", at, targets: this.#separate(expressions.takeSome(list, at)) };
      case "AssertStatement":
        return this.#assert(list, at);
      case "RaiseStatement":
        list.next();
        return { kind: "raise", at, value: list.done ? null : expressions.take(list, at) };
      case "ScopeStatement":
        return this.#scope(list, at);
      case "ImportStatement":
        return this.#import(list, at);
      case "IfStatement":
        return this.#if(list, at);
      case "WhileStatement":
        return this.#while(list, at);
      case "ForStatement":
        return this.#for(list, at);
      case "TryStatement":
        return this.#try(list, at);
      case "WithStatement":
        return this.#with(list, at);
      case "FunctionDefinition":
        return this.#function(list, at, []);
      case "ClassDefinition":
        return this.#class(list, at, []);
      case "DecoratedStatement":
        return this.#decorated(list, at);
      default:
        return { kind: "unsupported", at, construct: UNSUPPORTED.get(node.name) ?? node.name };
    }
  }

  #assign(list: NodeList, at: number): Statement {
    const first = this.#expressions.takeSome(list, at, ["AssignOp", "TypeDef"]);
    // An annotation without a value declares and does nothing.
    if (list.take("TypeDef") !== null && list.done) return { kind: "pass", at };
    const values: Expression[] = [first];
    while (list.take("AssignOp") !== null) {
      values.push(this.#expressions.takeSome(list, at, ["AssignOp"]));
    }
    const targets = values.slice(0, -1);
    for (const target of targets) this.#checkTarget(target);
    return { kind: "assign", at, targets, value: values[values.length - 1] };
  }

  #augmented(list: NodeList, at: number): Statement {
    const target = this.#expressions.takeSome(list, at, ["UpdateOp"]);
    const node = list.next();
    const operator = node === null ? "" : this.#expressions.text(node).slice(0, -1);
    const value = this.#expressions.takeSome(list, at);
    if (!["name", "attribute", "subscript"].includes(target.kind)) {
      throw this.#expressions.syntaxError("nothing can be added to this in place", target.at);
    }
    if (!isBinaryOperator(operator)) {
      return { kind: "unsupported", at, construct: `the operator ${operator}=` };
    }
    return { kind: "augmented", at, target, operator, value };
  }

  /** @throws PythonError for what cannot stand on the left of an assignment */
  #checkTarget(target: Expression): void {
    if (target.kind === "tuple" || target.kind === "list") {
      for (const item of target.items) this.#checkTarget(item);
    } else if (target.kind === "starred") {
      this.#checkTarget(target.value);
    } else if (!["name", "attribute", "subscript"].includes(target.kind)) {
      throw this.#expressions.syntaxError("nothing can be assigned to this", target.at);
    }
  }

  #separate(value: Expression): readonly Expression[] {
    const parts = value.kind === "tuple" || value.kind === "list" ? value.items : [value];
    for (const part of parts) this.#checkTarget(part);
    return parts;
  }

  #assert(list: NodeList, at: number): Statement {
    list.next();
    const condition = this.#expressions.take(list, at);
    const message = list.take(",") === null ? null : this.#expressions.take(list, at);
    return { kind: "assert", at, condition, message };
  }

  #scope(list: NodeList, at: number): Statement {
    const kind = list.take("global") !== null ? "global" : "nonlocal";
    const names: string[] = [];
    for (let node = list.next(); node !== null; node = list.next()) {
      if (node.name === "VariableName") names.push(this.#expressions.text(node));
    }
    return { kind, at, names };
  }

  #import(list: NodeList, at: number): Statement {
    if (list.take("from") !== null) return this.#from(list, at);
    list.take("import");
    const names: { path: string[]; alias: string | null }[] = [];
    while (!list.done) {
      if (list.take(",") !== null) continue;
      const path = this.#dotted(list, at);
      const alias = list.take("as") === null ? null : this.#name(list, at);
      names.push({ path, alias });
    }
    return { kind: "import", at, names };
  }

  #from(list: NodeList, at: number): Statement {
    let level = 0;
    for (;;) {
      if (list.take(".") !== null) level += 1;
      else if (list.take("Ellipsis") !== null) level += 3;
      else break;
    }
    const path = list.name === "import" ? [] : this.#dotted(list, at);
    list.take("import");
    if (list.take("*") !== null) return { kind: "from", at, path, level, names: null };
    const names: { name: string; alias: string }[] = [];
    while (!list.done) {
      if (list.take(",") !== null || list.take("(") !== null || list.take(")") !== null) continue;
      const name = this.#name(list, at);
      names.push({ name, alias: list.take("as") === null ? name : this.#name(list, at) });
    }
    return { kind: "from", at, path, level, names };
  }

  #dotted(list: NodeList, at: number): string[] {
    const path = [this.#name(list, at)];
    while (list.take(".") !== null) path.push(this.#name(list, at));
    return path;
  }

  #name(list: NodeList, at: number): string {
    const node = list.next();
    if (node?.name !== "VariableName") throw this.#expressions.syntaxError("a name is missing", at);
    return this.#expressions.text(node);
  }

  #body(list: NodeList, at: number): Block {
    const node = list.next();
    if (node?.name !== "Body") throw this.#expressions.syntaxError("an indented block is missing", at);
    return this.block(node);
  }

  #otherwise(list: NodeList, at: number): Block {
    return list.take("else") === null ? [] : this.#body(list, at);
  }

  #if(list: NodeList, at: number): Statement {
    const branches: { condition: Expression; body: Block }[] = [];
    while (list.take("if") !== null || list.take("elif") !== null) {
      const condition = this.#expressions.take(list, at);
      branches.push({ condition, body: this.#body(list, at) });
    }
    return { kind: "if", at, branches, otherwise: this.#otherwise(list, at) };
  }

  #while(list: NodeList, at: number): Statement {
    list.next();
    const condition = this.#expressions.take(list, at);
    const body = this.#body(list, at);
    return { kind: "while", at, condition, body, otherwise: this.#otherwise(list, at) };
  }

  #for(list: NodeList, at: number): Statement {
    list.next();
    const target = this.#expressions.takeSome(list, at, ["in"]);
    this.#checkTarget(target);
    list.take("in");
    const iterable = this.#expressions.takeSome(list, at, ["Body"]);
    const body = this.#body(list, at);
    return { kind: "for", at, target, iterable, body, otherwise: this.#otherwise(list, at) };
  }

  #try(list: NodeList, at: number): Statement {
    list.next();
    const body = this.#body(list, at);
    const handlers: Handler[] = [];
    for (let node = list.take("except"); node !== null; node = list.take("except")) {
      if (list.name === "*") return { kind: "unsupported", at, construct: "except*" };
      const type = list.name === "Body" ? null : this.#expressions.take(list, at);
      const name = list.take("as") === null ? null : this.#name(list, at);
      handlers.push({ at: node.from, type, name, body: this.#body(list, at) });
    }
    const otherwise = this.#otherwise(list, at);
    const ending = list.take("finally") === null ? [] : this.#body(list, at);
    return { kind: "try", at, body, handlers, otherwise, ending };
  }

  #with(list: NodeList, at: number): Statement {
    list.next();
    const items: { context: Expression; target: Expression | null }[] = [];
    while (list.name !== "Body" && !list.done) {
      if (list.take(",") !== null) continue;
      const context = this.#expressions.take(list, at);
      const target = list.take("as") === null ? null : this.#expressions.take(list, at);
      if (target !== null) this.#checkTarget(target);
      items.push({ context, target });
    }
    return { kind: "with", at, items, body: this.#body(list, at) };
  }

  #function(list: NodeList, at: number, decorators: readonly Expression[]): FunctionDefinition {
    list.take("def");
    const name = this.#name(list, at);
    const node = list.take("ParamList");
    const parameters = node === null ? [] : readParameters(this.#expressions, node);
    list.take("TypeDef");
    return { kind: "function", at, name, parameters, body: this.#body(list, at), decorators };
  }

  #class(list: NodeList, at: number, decorators: readonly Expression[]): Statement {
    list.take("class");
    const name = this.#name(list, at);
    const node = list.take("ArgList");
    const args = node === null ? [] : this.#expressions.arguments(node);
    return { kind: "class", at, name, arguments: args, body: this.#body(list, at), decorators };
  }

  #decorated(list: NodeList, at: number): Statement {
    const decorators: Expression[] = [];
    for (let node = list.take("Decorator"); node !== null; node = list.take("Decorator")) {
      decorators.push(this.#decorator(node));
    }
    const node = list.next();
    if (node === null) throw this.#expressions.syntaxError("a definition is missing", at);
    const inner = new NodeList(node);
    if (inner.name === "async") return { kind: "unsupported", at, construct: "async" };
    if (node.name === "ClassDefinition") return this.#class(inner, node.from, decorators);
    return this.#function(inner, node.from, decorators);
  }

  /** `@a.b.c(args)`: the tree holds names, dots and arguments side by side. */
  #decorator(node: SyntaxNode): Expression {
    const list = new NodeList(node);
    list.take("At");
    let value = this.#expressions.take(list, node.from);
    for (let child = list.next(); child !== null; child = list.next()) {
      if (child.name === ".") {
        value = { kind: "attribute", at: node.from, object: value, name: this.#name(list, node.from) };
      } else if (child.name === "ArgList") {
        value = { kind: "call", at: node.from, callee: value, arguments: this.#expressions.arguments(child) };
      }
    }
    return value;
  }
}
