import type { Detector } from "../model.ts";
import { angular } from "./angular.ts";
import { astro } from "./astro.ts";
import { createReactApp } from "./create-react-app.ts";
import { django } from "./django.ts";
import { express } from "./express.ts";
import { fastapi } from "./fastapi.ts";
import { fastify } from "./fastify.ts";
import { flask } from "./flask.ts";
import { go } from "./go.ts";
import { hono } from "./hono.ts";
import { nest } from "./nest.ts";
import { next } from "./next.ts";
import { nuxt } from "./nuxt.ts";
import { plainNode } from "./plain-node.ts";
import { rust } from "./rust.ts";
import { springBoot } from "./spring-boot.ts";
import { staticSite } from "./static-site.ts";
import { sveltekit } from "./sveltekit.ts";
import { vite } from "./vite.ts";

/**
 * What init knows, one entry per framework. The first that recognises a folder has it: frameworks that build on others
 * (NestJS on Express, SvelteKit on Vite) come before these.
 */
export const detectors: readonly Detector[] = [
  next,
  nuxt,
  sveltekit,
  astro,
  angular,
  createReactApp,
  nest,
  fastify,
  hono,
  express,
  vite,
  plainNode,
  django,
  fastapi,
  flask,
  go,
  rust,
  springBoot,
  staticSite,
];
