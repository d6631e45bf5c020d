/**
 * @module
 * The syntax tree of the subset. Each node knows its offset in the source; what the subset leaves out is a node too,
 * `unsupported`, which is refused when it would run: an unused function may hold what it likes.
 */

interface At {
  /** Offset in the source text. */
  readonly at: number;
}

/** The operators between two values. */
export type BinaryOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**" | "@" | "<<" | ">>" | "&" | "|" | "^";

/** The operators that compare, which may be chained. */
export type CompareOperator = "<" | "<=" | ">" | ">=" | "==" | "!=" | "in" | "not in" | "is" | "is not";

/** A construct outside of the subset. */
export interface Unsupported extends At {
  readonly kind: "unsupported";
  /** What Python calls it. */
  readonly construct: string;
}

/** One argument of a call. */
export interface Argument extends At {
  readonly form: "positional" | "keyword" | "star" | "doubleStar";
  /** The keyword; "" for other forms. */
  readonly name: string;
  readonly value: Expression;
}

/** One parameter of a function. */
export interface Parameter extends At {
  readonly form: "positional" | "keyword" | "star" | "doubleStar";
  readonly name: string;
  readonly fallback: Expression | null;
}

/** `for target in iterable if condition`. */
export interface Clause {
  readonly target: Expression;
  readonly iterable: Expression;
  readonly conditions: readonly Expression[];
}

/** A part of an f-string. */
export type StringPart =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "value";
      readonly value: Expression;
      readonly conversion: "r" | "s" | "a" | null;
      readonly spec: readonly StringPart[] | null;
    };

/** A literal that stands for itself; f-strings are `string` expressions. */
export interface Constant extends At {
  readonly kind: "constant";
  readonly value:
    | { readonly type: "int" | "float"; readonly number: number }
    | { readonly type: "string"; readonly text: string }
    | { readonly type: "bytes"; readonly bytes: Uint8Array }
    | { readonly type: "None" | "True" | "False" | "Ellipsis" };
}

/** A variable that is read or written. */
export interface Name extends At {
  readonly kind: "name";
  readonly name: string;
}

/** `[element for ... in ... if ...]` and its kin. */
export interface Comprehension extends At {
  readonly kind: "comprehension";
  readonly type: "list" | "set" | "dict" | "generator";
  readonly element: Expression;
  /** The value of a dict's entry, whose key is `element`. */
  readonly entryValue: Expression | null;
  readonly clauses: readonly Clause[];
}

/** `lambda parameters: body`. */
export interface Lambda extends At {
  readonly kind: "lambda";
  readonly parameters: readonly Parameter[];
  readonly body: Expression;
}

/** Whatever has a value. */
export type Expression =
  | Constant
  | Name
  | Comprehension
  | Lambda
  | Unsupported
  | (At & { readonly kind: "attribute"; readonly object: Expression; readonly name: string })
  | (At & { readonly kind: "subscript"; readonly object: Expression; readonly index: Expression })
  | (At & {
      readonly kind: "slice";
      readonly start: Expression | null;
      readonly stop: Expression | null;
      readonly step: Expression | null;
    })
  | (At & { readonly kind: "call"; readonly callee: Expression; readonly arguments: readonly Argument[] })
  | (At & { readonly kind: "tuple" | "list" | "set"; readonly items: readonly Expression[] })
  | (At & {
      readonly kind: "dict";
      /** A null key stands for `**value`. */
      readonly entries: readonly { readonly key: Expression | null; readonly value: Expression }[];
    })
  | (At & { readonly kind: "starred"; readonly value: Expression })
  | (At & { readonly kind: "unary"; readonly operator: "-" | "+" | "~" | "not"; readonly value: Expression })
  | (At & {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    })
  | (At & {
      readonly kind: "compare";
      readonly first: Expression;
      readonly rest: readonly { readonly operator: CompareOperator; readonly right: Expression }[];
    })
  | (At & {
      readonly kind: "logical";
      readonly operator: "and" | "or";
      readonly left: Expression;
      readonly right: Expression;
    })
  | (At & {
      readonly kind: "conditional";
      readonly condition: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    })
  | (At & { readonly kind: "string"; readonly parts: readonly StringPart[] })
  | (At & { readonly kind: "named"; readonly name: string; readonly value: Expression });

/** The indented lines below a header, in order. */
export type Block = readonly Statement[];

/** `def name(parameters): body`. */
export interface FunctionDefinition extends At {
  readonly kind: "function";
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: Block;
  readonly decorators: readonly Expression[];
}

/** `class name(arguments): body`; the arguments are bases and keywords. */
export interface ClassDefinition extends At {
  readonly kind: "class";
  readonly name: string;
  readonly arguments: readonly Argument[];
  readonly body: Block;
  readonly decorators: readonly Expression[];
}

/** `except type as name: body`. */
export interface Handler extends At {
  /** The exception class or a tuple of them; null catches all. */
  readonly type: Expression | null;
  readonly name: string | null;
  readonly body: Block;
}

/** A line, or a header with its blocks. */
export type Statement =
  | FunctionDefinition
  | ClassDefinition
  | Unsupported
  | (At & { readonly kind: "expression"; readonly value: Expression })
  | (At & { readonly kind: "assign"; readonly targets: readonly Expression[]; readonly value: Expression })
  | (At & {
      readonly kind: "augmented";
      readonly target: Expression;
      readonly operator: BinaryOperator;
      readonly value: Expression;
    })
  | (At & { readonly kind: "delete"; readonly targets: readonly Expression[] })
  | (At & { readonly kind: "pass" | "break" | "continue" })
  | (At & { readonly kind: "return"; readonly value: Expression | null })
  | (At & {
      readonly kind: "if";
      readonly branches: readonly { readonly condition: Expression; readonly body: Block }[];
      readonly otherwise: Block;
    })
  | (At & {
      readonly kind: "while";
      readonly condition: Expression;
      readonly body: Block;
      readonly otherwise: Block;
    })
  | (At & {
      readonly kind: "for";
      readonly target: Expression;
      readonly iterable: Expression;
      readonly body: Block;
      readonly otherwise: Block;
    })
  | (At & {
      readonly kind: "import";
      readonly names: readonly { readonly path: readonly string[]; readonly alias: string | null }[];
    })
  | (At & {
      readonly kind: "from";
      readonly path: readonly string[];
      /** Count of leading dots. */
      readonly level: number;
      /** Null imports everything. */
      readonly names: readonly { readonly name: string; readonly alias: string }[] | null;
    })
  | (At & { readonly kind: "raise"; readonly value: Expression | null })
  | (At & { readonly kind: "assert"; readonly condition: Expression; readonly message: Expression | null })
  | (At & {
      readonly kind: "try";
      readonly body: Block;
      readonly handlers: readonly Handler[];
      readonly otherwise: Block;
      readonly ending: Block;
    })
  | (At & {
      readonly kind: "with";
      readonly items: readonly { readonly context: Expression; readonly target: Expression | null }[];
      readonly body: Block;
    })
  | (At & { readonly kind: "global" | "nonlocal"; readonly names: readonly string[] });
