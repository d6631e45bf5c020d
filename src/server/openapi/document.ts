/**
 * @module
 * The little of OpenAPI 3.0.1 that the descriptions need, in a short form: one operation is one call.
 */

/** The version of TorchServe whose API is spoken. */
export const API_VERSION = "0.12.0";

/** A parameter in short: its name, what it says, its type, and what it may be. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly description: string;
  readonly required?: boolean;
  readonly type?: "string" | "integer" | "boolean" | "number";
  readonly default?: string | number | boolean;
  readonly enum?: readonly string[];
}

/** What an operation takes and answers. */
export interface Operation {
  readonly operationId: string;
  readonly description: string;
  readonly parameters?: readonly Parameter[];
  /** Content types of the request's body. */
  readonly body?: readonly string[];
  /** What an answer of 200 holds: its content types; JSON unless said. */
  readonly answers?: readonly string[];
  /** Other answers by status, with their meaning. */
  readonly also?: Readonly<Record<number, string>>;
  /** Whether a token may be asked for. */
  readonly open?: boolean;
}

/** Methods of a path. */
export type PathItem = Readonly<Partial<Record<"get" | "post" | "put" | "delete" | "options", Operation>>>;

/** A whole description, ready for JSON. */
export type OpenApiDocument = Readonly<Record<string, unknown>>;

/**
 * An OpenAPI document.
 *
 * @example
 * openApiDocument("APIs", "What they do.", { "/ping": { get: { operationId: "ping", description: "Health." } } });
 */
export function openApiDocument(
  title: string,
  description: string,
  paths: Readonly<Record<string, PathItem>>,
): OpenApiDocument {
  return {
    openapi: "3.0.1",
    info: { title, description, version: API_VERSION },
    paths: Object.fromEntries(
      Object.entries(paths).map(([path, item]) => [
        path,
        Object.fromEntries(Object.entries(item).map(([method, operation]) => [method, expand(operation)])),
      ]),
    ),
    components: {
      schemas: { Error: errorSchema },
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
  };
}

const errorSchema = {
  type: "object",
  required: ["code", "type", "message"],
  properties: {
    code: { type: "integer", description: "The HTTP status." },
    type: { type: "string", description: "The kind of error, under TorchServe's name for it." },
    message: { type: "string", description: "What was expected and what came." },
  },
};

function expand(operation: Operation): object {
  const {
    operationId,
    description,
    parameters = [],
    body,
    answers = ["application/json"],
    also = {},
  } = operation;
  const content = (types: readonly string[], schema: object): object =>
    Object.fromEntries(types.map((type) => [type, { schema }]));
  const failure = (meaning: string): object => ({
    description: meaning,
    content: content(["application/json"], { $ref: "#/components/schemas/Error" }),
  });
  return {
    operationId,
    description,
    parameters: parameters.map(expandParameter),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: content(body, { type: "string", format: "binary" }) } }),
    responses: {
      200: { description: "Done.", content: content(answers, {}) },
      ...Object.fromEntries(
        Object.entries(also).map(([status, meaning]) => [
          status,
          Number(status) < 400 ? { description: meaning } : failure(meaning),
        ]),
      ),
    },
    ...(operation.open === true ? {} : { security: [{}, { token: [] }] }),
  };
}

function expandParameter({
  name,
  in: place,
  description,
  required,
  type = "string",
  ...rest
}: Parameter): object {
  return {
    name,
    in: place,
    description,
    required: required ?? place === "path",
    schema: {
      type,
      ...(rest.default === undefined ? {} : { default: rest.default }),
      ...(rest.enum === undefined ? {} : { enum: rest.enum }),
    },
  };
}
