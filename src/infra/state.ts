import * as z from "zod";
import type { Program } from "./program.ts";
import { programError } from "./program.ts";

/** What OpenTofu knows of the machines. */

const Resource = z.looseObject({
  address: z.string(),
  mode: z.string(),
  type: z.string(),
  tainted: z.boolean().optional(),
  values: z.record(z.string(), z.unknown()),
});

const StateDocument = z.looseObject({
  values: z
    .looseObject({
      outputs: z.record(z.string(), z.looseObject({ value: z.unknown() })).default({}),
      root_module: z.looseObject({ resources: z.array(Resource).default([]) }).optional(),
    })
    .optional(),
});

const Servers = z.record(
  z.string(),
  z.looseObject({
    id: z.string(),
    ipv4: z.string(),
    ipv6: z.string().nullable(),
    private: z.string().nullable(),
    volume: z.string().nullable(),
  }),
);

/** A server as the output of the files tells of it. */
export interface KnownServer {
  readonly name: string;
  readonly id: string;
  readonly ipv4: string;
  readonly ipv6: string | null;
  readonly private: string | null;
}

export interface KnownState {
  readonly resources: readonly z.infer<typeof Resource>[];
  readonly servers: readonly KnownServer[];
}

export async function readState(program: Program): Promise<KnownState> {
  const result = await program.run(["show", "-json", "-no-color"]);
  if (result.exitCode !== 0) throw programError(program, "show", result);
  const { values } = StateDocument.parse(JSON.parse(result.stdout));
  const servers = Servers.safeParse(values?.outputs["servers"]?.value ?? {});
  return {
    resources: (values?.root_module?.resources ?? []).filter(({ mode }) => mode === "managed"),
    servers: servers.success
      ? Object.entries(servers.data).map(([name, server]) => ({
          name,
          id: server.id,
          ipv4: server.ipv4,
          ipv6: server.ipv6,
          private: server.private,
        }))
      : [],
  };
}
