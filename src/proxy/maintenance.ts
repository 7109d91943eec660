/** What visitors see where no page of one's own is given. */
export const maintenancePage = `<!doctype html>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Back soon</title>
<style>body { font: 1.1rem/1.5 system-ui, sans-serif; margin: 20vh auto; max-width: 32rem; padding: 0 1rem }</style>
<h1>Back soon</h1>
<p>This site is being worked on. Please try again in a few minutes.</p>
`;
