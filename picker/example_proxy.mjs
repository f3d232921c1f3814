// An example proxy for the picker, for Node 20 or newer: it adds the key, which never reaches the browser.
//   CATALOG_URL=https://… CATALOG_KEY=lp_live_… node example_proxy.mjs

import { createServer } from 'node:http';

const { CATALOG_URL, CATALOG_KEY, PORT = '3000' } = process.env;
const PREFIX = '/picker/api';
const ALLOWED = new Set(['/v1/tiktok-music', '/v1/tiktok-music/batch']);
const REQUEST_HEADERS = ['if-none-match'];
const RESPONSE_HEADERS = ['age', 'cache-control', 'content-type', 'etag', 'retry-after', 'x-catalog-snapshot', 'x-request-id'];

const server = createServer(async (request, response) => {
  const { pathname, search } = new URL(request.url, 'http://proxy');
  const path = pathname.startsWith(PREFIX) ? pathname.slice(PREFIX.length) : '';
  if (request.method !== 'GET' || !ALLOWED.has(path)) return response.writeHead(404).end();
  // A real proxy checks here that the user is signed in.
  try {
    const answer = await fetch(CATALOG_URL + path + search, {
      headers: { ...pick(REQUEST_HEADERS, (name) => request.headers[name]), authorization: `Bearer ${CATALOG_KEY}` },
      signal: AbortSignal.timeout(10_000),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, pick(RESPONSE_HEADERS, (name) => answer.headers.get(name))).end(body);
  } catch {
    response.writeHead(502).end();
  }
});

function pick(names, valueOf) {
  return Object.fromEntries(names.map((name) => [name, valueOf(name)]).filter(([, value]) => value));
}

server.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}${PREFIX}`));
