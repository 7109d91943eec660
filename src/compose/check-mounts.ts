import type { Checked } from "./check-services.ts";
import { isSystemPath } from "./classify.ts";
import type { Notice } from "./model.ts";
import { notice } from "./notice.ts";
import type { ResolvedMount } from "./project.ts";
import { modeOf } from "./render-files.ts";

/** Owner and mode of secrets and configs cannot be kept where they say less than "all may read". */
export function checkFiles({ project, service, resolved }: Checked): readonly Notice[] {
  return (["secrets", "configs"] as const).flatMap((key) =>
    (resolved[key] ?? []).flatMap((file) => {
      const mode = modeOf(file) ?? 0o444;
      if (file.uid === undefined && file.gid === undefined && (mode & 0o004) !== 0) return [];
      const at = project.positionOf(["services", service.name, key]) ?? service.at;
      return [
        notice(
          "note",
          "file-owner",
          `${service.name}: ${file.source} is readable by every user in the container; its uid, gid and mode are not kept`,
          at,
        ),
      ];
    }),
  );
}

/** What becomes of bind mounts, and of kinds of mounts that a server does not have. */
export function checkMounts(checked: Checked): readonly Notice[] {
  const { project, service, resolved } = checked;
  return (resolved.volumes ?? []).flatMap((mount, index) => {
    const at =
      project.positionOf(["services", service.name, "volumes", index]) ??
      project.positionOf(["services", service.name, "volumes"]) ??
      service.at;
    const where = `services.${service.name}.volumes: ${mount.target}`;
    if (mount.type === "bind")
      return checkBind(checked, mount).map((one) => ({ ...one, ...(at === undefined ? {} : { at }) }));
    if (mount.type === "cluster" || mount.type === "npipe")
      return [
        notice(
          "error",
          "mount-type",
          `${where} is a mount of type ${mount.type}, which one Linux server does not have`,
          at,
        ),
      ];
    if (mount.type === "volume" && mount.source === undefined && service.placement === "release") {
      return [
        notice(
          "note",
          "anonymous-volume",
          `${service.name}:${mount.target} has no name: it is new and empty with each release`,
          at,
        ),
      ];
    }
    return [];
  });
}

function checkBind({ project, service }: Checked, mount: ResolvedMount): readonly Notice[] {
  const bind = mount.source === undefined ? undefined : project.binds.get(mount.source);
  const writable = mount.read_only !== true;
  const where = `${service.name}:${mount.target}`;
  if (bind === undefined) return [];
  if (bind.kind === "refused")
    return [
      notice(
        "error",
        "bind-refused",
        `services.${service.name}.volumes: the source of ${mount.target} ${bind.message}`,
        undefined,
      ),
    ];
  if (bind.kind === "server") {
    return isSystemPath(mount.source ?? "")
      ? []
      : [notice("note", "server-path", `${where} is ${mount.source} of the server, which has to be there`, undefined)];
  }
  if (bind.kind === "data") {
    const message = `${where} is the folder ${bind.path} on the server, empty at first: the project does not hold it${bind.ignored ? " (git ignores what is in it)" : ""}`;
    return [
      notice(
        writable ? "note" : "warning",
        "data-folder",
        message,
        undefined,
        writable ? undefined : "if it should hold files of the project, commit them",
      ),
    ];
  }
  const context = project.document.services[service.name]?.build?.["context"];
  if (bind.kind === "folder" && typeof context === "string" && context === mount.source) {
    const hint = "leave the mount to compose.override.yaml, which only docker compose on a laptop reads";
    return [
      notice(
        "warning",
        "source-mount",
        `${where} puts the source code over what the image holds there, as in development`,
        undefined,
        hint,
      ),
    ];
  }
  const notices: Notice[] = [];
  if (writable)
    notices.push(
      notice(
        "note",
        "bind-shipped",
        `${where} is shipped with each release: what the container writes there is gone with the next one`,
        undefined,
        "add :ro if it writes nothing",
      ),
    );
  if (bind.ignored)
    notices.push(
      notice(
        "note",
        "bind-not-in-git",
        `${where} is shipped as it lies on this machine: git ignores ${bind.path}`,
        undefined,
      ),
    );
  return notices;
}
