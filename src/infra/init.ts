import { invalidError, refusedError } from "../core/index.ts";
import { compare } from "../writer/index.ts";
import type { Change } from "../writer/index.ts";
import type { Context } from "../system/index.ts";
import { choose, refuseUnknown } from "./choose.ts";
import { sampleHostKey } from "./host-keys.ts";
import { isImported } from "./import.ts";
import { fewerKeys, readKeys } from "./keys.ts";
import { serversWithoutVolume, volumeTooLate } from "./late-volume.ts";
import type { Machines } from "./machines.ts";
import { machineFiles } from "./render/files.ts";
import { fillIn } from "./render/user-data.ts";
import { findAccess, readMachines } from "./session.ts";
import type { InfraOptions, WantedMachines } from "./session.ts";

export interface InfraProposal {
  /** Folder of wherry.yaml: what the changes are relative to. */
  readonly directory: string;
  readonly machines: Machines;
  readonly changes: readonly Change[];
  readonly notes: readonly string[];
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
  const choice =
    typeof size === "string"
      ? { type: size, location: rest.location, notes: await notesOnSize(ctx, wanted, size) }
      : await choose(ctx, wanted, size);
  const machines: Machines = {
    ...rest,
    app,
    environment,
    name: `${app}-${environment}`,
    serverType: choice.type,
    location: choice.location,
    image: provider.image(rest.image),
    keys: await readKeys(ctx, directory, sshKeys),
  };
  const changes = await compare(ctx, directory, machineFiles(machines, provider));
  refuseLargeUserData(wanted, machines, changes);
  return {
    directory,
    machines,
    changes,
    notes: [
      ...choice.notes,
      ...notesOn(wanted),
      ...(await noteOnVolumes(ctx, wanted)),
      ...provider.shortcomings(infrastructure),
    ],
  };
}

function refuseImpossible({ provider, infrastructure, at }: WantedMachines): void {
  const [refusal] = provider.refusals(infrastructure);
  if (refusal !== undefined) throw invalidError("not-offered", refusal, { at: at.infrastructure });
}

/** A provider would refuse it when keys, volumes and addresses have been ordered already. */
function refuseLargeUserData({ provider, at }: WantedMachines, machines: Machines, changes: readonly Change[]): void {
  const template = changes.find(({ path }) => path.endsWith("/cloud-init.yaml.tftpl"));
  const text = fillIn(template?.content ?? "", {
    ssh_keys: machines.keys.map((key) => key.text),
    first_host_key: sampleHostKey,
    volume: `${machines.name}-${machines.count}-data`,
  });
  const bytes = Buffer.byteLength(text);
  if (bytes <= provider.userDataLimit) return;
  const [has, takes] = [bytes, provider.userDataLimit].map((count) => count.toLocaleString("en-US"));
  throw refusedError(
    "user-data-too-large",
    `with ${machines.keys.length} SSH keys a server would be told ${has} bytes at its first boot, and ${provider.title} takes ${takes}`,
    { at: at.infrastructure, hint: fewerKeys },
  );
}

/** Without a token the files can be written all the same; then nobody knows whether there is such a type. */
async function notesOnSize(ctx: Context, wanted: WantedMachines, size: string): Promise<readonly string[]> {
  const { location } = wanted.infrastructure;
  const access = await findAccess(ctx, wanted);
  if (access === undefined)
    return [
      `${wanted.provider.token.variable} has no value: nobody asked whether ${size} can be ordered in ${location}`,
    ];
  const offers = await access.cloud.offers();
  await refuseUnknown(ctx, wanted, access, offers);
  const offer = offers.find((one) => one.type === size && one.location === location);
  if (offer?.available === true) return [];
  return [`${size} cannot be ordered in ${location} now; wherry infra plan says what can`];
}

/** The plan would refuse it; who has the state at hand hears of it before. */
async function noteOnVolumes(
  ctx: Context,
  { infrastructure, provider, folder, environment }: WantedMachines,
): Promise<readonly string[]> {
  if (infrastructure.data === undefined) return [];
  const servers = await serversWithoutVolume(ctx, folder, provider.resources);
  if (servers.length === 0) return [];
  const { message, hint } = volumeTooLate(servers, environment);
  return [`${message}. ${hint}`];
}

function notesOn({ infrastructure, at }: WantedMachines): readonly string[] {
  const { state, count, loadBalancer, sshFrom, data } = infrastructure;
  return [
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
      ? [
          "no volume: what containers keep is gone with its server; infrastructure.data makes one, together with the server",
        ]
      : []),
  ];
}
