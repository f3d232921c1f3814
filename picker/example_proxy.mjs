// An example proxy for the picker, for Node 20 or newer: it adds the key, which never reaches the browser.
//   CATALOG_URL=https://… CATALOG_KEY=lp_live_… node example_proxy.mjs
// ORIGINS names the origins of pages that are not its own, such as https://app.example.com,https://staging.example.com

import { createServer } from 'node:http';

const { CATALOG_URL, CATALOG_KEY, PORT = '3000', ORIGINS = '' } = process.env;

if (!CATALOG_URL || !CATALOG_KEY) {
  console.error('Set CATALOG_URL and CATALOG_KEY. `make run` prints its address and writes its keys to .local/run.json: take keys.publishRead.');
  process.exit(1);
}

const PREFIX = '/picker/api';
const ALLOWED = new Set(['/v1/tiktok-music', '/v1/tiktok-music/batch', '/v1/tiktok-music/charts']);
const REQUEST_HEADERS = ['if-none-match'];
const RESPONSE_HEADERS = ['age', 'cache-control', 'content-type', 'etag', 'retry-after', 'x-catalog-snapshot', 'x-request-id'];

const PAGES = new Set(ORIGINS.split(',').filter(Boolean));

const server = createServer(async (request, response) => {
  for (const [name, value] of crossOrigin(request.headers.origin)) response.setHeader(name, value);
  const { pathname, search } = new URL(request.url, 'http://proxy');
  const path = pathname.startsWith(PREFIX) ? pathname.slice(PREFIX.length) : '';
  if (request.method === 'OPTIONS' && ALLOWED.has(path)) return response.writeHead(204).end();
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

/** The headers that let a page of another origin read the responses. */
function crossOrigin(origin) {
  if (!PAGES.size) return [];
  const always = [['vary', 'Origin']];
  if (!PAGES.has(origin)) return always;
  return [
    ...always,
    ['access-control-allow-origin', origin],
    ['access-control-allow-credentials', 'true'], // for pages that set credentials="include"
    ['access-control-allow-methods', 'GET'],
    ['access-control-allow-headers', 'accept, if-none-match, x-csrf-token'], // and those that your page sets
    ['access-control-expose-headers', 'age, etag, retry-after, x-request-id'],
    ['access-control-max-age', '600'],
  ];
}

function pick(names, valueOf) {
  return Object.fromEntries(names.map((name) => [name, valueOf(name)]).filter(([, value]) => value));
}

server.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}${PREFIX}`));
