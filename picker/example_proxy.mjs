// A partner's proxy for the picker, for Node 20 or newer: the key stays here.
//   CATALOG_URL=https://… CATALOG_KEY=lp_live_… node example_proxy.mjs

import { createServer } from 'node:http';

const { CATALOG_URL, CATALOG_KEY, PORT = '3000' } = process.env;
const PREFIX = '/picker/api';
const ALLOWED = new Set(['/v1/tiktok-music', '/v1/tiktok-music/batch']);
const PASSED_ON = ['if-none-match'];
const PASSED_BACK = ['age', 'cache-control', 'content-type', 'etag', 'retry-after', 'x-catalog-snapshot', 'x-request-id'];

const server = createServer(async (request, response) => {
  const { pathname, search } = new URL(request.url, 'http://proxy');
  const path = pathname.startsWith(PREFIX) ? pathname.slice(PREFIX.length) : '';
  if (request.method !== 'GET' || !ALLOWED.has(path)) return response.writeHead(404).end();
  // Here a real page lets in only people who are signed in.
  try {
    const answer = await fetch(CATALOG_URL + path + search, {
      headers: { ...chosen(PASSED_ON, (name) => request.headers[name]), authorization: `Bearer ${CATALOG_KEY}` },
      signal: AbortSignal.timeout(10_000),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, chosen(PASSED_BACK, (name) => answer.headers.get(name))).end(body);
  } catch {
    response.writeHead(502).end();
  }
});

function chosen(names, valueOf) {
  return Object.fromEntries(names.map((name) => [name, valueOf(name)]).filter(([, value]) => value));
}

server.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}${PREFIX}`));
