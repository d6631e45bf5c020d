/**
 * The arrows of docs/architecture.md: who may import whom, and no cycles. Each room lists the rooms below it that it may
 * reach; everything else is forbidden.
 */
const rooms = {
  errors: [],
  kernels: [],
  tensor: ["errors"],
  autograd: ["tensor", "errors", "kernels/geometry"],
  ops: ["autograd", "kernels", "tensor", "errors"],
  nn: ["ops", "autograd", "tensor", "errors"],
  optim: ["ops", "autograd", "kernels", "tensor", "nn", "errors"],
  attribution: ["ops", "autograd", "tensor", "errors"],
  bytes: ["errors"],
  zip: ["bytes", "errors"],
  checkpoint: ["zip", "bytes", "tensor", "errors"],
  archive: ["zip", "bytes", "errors"],
  vision: ["tensor", "errors"],
  oip: ["checkpoint/small-floats", "errors"],
  client: ["oip", "model/explain-options", "errors"],
  data: ["tensor", "errors"],
  runtime: ["ops", "autograd", "kernels", "tensor", "errors"],
  model: [
    "python",
    "archive",
    "bytes",
    "runtime",
    "nn",
    "ops",
    "autograd",
    "attribution",
    "checkpoint",
    "vision",
    "tensor",
    "errors",
  ],
  training: ["runtime", "model", "data", "nn", "ops", "optim", "autograd", "checkpoint", "tensor", "errors"],
  node: ["model", "archive", "zip", "data", "vision", "checkpoint", "runtime", "tensor", "errors"],
  server: [
    "oip",
    "node",
    "model",
    "runtime",
    "archive",
    "attribution",
    "vision",
    "checkpoint",
    "kernels/index",
    "tensor",
    "errors",
    "index",
  ],
  cli: [
    "server",
    "node",
    "training",
    "model",
    "archive",
    "data",
    "attribution",
    "vision",
    "checkpoint",
    "kernels/index",
    "tensor",
    "errors",
    "index",
  ],
};

const pathOf = (name) =>
  name.includes("/") || name === "errors" || name === "index" ? `^src/${name}\\.ts$` : `^src/${name}/`;

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    ...Object.entries(rooms).map(([room, below]) => ({
      name: `arrows-of-${room}`,
      comment: `src/${room} may import only: ${below.join(", ") || "nothing"}`,
      severity: "error",
      from: { path: pathOf(room) },
      to: { path: "^src/", pathNot: [pathOf(room), ...below.map(pathOf)] },
    })),
    {
      name: "only-ops-optim-and-plans-call-kernels",
      comment:
        "Everyone else goes through ops; choosing the family (kernels/index) is open to the programs on top.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(kernels|ops|optim|runtime|cli|server|index|autograd)" },
      to: { path: "^src/kernels/" },
    },
    {
      name: "node-and-packages-stay-on-top",
      comment:
        "The main entry and the client run in a browser: Node's modules and npm packages belong to node, server and cli. " +
        "yaml and @lezer, plain JavaScript, are the exceptions.",
      severity: "error",
      from: {
        path: "^src/(index|errors|kernels|tensor|autograd|ops|nn|optim|attribution|bytes|zip|checkpoint|archive|vision|oip|client|data|runtime|model|training|python)",
      },
      to: {
        dependencyTypes: ["core", "npm", "npm-dev", "npm-no-pkg", "npm-unknown"],
        pathNot: "node_modules/(yaml|@lezer/(common|python))/",
      },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^src/kernels/simd/assembly" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] },
  },
};
