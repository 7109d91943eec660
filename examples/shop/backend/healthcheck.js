// For Docker's own health check: the image has no curl.
const port = process.env.PORT ?? 5000;
const { ok } = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => ({ ok: false }));
process.exitCode = ok ? 0 : 1;
