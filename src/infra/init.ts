import { invalidError, refusedError } from "../core/index.ts";
import { compare } from "../writer/index.ts";
import type { Change } from "../writer/index.ts";
import type { Context } from "../system/index.ts";
import { isImported } from "./import.ts";
import { readKeys } from "./keys.ts";
import type { Machines } from "./machines.ts";
import { fitting } from "./offers.ts";
import type { Offer } from "./offers.ts";
import { machineFiles } from "./render/files.ts";
import { findAccess, readAccess, readMachines } from "./session.ts";
import type { InfraOptions, WantedMachines } from "./session.ts";

export interface InfraProposal {
  /** Folder of wherry.yaml: what the changes are relative to. */
  readonly directory: string;
  readonly machines: Machines;
  readonly changes: readonly Change[];
  readonly notes: readonly string[];
  /** What was chosen, where `needs` left the choice. */
  readonly offer: Offer | undefined;
}

/** The files for the machines of one environment, compared with what is there. Writes nothing. */
export async function proposeInfra(ctx: Context, options: InfraOptions): Promise<InfraProposal> {
  const wanted = await readMachines(ctx, options);
  const { infrastructure, provider, app, environment, directory } = wanted;
  refuseImpossible(wanted);
  if (await isImported(ctx, wanted.folder)) {
    throw refusedError(
      "imported",
      `the servers of ${environment} were imported: ${wanted.shownFolder} is as it should be`,
      {
        hint: "further servers: wherry infra import --name, or an environment of their own",
      },
    );
  }
  const { size, sshKeys, priceLimit: _limit, ...rest } = infrastructure;
  const offer = typeof size === "string" ? undefined : await choose(ctx, wanted);
  const machines: Machines = {
    ...rest,
    app,
    environment,
    name: `${app}-${environment}`,
    serverType: offer?.type ?? (typeof size === "string" ? size : ""),
    location: offer?.location ?? rest.location,
    image: provider.image(rest.image),
    keys: await readKeys(ctx, directory, sshKeys),
  };
  const changes = await compare(ctx, directory, machineFiles(machines, provider));
  return {
    directory,
    machines,
    changes,
    offer,
    notes: [...notesOn(wanted, offer), ...provider.shortcomings(infrastructure), ...(await noteOnSize(ctx, wanted))],
  };
}

function refuseImpossible({ provider, infrastructure, at }: WantedMachines): void {
  const [refusal] = provider.refusals(infrastructure);
  if (refusal !== undefined) throw invalidError("not-offered", refusal, { at: at.infrastructure });
}

async function choose(ctx: Context, wanted: WantedMachines): Promise<Offer> {
  const { size, location } = wanted.infrastructure;
  if (typeof size === "string") throw new Error("there is nothing to choose");
  const { cloud } = await readAccess(ctx, wanted);
  const [best] = fitting(await cloud.offers(), size, location);
  if (best !== undefined) return best;
  throw refusedError("nothing-fits", "no server type that can be ordered now has what infrastructure.needs asks for", {
    at: wanted.at.infrastructure,
    hint: "ask for less, or for another architecture",
  });
}

/** Without a token the files can be written all the same; then nobody knows whether there is such a type. */
async function noteOnSize(ctx: Context, wanted: WantedMachines): Promise<readonly string[]> {
  const { size, location } = wanted.infrastructure;
  if (typeof size !== "string") return [];
  const access = await findAccess(ctx, wanted);
  if (access === undefined)
    return [
      `${wanted.provider.token.variable} has no value: nobody asked whether ${size} can be ordered in ${location}`,
    ];
  const offers = await access.cloud.offers();
  const offer = offers.find((one) => one.type === size && one.location === location);
  if (offer?.available === true) return [];
  return [`${size} cannot be ordered in ${location} now; wherry infra plan says what can`];
}

function notesOn({ infrastructure, at }: WantedMachines, offer: Offer | undefined): readonly string[] {
  const { state, count, loadBalancer, sshFrom, data, location } = infrastructure;
  return [
    ...(offer === undefined || offer.location === location
      ? []
      : [`nothing that fits can be ordered in ${location} now: ${offer.location} was taken`]),
    ...(state === undefined
      ? [
          "the state is a file of this machine, which git ignores: whoever else changes these machines needs it. infrastructure.state keeps it in a bucket",
        ]
      : state.endpoint === undefined
        ? []
        : [
            `whether ${state.endpoint} keeps two people from changing machines at once is not known: it is not switched on`,
          ]),
    ...(count > 1 && loadBalancer === undefined
      ? [`${count} servers and no load balancer (${at.infrastructure.file}): requests reach one by DNS alone`]
      : []),
    ...(sshFrom.includes("0.0.0.0/0") ? ["port 22 is open to the world; infrastructure.ssh_from narrows it"] : []),
    ...(data === undefined
      ? ["no volume: what containers keep is gone with its server; infrastructure.data makes one"]
      : []),
  ];
}
