import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { strategyOf } from "../../src/config/index.ts";
import { planDeployment } from "../../src/release/plan.ts";
import type { DeploymentPlan } from "../../src/release/plan.ts";
import { stepTitle } from "../../src/release/steps.ts";
import { database, options, record, runningOf, serverWith, service, worker } from "./helpers.ts";

const titles = ({ steps, after }: DeploymentPlan): readonly string[] => [...steps, ...after].map(stepTitle);
const old = record("20261101");
const next = record("20261102");
const live = { record: old, slot: "blue" } as const;

describe("a plan", () => {
  test("of a first deployment starts everything, and watches nothing", () => {
    const strategy = strategyOf({ canary: {}, watch: {} });

    expect(titles(planDeployment(next, serverWith(undefined), options({ strategy })))).toEqual([
      "prepare the server",
      "start db",
      "join db to the networks of the blue slot",
      "start web, worker in the blue slot",
      "wait until web, worker are healthy",
      "give the proxy its routes",
      "send traffic to blue",
      "remove old releases",
    ]);
  });

  test("of an app that keeps data and nothing else has no slot to start or join", () => {
    const data = record("20261101", { services: [database()], releaseNetworks: [] });

    expect(titles(planDeployment(data, serverWith(undefined), options()))).toEqual([
      "prepare the server",
      "start db",
      "give the proxy its routes",
      "send traffic to blue",
      "remove old releases",
    ]);
  });

  test("leaves a job of base services to them: it is not started by itself, also when it has ended", () => {
    const job = {
      ...service("fill", "1"),
      kind: "job",
      placement: "base",
      routes: [],
      port: null,
      http: null,
    } as const;
    const withJob = { ...next, services: [...next.services, job] };

    expect(titles(planDeployment(withJob, serverWith(live), options())).join("\n")).not.toContain("fill");
    expect(titles(planDeployment(withJob, serverWith(undefined), options()))).toContain("start db");
  });

  test("of a change brings the new release beside the old one", () => {
    expect(titles(planDeployment(next, serverWith(live), options()))).toEqual([
      "prepare the server",
      "start web, worker in the green slot",
      "wait until web, worker are healthy",
      "give the proxy its routes",
      "switch traffic from blue to green",
      "let blue finish its requests, then stop it",
      "remove old releases",
    ]);
  });

  test("of a canary has its shares, each watched, and all of them on trial before it is live", () => {
    const strategy = strategyOf({ canary: { steps: [5, 50], every: "1m" }, watch: { for: "2m" }, keep_warm: "10m" });

    const plan = planDeployment(next, serverWith(live), options({ strategy }));

    expect(titles(plan).slice(3)).toEqual([
      "give the proxy its routes",
      "send 5 % of the requests to green, on trial",
      "watch it for 60 s with 5 % of the requests",
      "send 50 % of the requests to green, on trial",
      "watch it for 60 s with 50 % of the requests",
      "send all of the requests to green, on trial",
      "watch it for 2 m 0 s with all of the requests",
      "switch traffic from blue to green",
      "keep blue warm for 10 m 0 s",
      "remove old releases",
    ]);
    expect(plan.abandon.map(stepTitle)).toEqual([
      "send all requests to the live release again",
      "stop what was started in the green slot",
    ]);
  });

  test("of a promotion goes on from the share that was reached", () => {
    const strategy = strategyOf({ canary: { steps: [5, 50], every: "1m", manual: true } });
    const state = serverWith(live, {
      canary: { slot: "green", release: next.id, share: 5 },
      records: [old, next],
      containers: [...serverWith(live).containers, ...runningOf(next, "green")],
    });

    expect(titles(planDeployment(next, state, options({ strategy, begin: "promote", data: "leave" })))).toEqual([
      "prepare the server",
      "wait until web, worker are healthy",
      "give the proxy its routes",
      "send 50 % of the requests to green, on trial",
      "watch it for 60 s with 50 % of the requests",
      "wait at 50 % for wherry promote",
      "switch traffic from blue to green",
      "let blue finish its requests, then stop it",
      "remove old releases",
    ]);
  });

  test("that finds a canary takes it back first", () => {
    const state = serverWith(live, {
      canary: { slot: "green", release: "20261103", share: 5 },
      containers: [...serverWith(live).containers, ...runningOf(record("20261103"), "green")],
    });

    expect(titles(planDeployment(next, state, options())).slice(0, 3)).toEqual([
      "prepare the server",
      "send all requests to the live release again",
      "clear the green slot of what an earlier deployment left",
    ]);
  });

  test("of a rollback to what was kept warm starts its workers alone", () => {
    const warm = runningOf(old, "blue").filter(({ service: name }) => name === "web");
    const state = serverWith(
      { record: next, slot: "green" },
      {
        warm: { slot: "blue", release: old.id },
        records: [old, next],
        containers: [...serverWith({ record: next, slot: "green" }).containers, ...warm],
      },
    );

    expect(titles(planDeployment(old, state, options({ data: "leave" })))).toEqual([
      "prepare the server",
      "wait until web is healthy",
      "start worker in the blue slot",
      "wait until worker is healthy",
      "give the proxy its routes",
      "switch traffic from green to blue",
      "let green finish its requests, then stop it",
      "remove old releases",
    ]);
  });

  test("of a rolling deployment replaces the replicas in their slot, so many at a time", () => {
    const three = (id: string) => record(id, { services: [service("web", id, { replicas: 3 }), worker(id)] });
    const strategy = strategyOf({ rolling: { at_once: 2 } });

    const plan = planDeployment(
      three("20261102"),
      serverWith({ record: three("20261101"), slot: "green" }),
      options({ strategy }),
    );

    expect(titles(plan)).toEqual([
      "prepare the server",
      "give the proxy its routes",
      "replace web, web-r2 in place, without new requests",
      "replace web-r3 in place, without new requests",
      "replace worker in place",
      "make 20261102 the live release",
      "remove old releases",
    ]);
    expect(plan.abandon.map(stepTitle).at(-1)).toBe("forget release 20261102");
  });

  test("tells a load balancer in front around the step that moves the requests, and again when it fails", () => {
    const balancer = { health: "/lb", drain: 15 };

    const plan = planDeployment(next, serverWith(live), options({ balancer }));

    expect(titles(plan).slice(4, 7)).toEqual([
      "tell the load balancer to send requests elsewhere, and wait 15 s",
      "switch traffic from blue to green",
      "tell the load balancer that requests may come",
    ]);
    expect(plan.abandon.map(({ step }) => step)).toEqual(["join-balancer", "abandon-slot"]);
    expect(
      planDeployment(next, serverWith(undefined), options({ balancer })).steps.map(({ step }) => step),
    ).not.toContain("leave-balancer");
    const canary = planDeployment(next, serverWith(live), options({ balancer, strategy: strategyOf({ canary: {} }) }));
    const order = canary.steps.map(({ step }) => step);
    expect(order.slice(order.indexOf("leave-balancer")).slice(0, 4)).toEqual([
      "leave-balancer",
      "set-share",
      "join-balancer",
      "watch",
    ]);
  });

  test("of a rolling deployment of one replica brings the new one beside it", () => {
    const plan = planDeployment(next, serverWith(live), options({ strategy: strategyOf("rolling") }));

    expect(titles(plan)).toContain("switch traffic from blue to green");
  });

  test("never makes a release live before every share has been watched, and gives back what it gave", () => {
    const shares = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        shares,
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 0, max: 99 }),
        (steps, watched, manual, reached) => {
          const strategy = strategyOf({ canary: { steps, manual }, ...(watched ? { watch: {} } : {}) });
          const begin = reached > 0 ? "promote" : "start";
          const canary = reached > 0 ? { slot: "green" as const, release: next.id, share: reached } : undefined;

          const plan = planDeployment(next, serverWith(live, { canary }), options({ strategy, begin }));

          const given = plan.steps.flatMap((step) => (step.step === "set-share" ? [step.share] : []));
          expect(given).toEqual(given.toSorted((a, b) => a - b));
          expect(given.every((share) => share > reached)).toBe(true);
          for (const [index, step] of plan.steps.entries()) {
            if (step.step === "set-share")
              expect(plan.steps[index + 1]).toMatchObject({ step: "watch", share: step.share });
          }
          expect(plan.steps.findIndex(({ step }) => step === "switch-slot")).toBe(plan.steps.length - 1);
          if (given.length > 0) expect(plan.abandon[0]).toMatchObject({ step: "end-share" });
        },
      ),
    );
  });
});
