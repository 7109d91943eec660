import { isDataImage } from "../../compose/index.ts";
import type { Answer, Check } from "../check.ts";
import { count, inFile, known, knownBy, nothingIn, unknown } from "../check.ts";
import type { Evidence } from "../schema.ts";
import { linesFor } from "../seen/pipelines.ts";
import { scriptLinesFor } from "../seen/scripts.ts";
import type { Seen } from "../seen/index.ts";
import { evidenceOf } from "./ci.ts";
import { inWherryYaml } from "./ask.ts";
import { runsOrUses } from "./monitoring.ts";

const backupImages = /restic|borgmatic|backup|rclone|wal-g|pgbackrest|barman|duplicity|kopia|velero/;

/** Everything that copies data away: programs in scripts and pipelines, images, settings. */
function backups(seen: Seen): readonly Evidence[] {
  return [
    ...scriptLinesFor(seen.files, "backup").map((line) => inFile(line, line.line, line.text)),
    ...linesFor(seen.pipelines, "backup").flatMap(evidenceOf),
    ...runsOrUses(seen, backupImages),
    ...seen.files
      .find(/(?:^|\/)borgmatic(?:\/config)?\.ya?ml$|(?:^|\/)pgbackrest\.conf$/)
      .map((file) => inFile(file, 1, file.lines[0] ?? "")),
    ...inWherryYaml(seen, "backup"),
  ];
}

/** Services of compose files that keep data. */
function dataServices(seen: Seen): readonly Evidence[] {
  return seen.composeFiles.flatMap(({ file, services }) =>
    services.flatMap((service) => {
      const { image } = service.definition;
      return typeof image === "string" && isDataImage(image)
        ? [inFile(file, service.lineOf("image"), `${service.name} keeps data`)]
        : [];
    }),
  );
}

function withBackups(seen: Seen, answer: (found: readonly Evidence[]) => Answer): Answer {
  const found = backups(seen);
  return found.length === 0 ? unknown("no backup was found that could be looked at") : answer(found);
}

const schedules = /(?:^|\/)(?:crontab|[\w.-]+\.(?:cron|timer)|cron\.d\/.+|ofelia\.ini)$|^etc\/cron/;

export const backup: readonly Check[] = [
  {
    id: "backup.made",
    question: "Is the data copied to another place?",
    looks:
      "Backup programs in scripts, pipelines, compose files and settings. 2: found. Unknown otherwise: the provider may do it, or nobody.",
    weight: 5,
    effort: "a day",
    best: 2,
    closes: "write a script that runs pg_dump (or your database's own) into restic, to storage of another provider",
    answer(seen) {
      const found = backups(seen);
      if (found.length > 0) return knownBy(2, "A backup is written down; that it ran was not seen", found);
      const data = dataServices(seen);
      return unknown(
        data.length > 0
          ? `${count(data.length, "service keeps", "services keep")} data, and nothing in the repository copies it`
          : "nothing in the repository copies data, and no service was found that keeps any",
        ...data.slice(0, 5),
      );
    },
  },
  {
    id: "backup.scheduled",
    question: "Does the copy happen by itself?",
    looks:
      "Timers, crontabs and schedules of pipelines that start a backup. 1: a backup without a schedule in the repository, 3: with one. Unknown where no backup was found.",
    weight: 4,
    effort: "an hour",
    best: 3,
    closes: "start the script from a systemd timer, and let it tell an outside service that it has ended well",
    after: "backup.made",
    answer: (seen) =>
      withBackups(seen, (found) => {
        const pipelines = linesFor(
          seen.pipelines.filter(({ triggers }) => triggers.includes("schedule")),
          "backup",
        ).flatMap(evidenceOf);
        const timers = seen.files.find(schedules).flatMap((file) => {
          const line = file.lines.findIndex((text) => /backup|dump|restic|borg/i.test(text));
          return line === -1 ? [] : [inFile(file, line + 1, file.lines[line] ?? "")];
        });
        const images = runsOrUses(
          seen,
          /(?:postgres|mysql|mariadb|mongo|docker)[\w-]*-backup|backup-(?:local|s3)|docker-volume-backup|borgmatic/,
        );
        const all = [...pipelines, ...timers, ...images];
        return all.length > 0
          ? knownBy(3, "A schedule in the files starts it", all)
          : knownBy(1, "There is a backup, and nothing in the repository starts it", found);
      }),
  },
  {
    id: "backup.restored",
    question: "Has anybody brought the data back?",
    looks:
      "Restore programs in scripts and pipelines. 0: a backup without one, 2: a script, 4: a pipeline does it again and again. Unknown where no backup was found.",
    weight: 5,
    effort: "a day",
    best: 4,
    closes:
      "write a script that restores the newest copy into an empty database and counts the rows, and run it once a month in a pipeline",
    after: "backup.made",
    answer: (seen) =>
      withBackups(seen, () => {
        const again = linesFor(seen.pipelines, "restore").flatMap(evidenceOf);
        if (again.length > 0) return knownBy(4, "A pipeline has a step that brings the data back", again);
        const scripts = scriptLinesFor(seen.files, "restore");
        if (scripts.length > 0)
          return knownBy(
            2,
            "A script brings the data back; whether it was run is not known",
            scripts.map((line) => inFile(line, line.line, line.text)),
          );
        const read = seen.files.find(/\.(?:ba)?sh$|(?:^|\/)Makefile$/);
        return read.length === 0
          ? unknown("there is no script to look at")
          : known(0, "There is a backup, and nothing that brings it back", nothingIn(read, "program that restores"));
      }),
  },
  {
    id: "backup.outside",
    question: "Would the copy survive the loss of the server and of its account?",
    looks:
      "Where backups go, as far as scripts and settings say it. 2: to another machine or to object storage. Unknown otherwise; whether the account is another one no file says.",
    weight: 3,
    effort: "an hour",
    best: 2,
    closes: "send the copy to storage of another provider, with a key that may add and not delete",
    after: "backup.made",
    answer: (seen) =>
      withBackups(seen, () => {
        const away = seen.files
          .find(/\.(?:ba)?sh$|(?:^|\/)Makefile$|\.ya?ml$|\.conf$/)
          .flatMap((file) =>
            file.lines.flatMap((text, index) =>
              /(?:restic|RESTIC_REPOSITORY|rclone|aws s3|borg)\b.*(?:s3:|b2:|sftp:|rest:|azure:|gs:|ssh:|s3:\/\/|@[\w.-]+:)/.test(
                text,
              )
                ? [inFile(file, index + 1, text)]
                : [],
            ),
          );
        return away.length > 0
          ? knownBy(2, "The files send copies away from the server", away)
          : unknown("no file says where the copies go");
      }),
  },
];
