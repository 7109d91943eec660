import { isDataImage } from "../../compose/index.ts";
import { isMapping } from "../../config/index.ts";
import type { Answer, Check } from "../check.ts";
import { byCommand, count, inFile, known, knownBy, nothingIn, unknown } from "../check.ts";
import type { Evidence } from "../schema.ts";
import { linesFor } from "../seen/pipelines.ts";
import { scriptLinesFor } from "../seen/scripts.ts";
import type { Seen } from "../seen/index.ts";
import { evidenceOf } from "./ci.ts";
import { inWherryYaml, onServer } from "./ask.ts";
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

/** What `wherry status` tells of the copies, with the words for the evidence; undefined where it tells nothing. */
function onItsServer(seen: Seen) {
  const status = onServer(seen, "status");
  if (!status.known || status.value.backup === null) return undefined;
  const { backup: copies } = status.value;
  return { copies, by: (words: string): Evidence => byCommand(status.asked, words) };
}

const schedules = /(?:^|\/)(?:crontab|[\w.-]+\.(?:cron|timer)|cron\.d\/.+|ofelia\.ini)$|^etc\/cron/;

export const backup: readonly Check[] = [
  {
    id: "backup.made",
    question: "Is the data copied to another place?",
    looks:
      "What the server says of its copies; else backup programs in scripts, pipelines, compose files and settings. 1: the last one failed, 2: written down, 3: the server has made one. Unknown otherwise: the provider may do it, or nobody.",
    weight: 5,
    effort: "an hour",
    best: 3,
    closes: "write `backup:` in `wherry.yaml` with a place at another provider, and run `wherry backup run -e NAME`",
    answer(seen) {
      const server = onItsServer(seen);
      if (server !== undefined && server.copies.problem !== null)
        return known(1, `The server says: ${server.copies.problem}`, server.by(server.copies.problem));
      if (server !== undefined && server.copies.lastGood !== null)
        return known(3, "The server has made a copy", server.by(`the last good copy is of ${server.copies.lastGood}`));
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
      "What the server says; else timers, crontabs and schedules of pipelines that start a backup. 1: a backup without a schedule in the repository, 3: with one. Unknown where no backup was found.",
    weight: 4,
    effort: "an hour",
    best: 3,
    closes: "`wherry backup schedule -e NAME`; `notify:` in `wherry.yaml` says who is told when one fails",
    after: "backup.made",
    answer(seen) {
      const server = onItsServer(seen);
      if (server !== undefined && server.copies.scheduled !== null)
        return known(3, "The server makes copies by itself", server.by(`scheduled by ${server.copies.scheduled}`));
      return withBackups(seen, (found) => {
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
      });
    },
  },
  {
    id: "backup.restored",
    question: "Has anybody brought the data back?",
    looks:
      "The last drill that the server tells of; else restore programs in scripts and pipelines. 0: a backup without one, 2: a script, 4: a pipeline does it again and again. Unknown where no backup was found.",
    weight: 5,
    effort: "an hour",
    best: 4,
    closes: "`wherry backup drill -e NAME`, once a month",
    after: "backup.made",
    answer(seen) {
      const server = onItsServer(seen);
      const drill = server?.copies.drill ?? null;
      if (server !== undefined && drill !== null)
        return drill.outcome === "succeeded"
          ? known(4, "A copy was restored on trial, and was right", server.by(`drill of ${drill.finished}: succeeded`))
          : known(
              1,
              "A copy was restored on trial, and was not right",
              server.by(`drill of ${drill.finished}: failed`),
            );
      return withBackups(seen, () => {
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
      });
    },
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
        const written = inWherryYaml(
          seen,
          "backup",
          (value) => isMapping(value) && /^(?:s3|sftp|rest):/.test(String(value["repository"])),
        );
        const away = [
          ...written,
          ...seen.files
            .find(/\.(?:ba)?sh$|(?:^|\/)Makefile$|\.ya?ml$|\.conf$/)
            .flatMap((file) =>
              file.lines.flatMap((text, index) =>
                /(?:restic|RESTIC_REPOSITORY|rclone|aws s3|borg)\b.*(?:s3:|b2:|sftp:|rest:|azure:|gs:|ssh:|s3:\/\/|@[\w.-]+:)/.test(
                  text,
                )
                  ? [inFile(file, index + 1, text)]
                  : [],
              ),
            ),
        ];
        return away.length > 0
          ? knownBy(2, "The files send copies away from the server", away)
          : unknown("no file says where the copies go");
      }),
  },
];
