/**
 * Prints the cases that are compared with Captum as JSON, for tools/attribution_fixtures.py:
 * node --import tsx tools/export-attribution-cases.ts | python tools/attribution_fixtures.py > test/fixtures/attribution.json
 */

import { attributionCases } from "../test/attribution/cases.ts";

process.stdout.write(
  JSON.stringify(attributionCases.map((row) => ({ ...row, id: `${row.model}: ${row.method}, ${row.name}` }))),
);
