import type { AppModel, BuildModel } from "./model.ts";

/** The services whose images are built from the repository, with what to build them from. */
export function buildsOf(model: AppModel): readonly BuildModel[] {
  const { services, secrets } = model.resolved.document;
  return Object.entries(services).flatMap(([service, { build, image, platform }]) => {
    if (build === undefined) return [];
    const wanted = (build["secrets"] ?? []) as readonly { readonly source: string; readonly target?: string }[];
    return [
      {
        service,
        image,
        platform,
        build,
        secrets: wanted.map(({ source, target }) => ({
          id: target?.split("/").at(-1) ?? source,
          name: secrets[source]?.environment ?? `file:${source}`,
        })),
      },
    ];
  });
}
