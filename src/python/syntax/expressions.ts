/**
 * @module
 * Expressions of the parser's tree to those of ours.
 */

import type { SyntaxNode } from "@lezer/common";
import { PythonError, limitError } from "../python-error.ts";
import type { Argument, BinaryOperator, Clause, CompareOperator, Expression } from "./ast.ts";
import { readNumber } from "./literals.ts";
import { NodeList } from "./node-list.ts";
import { readParameters } from "./parameters.ts";
import type { SourceText } from "./source-text.ts";
import { childrenOf, readStrings } from "./strings.ts";
import { readIndex } from "./subscripts.ts";

/** Expressions deeper than this are refused: reading and running them recurses. */
const MAX_DEPTH = 150;

const COMPARE_OPERATORS = new Set(["<", "<=", ">", ">=", "==", "!=", "in", "not in", "is", "is not"]);
const BINARY_OPERATORS = new Set(["+", "-", "*", "/", "//", "%", "**", "@", "<<", ">>", "&", "|", "^"]);

/** Whether a token is an operator of {@link BinaryOperator}. */
export function isBinaryOperator(text: string): text is BinaryOperator {
  return BINARY_OPERATORS.has(text);
}

function isCompareOperator(text: string): text is CompareOperator {
  return COMPARE_OPERATORS.has(text);
}

/** Reads expressions of one source file. */
export class ExpressionReader {
  readonly source: SourceText;
  #depth = 0;

  constructor(source: SourceText) {
    this.source = source;
  }

  /** The characters of a node. */
  text(node: SyntaxNode): string {
    return this.source.text.slice(node.from, node.to);
  }

  /** An error of kind "syntax" at a node. */
  syntaxError(detail: string, at: number): PythonError {
    return new PythonError("syntax", detail, this.source.place(at));
  }

  /** The next child as an expression. */
  take(list: NodeList, at: number): Expression {
    const node = list.next();
    if (node === null) throw this.syntaxError("an expression is missing", at);
    return this.expression(node);
  }

  /** Expressions between commas up to one of `ends`; a tuple when there is a comma, null when there is nothing. */
  takeList(list: NodeList, at: number, ends: readonly string[]): Expression | null {
    const items: Expression[] = [];
    let comma = false;
    while (!list.done && !ends.includes(list.name)) {
      if (list.take(",") !== null) comma = true;
      else items.push(this.takeItem(list, at));
    }
    if (!comma && items.length === 1 && items[0].kind !== "starred") return items[0];
    return items.length === 0 && !comma ? null : { kind: "tuple", at, items };
  }

  /** As {@link takeList}, where something must be. */
  takeSome(list: NodeList, at: number, ends: readonly string[] = []): Expression {
    const value = this.takeList(list, at, ends);
    if (value === null) throw this.syntaxError("an expression is missing", at);
    return value;
  }

  /** An expression that may have a star in front. */
  takeItem(list: NodeList, at: number): Expression {
    const star = list.take("*");
    if (star === null) return this.take(list, at);
    return { kind: "starred", at: star.from, value: this.take(list, at) };
  }

  expression(node: SyntaxNode): Expression {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) {
      throw limitError(`expressions nest deeper than ${MAX_DEPTH}`).locate(this.source.place(node.from));
    }
    const result = this.#read(node);
    this.#depth -= 1;
    return result;
  }

  #read(node: SyntaxNode): Expression {
    const at = node.from;
    const list = new NodeList(node);
    switch (node.name) {
      case "VariableName":
        return { kind: "name", at, name: this.text(node) };
      case "Number":
        return this.#number(node);
      case "Boolean":
        return { kind: "constant", at, value: { type: this.text(node) === "True" ? "True" : "False" } };
      case "None":
        return { kind: "constant", at, value: { type: "None" } };
      case "Ellipsis":
        return { kind: "constant", at, value: { type: "Ellipsis" } };
      case "String":
      case "FormatString":
        return readStrings(this, [node], at);
      case "ContinuedString":
        return readStrings(this, childrenOf(node), at);
      case "ParenthesizedExpression":
        list.next();
        return this.take(list, at);
      case "TupleExpression":
      case "ArrayExpression":
      case "SetExpression":
        return this.#display(node, list);
      case "DictionaryExpression":
        return this.#dict(list, at);
      case "ComprehensionExpression":
      case "ArrayComprehensionExpression":
      case "SetComprehensionExpression":
      case "DictionaryComprehensionExpression":
        list.next();
        return this.#comprehension(node, list);
      case "MemberExpression":
        return this.#member(list, at);
      case "CallExpression":
        return this.#call(list, at);
      case "UnaryExpression":
        return this.#unary(list, at);
      case "BinaryExpression":
        return this.#binary(list, at);
      case "ConditionalExpression":
        return this.#conditional(list, at);
      case "LambdaExpression":
        return this.#lambda(list, at);
      case "NamedExpression":
        return this.#named(list, at);
      case "YieldExpression":
        return { kind: "unsupported", at, construct: "yield" };
      case "AwaitExpression":
        return { kind: "unsupported", at, construct: "await" };
      default:
        return { kind: "unsupported", at, construct: `${node.name} (${shorten(this.text(node))})` };
    }
  }

  /** Arguments between parentheses; a bare generator counts as one. */
  arguments(node: SyntaxNode): Argument[] {
    const list = new NodeList(node);
    if (list.has("for")) {
      list.next();
      return [{ form: "positional", at: node.from, name: "", value: this.#comprehension(node, list) }];
    }
    const result: Argument[] = [];
    list.take("(");
    while (!list.done && list.name !== ")") {
      if (list.take(",") !== null) continue;
      result.push(this.#argument(list, node.from));
    }
    return result;
  }

  #argument(list: NodeList, at: number): Argument {
    if (list.take("*") !== null) {
      return { form: "star", at, name: "", value: this.take(list, at) };
    }
    if (list.take("**") !== null) {
      return { form: "doubleStar", at, name: "", value: this.take(list, at) };
    }
    const value = this.take(list, at);
    if (list.take("AssignOp") === null) return { form: "positional", at: value.at, name: "", value };
    if (value.kind !== "name") throw this.syntaxError("a keyword argument needs a name", value.at);
    return { form: "keyword", at: value.at, name: value.name, value: this.take(list, at) };
  }

  #number(node: SyntaxNode): Expression {
    const value = readNumber(this.text(node));
    if (value === null) return { kind: "unsupported", at: node.from, construct: "a complex number" };
    if (Number.isNaN(value.number)) throw this.syntaxError(`${this.text(node)} is no number`, node.from);
    return { kind: "constant", at: node.from, value };
  }

  #display(node: SyntaxNode, list: NodeList): Expression {
    const kinds = { TupleExpression: "tuple", ArrayExpression: "list", SetExpression: "set" } as const;
    const items: Expression[] = [];
    list.next();
    while (!list.done && list.name !== ")" && list.name !== "]" && list.name !== "}") {
      if (list.take(",") === null) items.push(this.takeItem(list, node.from));
    }
    return { kind: kinds[node.name as keyof typeof kinds], at: node.from, items };
  }

  #dict(list: NodeList, at: number): Expression {
    const entries: { key: Expression | null; value: Expression }[] = [];
    list.next();
    while (!list.done && list.name !== "}") {
      if (list.take(",") !== null) continue;
      if (list.take("**") !== null) {
        entries.push({ key: null, value: this.take(list, at) });
        continue;
      }
      const key = this.take(list, at);
      list.take(":");
      entries.push({ key, value: this.take(list, at) });
    }
    return { kind: "dict", at, entries };
  }

  #comprehension(node: SyntaxNode, list: NodeList): Expression {
    const at = node.from;
    const types = {
      ArrayComprehensionExpression: "list",
      SetComprehensionExpression: "set",
      DictionaryComprehensionExpression: "dict",
    } as const;
    const type = node.name in types ? types[node.name as keyof typeof types] : "generator";
    const element = this.takeItem(list, at);
    const entryValue = list.take(":") === null ? null : this.take(list, at);
    const clauses: Clause[] = [];
    while (list.name === "for" || list.name === "async") {
      if (list.take("async") !== null) return { kind: "unsupported", at, construct: "async for" };
      list.next();
      const target = this.takeSome(list, at, ["in"]);
      list.take("in");
      const iterable = this.take(list, at);
      const conditions: Expression[] = [];
      while (list.take("if") !== null) conditions.push(this.take(list, at));
      clauses.push({ target, iterable, conditions });
    }
    return { kind: "comprehension", at, type, element, entryValue, clauses };
  }

  #member(list: NodeList, at: number): Expression {
    const object = this.take(list, at);
    const dot = list.take(".");
    if (dot !== null) {
      const name = list.next();
      if (name === null) throw this.syntaxError("a name is missing after the dot", dot.from);
      return { kind: "attribute", at: name.from, object, name: this.text(name) };
    }
    list.take("[");
    return { kind: "subscript", at: object.at, object, index: readIndex(this, list, at) };
  }

  #call(list: NodeList, at: number): Expression {
    const callee = this.take(list, at);
    const node = list.next();
    if (node === null) throw this.syntaxError("arguments are missing", at);
    return { kind: "call", at: callee.at, callee, arguments: this.arguments(node) };
  }

  #unary(list: NodeList, at: number): Expression {
    const node = list.next();
    const operator = node === null ? "" : this.text(node);
    const value = this.take(list, at);
    if (operator === "-" || operator === "+" || operator === "~" || operator === "not") {
      return { kind: "unary", at, operator, value };
    }
    return { kind: "unsupported", at, construct: `the operator ${operator}` };
  }

  #binary(list: NodeList, at: number): Expression {
    const first = list.next();
    if (first === null) throw this.syntaxError("an operand is missing", at);
    const left = this.expression(first);
    const { operator, place } = this.#operator(list, at);
    const right = this.take(list, at);
    if (operator === "and" || operator === "or") return { kind: "logical", at, operator, left, right };
    if (isCompareOperator(operator)) {
      // a < b < c is one comparison of three; (a < b) < c is not.
      const chained = left.kind === "compare" && first.name === "BinaryExpression" ? left : null;
      if (chained === null) return { kind: "compare", at, first: left, rest: [{ operator, right }] };
      return { kind: "compare", at, first: chained.first, rest: [...chained.rest, { operator, right }] };
    }
    if (isBinaryOperator(operator)) return { kind: "binary", at: place, operator, left, right };
    return { kind: "unsupported", at, construct: `the operator ${operator}` };
  }

  /** One operator, of one word or two. */
  #operator(list: NodeList, at: number): { operator: string; place: number } {
    const node = list.next();
    if (node === null) throw this.syntaxError("an operator is missing", at);
    const first = this.text(node);
    const second = first === "not" ? list.take("in") : first === "is" ? list.take("not") : null;
    return { operator: second === null ? first : `${first} ${this.text(second)}`, place: node.from };
  }

  #conditional(list: NodeList, at: number): Expression {
    const yes = this.take(list, at);
    list.take("if");
    const condition = this.take(list, at);
    list.take("else");
    return { kind: "conditional", at, condition, yes, no: this.take(list, at) };
  }

  #lambda(list: NodeList, at: number): Expression {
    list.take("lambda");
    const node = list.take("ParamList");
    const parameters = node === null ? [] : readParameters(this, node);
    list.take(":");
    return { kind: "lambda", at, parameters, body: this.take(list, at) };
  }

  #named(list: NodeList, at: number): Expression {
    const target = this.take(list, at);
    list.take("AssignOp");
    if (target.kind !== "name") throw this.syntaxError(":= needs a name on its left", at);
    return { kind: "named", at, name: target.name, value: this.take(list, at) };
  }
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
