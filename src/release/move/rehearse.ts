import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import { refusedError } from "../../core/index.ts";
import type { Report } from "../../core/index.ts";
import { planShipment, preferLocal, takeImages } from "../../images/index.ts";
import { legoImage } from "../../proxy/index.ts";
import { phase, script } from "../../server/index.ts";
import type { Connection } from "../../server/index.ts";
import type { Context } from "../../system/index.ts";
import { readCertificateWishes } from "../certificates.ts";
import { joinDeliveries } from "../deliver.ts";
import type { Delivery } from "../deliver.ts";
import { deliverImages } from "../deploy.ts";
import { unfinished, ledgerLine } from "../ledger-line.ts";
import type { Beginning } from "../ledger-line.ts";
import { perform } from "../perform.ts";
import { planDeployment } from "../plan.ts";
import type { DeploymentPlan } from "../plan.ts";
import { checkDisk } from "../preflight.ts";
import type { ReleaseRecord } from "../record.ts";
import { preludeFor, unexpected } from "../run.ts";
import type { Scope } from "../run.ts";
import { deliverImage } from "../setup.ts";
import type { Step } from "../steps.ts";
import { atOnce } from "../strategy.ts";
import { fetchFrom } from "../supply.ts";
import type { Survey } from "../survey.ts";
import type { MoveMark } from "./marks.ts";
import type { Journey } from "./model.ts";
import arrive from "./scripts/arrive.sh?raw";
import pack from "./scripts/pack.sh?raw";
import { singletonsOf } from "./steps.ts";

interface Rehearsal {
  readonly journey: Journey;
  readonly scope: Scope;
  readonly from: Connection;
  readonly to: Connection;
  readonly old: Survey;
  readonly found: Survey;
  readonly record: ReleaseRecord;
  readonly mark: MoveMark;
  readonly beginning: Omit<Beginning, "kind" | "release" | "previous" | "state" | "clockOffset">;
  /** Bytes that the data will need there. */
  readonly room: number;
  /** Hosts with a certificate. */
  readonly secured: readonly string[];
}

/**
 * Brings the live release to the new server, to the byte, and runs it there as a deployment would, on empty data: what would
 * go wrong goes wrong while the old server serves. Of a service that must never run twice the new server gets no container
 * yet. Data that it makes here is replaced by the copy.
 * @throws WherryError `refused`
 */
export async function rehearse(ctx: Context, rehearsal: Rehearsal, report: Report): Promise<void> {
  const { journey, scope, from, to, old, found, record, mark, beginning, room, secured } = rehearsal;
  const { settings } = journey;
  const { images: taken, gone } = takeImages(record.services, old.inventory);
  if (gone.length > 0) {
    throw refusedError("image-gone", `${from.name} no longer has ${gone.map(({ image }) => image).join(", ")}`, {
      hint: "deploy once more to the old server, then move",
    });
  }
  const images = await preferLocal(ctx, taken);
  const shipment = planShipment(images, found.inventory);
  checkDisk(found.state, to.name, shipment.bytesNeeded + room);
  const routes = record.services.flatMap((service) => service.routes);
  const certificates = await readCertificateWishes(ctx, settings, routes);
  if (certificates !== undefined && certificates.hosts.length > 0)
    await deliverImage(ctx, to, { ...scope, deployment: "-" }, { image: legoImage, found }, report);
  const delivery = joinDeliveries([
    ...(await deliverImages(
      ctx,
      {
        images: new Map(images.map((image) => [image.service, image])),
        shipment,
        inventory: found.inventory,
        supply: { fetch: fetchFrom(ctx, from, report) },
      },
      report,
    )),
    arrival(record, mark, await packed(from, scope, record, secured)),
  ]);
  try {
    const whole: Beginning = {
      ...beginning,
      kind: "move",
      release: record,
      previous: undefined,
      state: found.state,
      clockOffset: found.state.clock === undefined ? 0 : Date.parse(found.state.clock) - ctx.clock.now().getTime(),
    };
    const plan = planDeployment(record, found.state, {
      data: "change",
      keep: settings.keep,
      balancer: undefined,
      ledgerLine: JSON.stringify(ledgerLine(whole, unfinished)),
      delivery: delivery.steps,
      strategy: { ...atOnce(settings.strategy), keepWarm: 0 },
      begin: "start",
      certificates,
    });
    const done = await perform(
      ctx,
      { connection: to, scope, plan: withoutSingletons(plan, record), beginning: whole, delivery },
      report,
    );
    if (done.failure === undefined) return;
    throw refusedError("does-not-run-there", `the release does not run on ${to.name}: ${done.failure.message}`, {
      context: done.failure.context,
      hint: `${from.name} serves as before; put it right, and move again`,
      cause: done.failure,
    });
  } finally {
    await delivery.close();
  }
}

function withoutSingletons(plan: DeploymentPlan, record: ReleaseRecord): DeploymentPlan {
  if (singletonsOf(record).length === 0) return plan;
  return { ...plan, steps: plan.steps.filter(({ step }) => step !== "replace-singletons") };
}

/** Small: the files of one release, the ledger, certificates. */
async function packed(
  from: Connection,
  scope: Scope,
  record: ReleaseRecord,
  secured: readonly string[],
): Promise<Uint8Array> {
  const steps = [{ id: "pack", script: script(pack, [record.id, ...secured]) }];
  const running = from.open(phase(preludeFor({ ...scope, deployment: "-" }), steps), "flow");
  running.stdin.on("error", () => {});
  running.stdin.end();
  const [all, result] = await Promise.all([buffer(running.stdout), running.done]);
  const head = /archive (\d+)\n/.exec(all.subarray(0, 1000).toString("latin1"));
  if (result.exitCode !== 0 || head === null)
    throw (await from.failureOf(result)) ?? unexpected(`${from.name} does not hand over its release`, result.stderr);
  const start = head.index + head[0].length;
  return all.subarray(start, start + Number(head[1]));
}

function arrival(record: ReleaseRecord, mark: MoveMark, archive: Uint8Array): Delivery {
  const receive: Step = {
    step: "receive",
    title: `send release ${record.id} and the ledger`,
    script: script(arrive, [JSON.stringify(mark), record.id, String(archive.length)]),
  };
  return {
    steps: [receive, { step: "place", release: record.id }],
    input: Readable.from([Buffer.from(archive)]),
    close: async () => {},
  };
}
