import { dataImageOf } from "../knowledge/data-folders.ts";
import type { DataImage } from "../knowledge/data-folders.ts";
import { parseImage, versionOf } from "../image.ts";
import { eachService } from "../model.ts";
import type { Problem, Rule } from "../model.ts";
import { isWithin } from "../mounts.ts";
import { itemsOf, partAt, spotOf, textOf, wordsOf } from "../part.ts";
import { createProject } from "../project.ts";
import type { Project, Service } from "../project.ts";

interface Data {
  readonly image: DataImage;
  /** Where it keeps its data, settings of the service taken into account. */
  readonly folders: readonly string[];
}

function dataOf(service: Service): Data | undefined {
  const image = dataImageOf(service.image);
  if (image === undefined || image.folders.length === 0) return undefined;
  const moved = service.environment.find(({ name }) => name === "PGDATA")?.value;
  return { image, folders: moved === undefined ? [...image.folders, ...namedFolders(service)] : [moved] };
}

/** `redis-server --dir /state`: where the command or a variable names the folder of a mount, the data may be there. */
function namedFolders({ part, mounts, environment }: Service): readonly string[] {
  const words = [
    ...["command", "entrypoint"].flatMap((key) => wordsOf(partAt(part, key))),
    ...environment.map(({ value = "" }) => value),
  ];
  return mounts.flatMap(({ type, target }) =>
    type !== "tmpfs" && target !== "/" && words.some((word) => word.includes(target)) ? target : [],
  );
}

/** Mounts that hold at least one of the data folders. */
function holdsData(service: Service, folders: readonly string[]): boolean {
  return service.mounts.some(
    ({ type, target }) => type !== "tmpfs" && folders.some((folder) => isWithin(folder, target)),
  );
}

function keepsNothing({ part, image }: Service): boolean {
  // redis-server --save "" keeps nothing on purpose.
  const words = wordsOf(partAt(part, "command"));
  const save = words.indexOf("--save");
  return /redis|valkey|keydb/.test(image?.name ?? "") && save !== -1 && (words[save + 1] ?? "") === "";
}

const noVolume = eachService((service) => {
  const data = dataOf(service);
  if (data === undefined || keepsNothing(service) || holdsData(service, data.folders)) return [];
  // Mounted beside its data folder: see the next rule.
  if (misplaced(service, data).length > 0) return [];
  const [folder = ""] = data.folders;
  return [
    {
      at: service.imagePart === undefined ? service.at : spotOf(service.imagePart),
      message: `${service.name} (${service.image?.name}) keeps its data in ${folder}, and no volume is mounted there`,
      remedy: `volumes: ["${service.name}-data:${folder}"], and ${service.name}-data: under volumes: at the top level`,
      ...(data.image.kind === "database" ? {} : { severity: "warning" as const }),
    },
  ];
});

/** Named volumes and folders at a place that looks like that of the data, and is not. */
function misplaced(service: Service, { folders }: Data): Service["mounts"] {
  if (holdsData(service, folders)) return [];
  return service.mounts.filter(
    ({ type, target, readOnly }) =>
      type !== "tmpfs" &&
      !readOnly &&
      !/\.(conf|cnf|sql|sh|ya?ml|json|js|ini)$|initdb|\/conf|\/etc(\/|$)|\/backup|\.sock$/.test(target) &&
      (/data|db|lib|var/.test(target) || folders.some((folder) => isWithin(target, folder))),
  );
}

const wrongPlace = eachService((service) => {
  const data = dataOf(service);
  if (data === undefined) return [];
  const [folder = ""] = data.folders;
  return misplaced(service, data).map((mount) => ({
    at: spotOf(mount.part),
    message: `${service.name} (${service.image?.text}) keeps its data in ${folder}, and not in ${mount.target}: what is mounted there stays empty`,
    remedy: `mount it at ${folder}`,
  }));
});

const anonymous = eachService(({ name, mounts }) =>
  mounts
    .filter(({ type, source }) => type === "volume" && source === "")
    .map(({ part, target }) => ({ at: spotOf(part), message: `the volume of ${name} at ${target} has no name` })),
);

const relativeData = eachService((service) => {
  const data = dataOf(service);
  return service.mounts.flatMap((mount): Problem[] => {
    if (mount.type !== "bind" || mount.readOnly || !/^\.{1,2}(\/|$)/.test(mount.source)) return [];
    const isData =
      (data !== undefined && data.folders.some((folder) => isWithin(folder, mount.target))) ||
      /(^|[/_.-])(data|db|database|storage|uploads?|media|volumes?)([/_.-]|$)/i.test(mount.source);
    if (!isData) return [];
    return [
      {
        at: spotOf(mount.part),
        message: `${service.name} keeps data in ${mount.source}, beside the compose file`,
      },
    ];
  });
});

const inMemory = eachService((service) => {
  const data = dataOf(service);
  if (data === undefined) return [];
  return service.mounts
    .filter(({ type, target }) => type === "tmpfs" && data.folders.some((folder) => isWithin(folder, target)))
    .map(({ part }) => ({
      at: spotOf(part),
      message: `${service.name} keeps its data in memory: it is gone with the container`,
    }));
});

function sharedVolumes(project: Project): readonly Problem[] {
  const owners = new Map<string, Service>();
  return project.services.flatMap((service) => {
    const data = dataOf(service);
    if (data === undefined) return [];
    return service.mounts.flatMap((mount): readonly Problem[] => {
      if (
        mount.type !== "volume" ||
        mount.source === "" ||
        mount.readOnly ||
        !data.folders.some((folder) => isWithin(folder, mount.target))
      )
        return [];
      const other = owners.get(mount.source);
      owners.set(mount.source, service);
      if (other === undefined || other === service) return [];
      return [
        {
          at: spotOf(mount.part),
          service: service.name,
          message: `${service.name} and ${other.name} both write their data into the volume ${mount.source}`,
        },
      ];
    });
  });
}

const replicated = eachService((service) => {
  const data = dataOf(service);
  const count = partAt(service.part, "deploy", "replicas") ?? partAt(service.part, "scale");
  if (data === undefined || count === undefined || Number(textOf(count)) <= 1 || Number.isNaN(Number(textOf(count))))
    return [];
  return [{ at: spotOf(count), message: `${textOf(count)} replicas of ${service.name} write into the same volume` }];
});

const floating = eachService((service) => {
  const data = dataOf(service);
  const { image, imagePart } = service;
  if (
    data === undefined ||
    image === undefined ||
    imagePart === undefined ||
    image.unknown ||
    image.digest !== undefined
  )
    return [];
  if (versionOf(image.tag).length > 0 || data.image.kind === "tool") return [];
  return [
    {
      at: spotOf(imagePart),
      message: `${service.name} runs ${image.text}: one day that is a version that cannot read the data of the one before`,
      remedy: `write the version that runs now, at least its first number: ${image.name}:NUMBER`,
      ...(data.image.kind === "cache" ? { severity: "warning" as const } : {}),
    },
  ];
});

/** The project as it was, without what only the present one knows. */
function earlier(project: Project): Project | undefined {
  const { before, now, profiles } = project.input;
  if (before === undefined || before.length === 0) return undefined;
  const found = createProject({ files: before, now, ...(profiles === undefined ? {} : { profiles }) });
  return found.all.some(({ document }) => document.errors.length > 0) ? undefined : found;
}

function lostVolumes(project: Project): readonly Problem[] {
  const then = earlier(project);
  if (then === undefined) return [];
  return then.services.flatMap((old) => {
    const now = project.byName.get(old.name);
    return old.mounts.flatMap((mount): readonly Problem[] => {
      if (mount.type !== "volume" || mount.source === "" || mount.readOnly) return [];
      if (now === undefined) {
        // A service that has gone for good; its volume is somebody else's now, or left where it is.
        if (project.sections.volumes.has(mount.source)) return [];
        const [source] = project.files;
        if (source === undefined) return [];
        const at = project.top.get("volumes")?.key ?? project.top.get("services")?.key ?? { source, start: 0, end: 0 };
        return [
          {
            at,
            service: old.name,
            severity: "warning",
            message: `${old.name} and its volume ${mount.source} are gone since the last commit: the data stays on the server, and nobody uses it`,
            remedy:
              "if that is meant, suppress this for the one commit, and remove the volume by hand once it is not needed",
          },
        ];
      }
      const same = now.mounts.find(({ target }) => target === mount.target);
      if (
        same !== undefined &&
        same.type === "volume" &&
        same.source === mount.source &&
        sameName(project, then, mount.source)
      )
        return [];
      if (
        now.mounts.some(({ type, source }) => type === "volume" && source === mount.source) &&
        sameName(project, then, mount.source)
      )
        return [];
      const message =
        same === undefined
          ? `${old.name} kept its data in the volume ${mount.source} at ${mount.target}, and does not any more`
          : `${old.name} kept its data in the volume ${mount.source}, and now begins with ${same.source === mount.source ? "one of another name" : same.source || "one without a name"}, which is empty`;
      return [{ at: same === undefined ? now.at : spotOf(same.part), service: old.name, message }];
    });
  });
}

/** `volumes: { data: { name: shop-data } }`. */
function sameName(now: Project, then: Project, volume: string): boolean {
  const nameIn = (project: Project): string | undefined => textOf(partAt(project.sections.volumes.get(volume), "name"));
  return nameIn(now) === nameIn(then);
}

function majorChange(project: Project): readonly Problem[] {
  const then = earlier(project);
  if (then === undefined) return [];
  return project.services.flatMap(({ name, image, imagePart }): readonly Problem[] => {
    const old = then.byName.get(name)?.image;
    if (image === undefined || old === undefined || imagePart === undefined || image.path !== old.path) return [];
    if (dataImageOf(parseImage(image.text))?.majorsDiffer !== true) return [];
    const [from] = versionOf(old.tag);
    const [to] = versionOf(image.tag);
    if (from === undefined || to === undefined || from === to) return [];
    return [
      {
        at: spotOf(imagePart),
        service: name,
        message: `${name} goes from ${old.text} to ${image.text}, which does not read the data of version ${from}`,
      },
    ];
  });
}

function renamedProject(project: Project): readonly Problem[] {
  const then = earlier(project);
  // Under Wherry the project's name comes from wherry.yaml.
  if (then === undefined || project.input.services !== undefined) return [];
  const now = project.top.get("name");
  const [old, current] = [textOf(then.top.get("name")), textOf(now)];
  const unnamed = [...project.sections.volumes].some(
    ([, part]) => partAt(part, "name") === undefined && partAt(part, "external") === undefined,
  );
  if (old === undefined || old === current || !unnamed) return [];
  const [source] = project.files;
  const at = now === undefined ? source && { source, start: 0, end: 0 } : spotOf(now);
  return at === undefined
    ? []
    : [
        {
          at,
          message: `the project was called ${old}: its volumes ${old}_... are not those of ${current ?? "the folder's name"}`,
        },
      ];
}

const externalFiles = eachService(({ name, part }) =>
  itemsOf(partAt(part, "volumes_from")).map((item) => ({
    at: spotOf(item),
    message: `${name} takes the volumes of ${textOf(item)}, which the next release replaces`,
  })),
);

export const data: readonly Rule[] = [
  {
    id: "WHY301",
    severity: "error",
    title: "A database without a volume",
    why: "Its data is in the container, or in a volume without a name: the next time the container is made anew, the database is empty.",
    remedy: "mount a named volume at its data folder",
    check: noVolume,
  },
  {
    id: "WHY302",
    severity: "error",
    title: "A volume at the wrong folder",
    why: "The volume stays empty, and the data goes where nothing keeps it.",
    remedy: "mount it at the folder where the image keeps its data",
    check: wrongPlace,
  },
  {
    id: "WHY303",
    severity: "warning",
    title: "A volume without a name",
    why: "Each new container begins with a new and empty one; the old ones stay behind and fill the disk.",
    remedy: "give it a name: NAME:/path; for what may be lost, use tmpfs",
    check: anonymous,
  },
  {
    id: "WHY304",
    severity: "warning",
    title: "Data beside the compose file",
    why: "The folder is another one for each checkout, git clean deletes it, and its files belong to whoever the container runs as.",
    remedy: "use a named volume, or an absolute path of the server",
    check: relativeData,
  },
  {
    id: "WHY305",
    severity: "error",
    title: "A volume was renamed or taken away",
    why: "The service starts with an empty volume. The old data is still on the server under the old name, and nobody sees it.",
    remedy: "take the old name back, or copy the data first and suppress this for the one commit",
    check: lostVolumes,
  },
  {
    id: "WHY306",
    severity: "error",
    title: "Two databases in one volume",
    why: "Each takes the files for its own. The data is broken within minutes.",
    remedy: "give each a volume of its own",
    check: sharedVolumes,
  },
  {
    id: "WHY307",
    severity: "error",
    title: "A database in memory",
    why: "A tmpfs is empty after each restart.",
    remedy: "mount a named volume there",
    check: inMemory,
  },
  {
    id: "WHY308",
    severity: "error",
    title: "A database gets another major version",
    why: "PostgreSQL does not read the data folder of another major version: it does not start, or starts with an empty folder.",
    remedy: "dump the data, start the new version with a new volume, and read it in; or use pg_upgrade",
    check: majorChange,
  },
  {
    id: "WHY309",
    severity: "error",
    title: "The project was renamed",
    why: "Volumes without a name: of their own are called after the project: under the new name all of them are empty.",
    remedy: "take the old name back, or give the volumes their old names with name:",
    check: renamedProject,
  },
  {
    id: "WHY310",
    severity: "error",
    title: "Several replicas of a database",
    why: "They write into the same files at the same time.",
    remedy: "run one; a cluster is several services, each with a volume of its own",
    check: replicated,
  },
  {
    id: "WHY311",
    severity: "error",
    title: "A database whose version is left to chance",
    why: "Whoever pulls the image gets the newest major version, which may not read the data.",
    remedy: "write the version",
    check: floating,
  },
  {
    id: "WHY312",
    severity: "warning",
    title: "Volumes of another container",
    why: "With volumes_from nobody sees which data is where, and the other container may be another one tomorrow.",
    remedy: "name the volume in both services",
    check: externalFiles,
  },
];
