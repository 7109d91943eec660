import { createHash } from "node:crypto";
import type { ServiceModel } from "../compose/index.ts";
import type { ServiceImage } from "../images/index.ts";
import type { App } from "./app.ts";
import { secretVersion } from "./identity.ts";
import type { ImagesOrigin } from "./origin.ts";
import { proxyRulesOf } from "./proxy-rules.ts";
import type { ReleaseId, ReleaseRecord, ReleaseService } from "./record.ts";

export interface Making {
  readonly id: ReleaseId;
  readonly now: Date;
  /** The live release. */
  readonly previous: ReleaseId | undefined;
  readonly images: ReadonlyMap<string, ServiceImage>;
  readonly origin: ImagesOrigin;
  /** The key of secret versions in this environment, hexadecimal. */
  readonly salt: string;
}

/** The record of a new release. Pure. */
export function createRecord(app: App, making: Making): ReleaseRecord {
  const { settings, model, commit } = app;
  const versions = new Map(
    [...app.secrets, ...model.fileSecrets].map(([name, value]) => [name, secretVersion(making.salt, value.reveal())]),
  );
  return {
    version: 1,
    id: making.id,
    app: settings.app,
    environment: settings.environment,
    stack: settings.stack,
    createdAt: making.now.toISOString(),
    commit: commit?.commit ?? null,
    previous: making.previous ?? null,
    dirty: app.dirty,
    branch: commit?.branch ?? null,
    tag: commit?.tag ?? null,
    repository: commit?.repository ?? null,
    firstCommit: commit?.firstCommit ?? null,
    images: making.origin,
    services: model.services.map((service) => ({
      ...serviceOf(service, imageOf(making, service.name), versions),
      ...proxyOf(app, making, service.name),
    })),
    jobs: model.jobs,
    volumes: model.releaseVolumes,
    releaseNetworks: model.releaseNetworks,
    baseNetworks: model.baseNetworks,
    values: settings.values,
    secrets: [...versions].map(([name, version]) => ({ name, version })),
  };
}

function proxyOf({ settings, secrets, pages }: App, { salt }: Making, service: string): Pick<ReleaseService, "proxy"> {
  const proxy = proxyRulesOf(service, { settings, secrets, pages, salt });
  return proxy === undefined ? {} : { proxy };
}

function imageOf({ images }: Making, service: string): ServiceImage {
  const image = images.get(service);
  if (image === undefined) throw new Error(`no image was prepared for ${service}`);
  return image;
}

function serviceOf(service: ServiceModel, image: ServiceImage, versions: ReadonlyMap<string, string>): ReleaseService {
  return {
    name: service.name,
    kind: service.kind,
    placement: service.placement,
    reason: service.reason,
    image: image.reference,
    pull: image.source.kind === "registry" ? image.source.pull : null,
    digest: image.digest,
    configHash: configHash(service, image, versions),
    routes: service.routes,
    port: service.port ?? null,
    replicas: service.replicas,
    http: service.http ?? null,
    composeHealth: service.composeHealth,
    release: service.release ?? null,
    drain: service.drain,
    stopGrace: service.stopGrace,
    singleton: service.singleton,
    networks: service.networks,
    needs: service.needs,
    proxyNetwork: service.proxyNetwork ?? null,
  };
}

function configHash(service: ServiceModel, image: ServiceImage, versions: ReadonlyMap<string, string>): string {
  const secrets = service.secrets.map((name) => [name, versions.get(name) ?? ""]);
  return createHash("sha256")
    .update(JSON.stringify([service.definition, image.digest, secrets]))
    .digest("hex")
    .slice(0, 32);
}

/** For the labels of base services, by which a later deployment sees whether anything changed. */
export function configHashes(record: ReleaseRecord): ReadonlyMap<string, string> {
  return new Map(record.services.map(({ name, configHash: hash }) => [name, hash]));
}
