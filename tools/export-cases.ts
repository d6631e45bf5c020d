/**
 * Prints the case table's inputs and PyTorch expressions as JSON, for tools/op_fixtures.py:
 * node --import tsx tools/export-cases.ts | python tools/op_fixtures.py > test/fixtures/ops.json
 */

import { caseId, caseInputs } from "../test/support/case.ts";
import { cases } from "../test/support/cases/index.ts";

const rows = cases.map((row) => ({
  id: caseId(row),
  torch: row.torch,
  inputs: Object.entries(caseInputs(row, "float32")).map(([name, x]) => ({
    name,
    shape: x.shape,
    values: Array.from(x.data, (value) => (Number.isFinite(value) ? value : String(value))),
  })),
}));
process.stdout.write(JSON.stringify(rows));
