import { stringify } from "yaml";
import type { ServerAddress } from "../../config/index.ts";
import type { WantedFile } from "../../writer/index.ts";
import { controls } from "../harden/index.ts";
import type { Control } from "../harden/index.ts";
import { hardeningProgram } from "../harden/program.ts";

/** The servers of one environment, for the inventory. */
export interface InventoryGroup {
  readonly environment: string;
  readonly servers: readonly Extract<ServerAddress, { kind: "ssh" }>[];
}

const folder = "infra/ansible";
const program = "/usr/local/lib/wherry-hardening/harden.sh";

/**
 * Inventory, playbook and the program that both bring to a server. Plain Ansible without collections or roles: it goes on
 * working without Wherry.
 */
export function ansibleFiles(groups: readonly InventoryGroup[]): readonly WantedFile[] {
  return [
    { path: `${folder}/inventory.yaml`, comment: "#", content: yaml(inventory(groups)) },
    { path: `${folder}/harden.yaml`, comment: "#", content: yaml(playbook()) },
    { path: `${folder}/files/harden.sh`, comment: "#", content: hardeningProgram },
  ];
}

function yaml(value: unknown): string {
  return `---\n${stringify(value, { lineWidth: 0, defaultStringType: "PLAIN", defaultKeyType: "PLAIN" })}`;
}

function inventory(groups: readonly InventoryGroup[]): unknown {
  const hosts = (servers: InventoryGroup["servers"]): unknown =>
    Object.fromEntries(
      servers.map(({ host, user, port }) => [
        host,
        {
          ...(user === undefined ? {} : { ansible_user: user }),
          ...(port === undefined ? {} : { ansible_port: port }),
        },
      ]),
    );
  return {
    all: {
      children: Object.fromEntries(
        // Names of groups are those of variables.
        groups.map(({ environment, servers }) => [environment.replaceAll("-", "_"), { hosts: hosts(servers) }]),
      ),
    },
  };
}

function playbook(): unknown {
  const done = controls.filter(({ fix }) => fix !== undefined);
  const guarded = done.filter((control) => control.guarded === true);
  return [
    {
      name: "Harden servers",
      hosts: "all",
      become: true,
      gather_facts: false,
      vars: {
        // PORT, PORT/udp or PORT@NETWORK.
        wherry_allow: [],
        // Names of controls.
        wherry_skip: [],
        // Of those that are only done where they are asked for.
        wherry_optional: [],
        wherry_revert_after: 120,
      },
      tasks: [
        // Also for --check: it is what looks.
        {
          name: "Make a folder for the program",
          "ansible.builtin.file": {
            path: "/usr/local/lib/wherry-hardening",
            state: "directory",
            owner: "root",
            group: "root",
            mode: "0755",
          },
          check_mode: false,
        },
        {
          name: "Bring the program",
          "ansible.builtin.copy": { src: "files/harden.sh", dest: program, owner: "root", group: "root", mode: "0755" },
          check_mode: false,
        },
        look("Look at the server", "wherry_before"),
        ...done.filter((control) => control.guarded !== true).map((control) => task(control, "fix")),
        ...guardedTasks(guarded),
        look("Look again", "wherry_after"),
        { name: "Say how it is", "ansible.builtin.debug": { msg: "{{ wherry_after.stdout_lines }}" } },
      ],
    },
  ];
}

const call = (mode: string, ids: readonly string[], optional = ""): readonly string[] => [
  "sh",
  program,
  mode,
  "{{ wherry_allow | join(' ') }}",
  optional,
  ...ids,
];

/**
 * Only where it is needed, as each call takes its time. `--check` says what would be changed: the same program then only
 * looks.
 */
function task({ id, title, optional }: Control, mode: "fix" | "fix-armed"): unknown {
  const wanted =
    optional === true
      ? `'${id}' in wherry_optional`
      : [`'${id}' not in wherry_skip`, `wherry_before.stdout is search('(?m)^${id} fail ')`];
  return {
    name: `${capital(title)} (${id})`,
    "ansible.builtin.command": {
      argv: call(`{{ ansible_check_mode | ternary('check', '${mode}') }}`, [id], optional === true ? "optional" : ""),
    },
    check_mode: false,
    register: "wherry_control",
    changed_when: `wherry_control.stdout is search('${id} (changed|fail )')`,
    failed_when: `wherry_control.rc != 0 or wherry_control.stdout is search('${id} failed|! (busy|armed)')`,
    when: wanted,
  };
}

/** What could lock out and is not skipped: under the timer of the server, which a new connection stops. */
function guardedTasks(guarded: readonly Control[]): readonly unknown[] {
  return [
    {
      name: "Let the server take back by itself what could lock you out",
      "ansible.builtin.command": {
        argv: "{{ wherry_arm + (wherry_guarded | difference(wherry_skip)) }}",
      },
      vars: {
        wherry_arm: call("arm", ["{{ wherry_revert_after }}"]),
        wherry_guarded: guarded.map(({ id }) => id),
      },
      when: "not ansible_check_mode",
      register: "wherry_armed",
      changed_when: false,
      failed_when: "wherry_armed.rc != 0 or wherry_armed.stdout is search('! (busy|armed$|not-armed)')",
    },
    ...guarded.map((control) => task(control, "fix-armed")),
    { name: "Forget the connection", "ansible.builtin.meta": "reset_connection" },
    {
      name: "Prove that a new login works",
      "ansible.builtin.command": { argv: call("disarm", []) },
      register: "wherry_proof",
      changed_when: false,
      failed_when: "wherry_proof.stdout is not search('! disarmed')",
      when: "wherry_armed.stdout is defined and wherry_armed.stdout is search('armed-for')",
    },
  ];
}

function look(name: string, register: string): unknown {
  const ids = controls.map(({ id }) => id);
  return {
    name,
    "ansible.builtin.command": { argv: call("check", ids) },
    check_mode: false,
    register,
    changed_when: false,
  };
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
