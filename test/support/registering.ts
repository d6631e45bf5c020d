/**
 * @module
 * A whole server whose models come and go, with a folder as its store.
 */

import type { ModelManager, ModelManagerOptions } from "../../src/server/store/model-manager.ts";
import type { ServingServer } from "../../src/server/serve.ts";
import { workerBundle } from "./worker-bundle.ts";

/** What the management port answered. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks the management port; `json` becomes the body. */
export type Ask = (method: string, path: string, json?: string) => Promise<Answer>;

/** How the server differs from one that may register models of its store without tokens. */
export interface Registering {
  /** Settings of config.properties. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly manager?: Partial<Omit<ModelManagerOptions, "models" | "store" | "defaults">>;
}

/** Runs `body` against a server whose store is `folder`. */
export async function withRegistering(
  folder: string,
  { settings = {}, manager: differing = {} }: Registering,
  body: (ask: Ask, server: ServingServer, manager: ModelManager) => Promise<void>,
): Promise<void> {
  // Whatever loads modules on demand has to be loaded so itself, or errors have two classes under mocha.
  const [
    { createManagementApp },
    { ModelManager },
    { ModelRegistry },
    { ModelStore },
    { readConfig },
    { withServing },
  ] = await Promise.all([
    import("../../src/server/management-app.ts"),
    import("../../src/server/store/model-manager.ts"),
    import("../../src/server/models.ts"),
    import("../../src/server/store/model-store.ts"),
    import("../../src/server/config/index.ts"),
    import("./serving.ts"),
  ]);
  const { entry } = await workerBundle();
  const all = { disable_token_authorization: "true", enable_model_api: "true", ...settings };
  const entries = Object.entries(all).map(([key, value]) => [key, { value, origin: "test" }] as const);
  const models = new ModelRegistry();
  const manager = new ModelManager({
    models,
    store: new ModelStore(folder),
    defaults: readConfig(new Map(entries)),
    entry,
    ...differing,
  });
  await withServing(
    all,
    async (server) => {
      const ask: Ask = async (method, path, json) => {
        const answer = await fetch(`${server.listeners.management?.url}${path}`, {
          method,
          ...(json === undefined ? {} : { body: json, headers: { "content-type": "application/json" } }),
        });
        return { status: answer.status, body: await answer.json() };
      };
      await body(ask, server, manager);
    },
    { models, management: (context) => createManagementApp({ ...context, manager }) },
  );
}
